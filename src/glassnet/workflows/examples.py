"""From a table's rows to examples: which are for what, how they become inputs, where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array, Targets
from glassnet.data.encoder import require_usable
from glassnet.data.encoders import TableEncoder
from glassnet.data.notes import Note, added_up
from glassnet.data.rows import Rows
from glassnet.data.splits import held_back_rows, sampled_rows
from glassnet.data.storage import Storage
from glassnet.data.table import Table
from glassnet.data.targets import ClassTarget, Target
from glassnet.memory import release
from glassnet.randomness import Purpose

__all__ = ["Encoded", "Examples", "Role", "encoded", "hold_back", "sample_of"]

# The encoders follow from so many rows at most.
MOST_SAMPLED = 100_000
# So many inputs are made at once.
INPUTS_AT_ONCE = 4 * 2**20
TAKEN_AT_ONCE = 64
PRECISION = np.dtype(np.float32)


class Role(IntEnum):
    """What a row of a table is for."""

    LEFT_OUT = 0
    LEARNING = 1
    VALIDATION = 2
    HELD_OUT = 3


@dataclass(frozen=True)
class Examples:
    """Inputs, (rows, inputs), and what is desired for them."""

    x: Array
    targets: Targets

    def sample(self, most: int) -> "Examples":
        """Return a seeded sample of at most so many, in memory."""
        chosen = np.flatnonzero(sampled_rows(len(self.x), most, 0, Purpose.CHECK))
        desired = Targets(_taken(self.targets.desired, chosen), self.targets.classes)
        return Examples(_taken(self.x, chosen), desired)


@dataclass(frozen=True)
class Encoded:
    """What a network learns from, and what was seen on the way there.

    Attributes
    ----------
    learning : Examples
    validation : Examples or None
    used : array of bool, shape (inputs,)
        Which inputs are not 0 in all of these examples.
    mean_desired : array of shape (outputs,)
        Of all of them.
    notes : list of Note
        On all rows of the table.
    """

    learning: Examples
    validation: Examples | None
    used: NDArray[np.bool_]
    mean_desired: NDArray[np.float64]
    notes: list[Note]


def _taken(array: Array, rows: NDArray[np.int64]) -> Array:
    """Some rows of an array; where it lies in a file, each brings much around it into memory."""
    taken = np.empty((len(rows), array.shape[1]), array.dtype)
    for start in range(0, len(rows), TAKEN_AT_ONCE):
        part = slice(start, start + TAKEN_AT_ONCE)
        taken[part] = array[rows[part]]
        release(array)
    return taken


def hold_back(
    roles: NDArray[np.int8], role: Role, part: float, seed: int, groups: Array | None, number: int
) -> None:
    """Give a part of the rows to learn from another role; of each group the same part.

    Parameters
    ----------
    roles : array of int8, shape (rows,)
        Of all rows; changed in place.
    role : Role
    part : float
    seed, number : int
        Of the split.
    groups : array of int, optional
        The class of each row to learn from.
    """
    learning = roles == Role.LEARNING
    held = held_back_rows(int(learning.sum()), part, seed, groups, number)
    roles[learning] = np.where(held, np.int8(role), np.int8(Role.LEARNING))


def sample_of(table: Rows, roles: NDArray[np.int8], seed: int) -> Table:
    """Return a seeded sample of the rows to learn from, in memory: all where they are few.

    Raises
    ------
    ValueError
        If any row of the table holds a number that is infinite or too large.
    """
    learning = roles == Role.LEARNING
    sampled = sampled_rows(int(learning.sum()), MOST_SAMPLED, seed, Purpose.SAMPLE)
    learning[learning] = sampled
    parts = []
    for before, piece in _numbered(table):
        for name, column in piece.columns.items():
            require_usable(name, column, before)
        parts.append(piece.rows(learning[before : before + len(piece)]))
    return Table({name: np.concatenate([p.columns[name] for p in parts]) for name in table.names})


def encoded(
    table: Rows,
    roles: NDArray[np.int8],
    encoder: TableEncoder,
    target: Target,
    *,
    in_file: bool,
) -> Encoded:
    """Return the examples to learn from and those for the validation.

    Parameters
    ----------
    table : Rows
    roles : array of int8, shape (rows,)
    encoder : TableEncoder
    target : Target
    in_file : bool
        Whether they lie in temporary files, not in memory.
    """
    inputs, outputs = len(encoder.feature_names), target.outputs
    counts = {role: int((roles == role).sum()) for role in (Role.LEARNING, Role.VALIDATION)}
    storages = {
        role: [Storage((count, width), PRECISION, in_file=in_file) for width in (inputs, outputs)]
        for role, count in counts.items()
        if count
    }
    used, total = np.zeros(inputs, dtype=np.bool_), np.zeros(outputs)
    notes: list[Note] = []
    for before, piece in _numbered(table, max(INPUTS_AT_ONCE // inputs, 1)):
        x, decided = encoder.encode(piece)
        notes += [note.behind(before) for note in decided]
        for role, (of_x, of_desired) in storages.items():
            own = roles[before : before + len(piece)] == role
            if own.any():
                desired = target.desired(piece.rows(own))
                of_x.append(x[own])
                of_desired.append(desired)
                used |= x[own].any(axis=0)
                total += desired.sum(axis=0)
    classes = np.array(target.classes) if isinstance(target, ClassTarget) else None
    examples = {
        role: Examples(of_x.array(), Targets(of_desired.array(), classes))
        for role, (of_x, of_desired) in storages.items()
    }
    return Encoded(
        examples[Role.LEARNING],
        examples.get(Role.VALIDATION),
        used,
        total / sum(counts.values()),
        added_up(notes),
    )


def _numbered(table: Rows, most: int | None = None) -> Iterator[tuple[int, Table]]:
    """Yield pieces of a table, of at most so many rows, each with how many rows come before it."""
    before = 0
    for piece in table.pieces():
        for part in piece.pieces(most or len(piece)):
            yield before, part
            before += len(part)
