"""From a table's rows to examples: which are for what, how they become inputs, where they lie."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.splits import held_out_rows, sampled_rows
from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.memory import release
from glassnet.core.random import Purpose
from glassnet.tables.encoders.encoder import require_usable
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.storage import Storage, require_space
from glassnet.tables.table import Rows, Table, enumerate_chunks
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.recognise import TargetColumns
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning, merge_warnings

__all__ = ["Dataset", "Examples", "Split", "assign_splits", "encode_dataset", "sample_rows"]

# The encoders follow from so many rows at most, and from no more than so many values.
MAX_SAMPLED, MAX_VALUES_SAMPLED = 100_000, 16 * 2**20
ROWS_TAKEN_AT_ONCE = 64
PRECISION = np.dtype(np.float32)


class Split(IntEnum):
    """Training, validation or test rows, or rows that are not used."""

    UNUSED = 0
    TRAINING = 1
    VALIDATION = 2
    TEST = 3


@dataclass(frozen=True)
class Examples:
    """Inputs, (rows, inputs), and what is target for them."""

    x: Array
    targets: Targets

    def sample(self, most: int) -> "Examples":
        """Return a seeded sample of at most so many, in memory."""
        chosen = np.flatnonzero(sampled_rows(len(self.x), most, 0, Purpose.CHECK))
        targets = Targets(_taken(self.targets.values, chosen), self.targets.classes)
        return Examples(_taken(self.x, chosen), targets)


@dataclass(frozen=True)
class Dataset:
    """What a network learns from, and what was seen on the way there.

    Attributes
    ----------
    learning : Examples
    validation : Examples or None
    used : array of bool, shape (inputs,)
        Which inputs are not 0 in all of these examples.
    mean_targets : array of shape (outputs,)
        Of all of them.
    warnings : list of DataWarning
        On all rows of the table.
    """

    learning: Examples
    validation: Examples | None
    used: NDArray[np.bool_]
    mean_targets: NDArray[np.float64]
    warnings: list[DataWarning]


def _taken(array: Array, rows: NDArray[np.int64]) -> Array:
    """Some rows of an array; where it lies in a file, each brings much around it into memory."""
    taken = np.empty((len(rows), array.shape[1]), array.dtype)
    for start in range(0, len(rows), ROWS_TAKEN_AT_ONCE):
        part = slice(start, start + ROWS_TAKEN_AT_ONCE)
        taken[part] = array[rows[part]]
        release(array)
    return taken


def assign_splits(
    table: Rows, target_columns: TargetColumns, held_out: float, validation: float, seed: int
) -> NDArray[np.int8]:
    """Return what each row of a table is for.

    Parameters
    ----------
    table : Rows
    target_columns : TargetColumns
        What its target columns hold; rows that lack one are left out.
    held_out : float
        Which part of the others to hold out; of classes the same part of each.
    validation : float
        Which part of those that remain is for the validation.
    seed : int
    """
    splits = target_columns.known.astype(np.int8)
    groups = target_columns.groups(table)
    for number, (split, part) in enumerate(
        ((Split.TEST, held_out), (Split.VALIDATION, validation))
    ):
        if not part:
            continue
        learning = splits == Split.TRAINING
        own = None if groups is None else groups[learning[target_columns.known]]
        held = held_out_rows(int(learning.sum()), part, seed, own, number)
        splits[learning] = np.where(held, np.int8(split), np.int8(Split.TRAINING))
    return splits


def sample_rows(table: Rows, learning: NDArray[np.bool_], seed: int) -> Table:
    """Return a seeded sample of the rows to learn from, in memory: all where they are few.

    Raises
    ------
    ValueError
        If any row of the table holds a number that is infinite or too large.
    """
    most = min(MAX_SAMPLED, MAX_VALUES_SAMPLED // table.values_in_row + 1)
    sampled = sampled_rows(int(learning.sum()), most, seed, Purpose.SAMPLE)
    chosen = learning.copy()
    chosen[learning] = sampled
    parts = []
    for before, chunk in enumerate_chunks(table, table.values_in_row):
        for name, column in chunk.columns.items():
            require_usable(name, column, before)
        parts.append(chunk.rows(chosen[before : before + len(chunk)]))
    return Table({name: np.concatenate([p.columns[name] for p in parts]) for name in table.names})


def _storages(
    counts: dict[Split, int], widths: tuple[int, int], *, in_file: bool
) -> dict[Split, list[Storage]]:
    """For each split that has rows, where its inputs and its targets go."""
    if in_file:
        require_space(sum(counts.values()) * sum(widths) * PRECISION.itemsize)
    return {
        split: [Storage((count, width), PRECISION, in_file=in_file) for width in widths]
        for split, count in counts.items()
        if count
    }


def encode_dataset(
    table: Rows,
    splits: NDArray[np.int8],
    encoder: TableEncoder,
    target: Target,
    *,
    in_file: bool,
) -> Dataset:
    """Return the examples to learn from and those for the validation.

    Parameters
    ----------
    table : Rows
    splits : array of int8, shape (rows,)
    encoder : TableEncoder
    target : Target
    in_file : bool
        Whether they lie in temporary files, not in memory.
    """
    inputs, outputs = len(encoder.feature_names), target.outputs
    counts = {split: int((splits == split).sum()) for split in (Split.TRAINING, Split.VALIDATION)}
    storages = _storages(counts, (inputs, outputs), in_file=in_file)
    used, total = np.zeros(inputs, dtype=np.bool_), np.zeros(outputs)
    warnings: list[DataWarning] = []
    for before, chunk in enumerate_chunks(table, inputs + outputs):
        x, decided = encoder.encode(chunk)
        warnings = merge_warnings(warnings, decided, before)
        for split, (of_x, of_targets) in storages.items():
            own = splits[before : before + len(chunk)] == split
            if own.any():
                inputs_of_split, targets = x[own], target.encode(chunk.rows(own))
                of_x.append(inputs_of_split)
                of_targets.append(targets)
                used |= inputs_of_split.any(axis=0)
                total += targets.sum(axis=0)
    classes = np.array(target.classes) if isinstance(target, ClassTarget) else None
    examples = {
        split: Examples(of_x.array(), Targets(of_targets.array(), classes))
        for split, (of_x, of_targets) in storages.items()
    }
    return Dataset(
        examples[Split.TRAINING],
        examples.get(Split.VALIDATION),
        used,
        total / sum(counts.values()),
        warnings,
    )
