"""From a table's rows to examples: which are for what, how they become inputs, where they lie."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.splits import held_out_rows, sampled_rows
from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.labels import label_text, places_of
from glassnet.core.memory import release
from glassnet.core.random import Purpose
from glassnet.errors import LimitError
from glassnet.nn.task import Task
from glassnet.tables.encoders.category import MAX_CATEGORIES, CategoryEncoder
from glassnet.tables.encoders.encoder import require_usable
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.storage import Storage, require_space
from glassnet.tables.suspicious_columns import look_alikes, rare_classes, suspicious_columns
from glassnet.tables.table import Rows, Table, complete_rows, enumerate_chunks
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.recognise import TargetColumns
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning, merge_warnings

__all__ = ["Dataset", "Examples", "prepare"]

# The encoders follow from so many rows at most, and from no more than so many values.
MAX_SAMPLED, MAX_VALUES_SAMPLED = 100_000, 16 * 2**20
ROWS_TAKEN_AT_ONCE = 64
PRECISION = np.dtype(np.float32)


@dataclass(frozen=True)
class Examples:
    """Inputs, (rows, inputs), and what is target for them."""

    x: Array
    targets: Targets

    def sample(self, most: int, rows: NDArray[np.int64] | None = None) -> "Examples":
        """Return a seeded sample of at most so many, in memory: of some rows or of all."""
        count = len(self.x if rows is None else rows)
        chosen = np.flatnonzero(sampled_rows(count, most, 0, Purpose.CHECK))
        chosen = chosen if rows is None else rows[chosen]
        targets = Targets(_taken(self.targets.values, chosen), self.targets.classes)
        return Examples(_taken(self.x, chosen), targets)


@dataclass(frozen=True)
class Dataset:
    """A table's rows, divided and encoded: what a network learns from, and what was seen.

    Attributes
    ----------
    target : Target
    encoder : TableEncoder
    learning : Examples
        Training rows: inputs of shape (rows, inputs), targets of shape (rows, outputs), float32.
    held_out : Rows
        Test rows, not encoded.
    used : array of bool, shape (inputs,)
        Which inputs are not 0 in all training rows.
    mean_targets : array of shape (outputs,)
        Of all training rows.
    learned : array of bool, shape (rows of the table,)
        Which of them are learned from.
    warnings : list of str or DataWarning
        About the table: missing targets, rare classes, ID columns and leakage, missing values.
    """

    target: Target
    encoder: TableEncoder
    learning: Examples
    held_out: Rows
    used: NDArray[np.bool_]
    mean_targets: NDArray[np.float64]
    learned: NDArray[np.bool_]
    warnings: list[str | DataWarning]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the table that are learned from, counted from 0."""
        return np.flatnonzero(self.learned)


def _taken(array: Array, rows: NDArray[np.int64]) -> Array:
    """Some rows of an array; where it lies in a file, each brings much around it into memory."""
    taken = np.empty((len(rows), array.shape[1]), array.dtype)
    for start in range(0, len(rows), ROWS_TAKEN_AT_ONCE):
        part = slice(start, start + ROWS_TAKEN_AT_ONCE)
        taken[part] = array[rows[part]]
        release(array)
    return taken


def prepare(
    rows: Rows,
    targets: TargetColumns,
    encoder: Callable[[Table], TableEncoder],
    held_out: float,
    seed: int,
    test: Rows | None = None,
) -> Dataset:
    """Divide a table's rows and encode those to learn from, chunk by chunk.

    Parameters
    ----------
    rows : Rows
    targets : TargetColumns
        What the target columns hold; rows that lack one are left out.
    encoder : callable
        Returns the encoder of some columns, fitted to a sample of the rows to learn from.
    held_out : float
        Which part of the rows is for the test; of classes the same part of each.
    seed : int
        Decides which rows.
    test : Rows, optional
        Test rows, in the place of a part that is held out.

    Raises
    ------
    ValueError
        If rows are too few, a number is infinite or too large, or the test rows do not fit.
    OSError
        If the temporary folder has no space for the encoded rows of a large file.

    Examples
    --------
    >>> from glassnet.tables.targets.recognise import recognise_targets
    >>> table = Table({"x": np.arange(40.0), "y": np.arange(40.0) % 2})
    >>> targets = recognise_targets(table, ("y",), None)
    >>> dataset = prepare(table, targets, TableEncoder.fit, 0.2, seed=0)
    >>> dataset.learning.x.shape, dataset.learning.targets.values.shape, len(dataset.held_out)
    ((32, 1), (32, 2), 8)
    """
    learning, tested = split_table(rows, targets, held_out if test is None else 0.0, seed)
    target = targets.target(rows, learning)
    sample = sample_rows(rows, learning, seed)
    sample, left_out = _without_free_text(sample, targets.names)
    fitted = encoder(sample.without(*targets.names))
    if test is not None:
        _require_scorable(test, targets, fitted, target)
    examples, used, mean_targets, of_values = _encoded(rows, learning, fitted, target)
    return Dataset(
        target,
        fitted,
        examples,
        rows.rows(tested) if test is None else test,
        used,
        mean_targets,
        learning,
        [
            *targets.warnings,
            *left_out,
            *rare_classes(*_shares(target, mean_targets), len(examples.x)),
            *_suspicious_columns(sample, targets, len(rows)),
            *_look_alikes(fitted, target),
            *of_values,
        ],
    )


def split_table(
    table: Rows, target_columns: TargetColumns, held_out: float, seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows are learned from, and which are for the test; none that lacks a target."""
    learning, tested = target_columns.known.copy(), np.zeros(len(table), dtype=np.bool_)
    if held_out:
        groups = target_columns.groups(table)
        tested[learning] = held_out_rows(int(learning.sum()), held_out, seed, groups)
        learning &= ~tested
    return learning, tested


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
    return Table.of_chunks(parts)


def _encoded(
    table: Rows, learning: NDArray[np.bool_], encoder: TableEncoder, target: Target
) -> tuple[Examples, NDArray[np.bool_], NDArray[np.float64], list[DataWarning]]:
    """The examples to learn from, the inputs used, the mean targets, and warnings about values.

    Those of a table that is not in memory lie in temporary files.
    """
    rows, inputs, outputs = int(learning.sum()), len(encoder.feature_names), target.outputs
    in_file = not isinstance(table, Table)
    if in_file:
        require_space(rows * (inputs + outputs) * PRECISION.itemsize)
    of_x, of_targets = (
        Storage((rows, width), PRECISION, in_file=in_file) for width in (inputs, outputs)
    )
    used, total = np.zeros(inputs, dtype=np.bool_), np.zeros(outputs)
    warnings: list[DataWarning] = []
    for before, chunk in enumerate_chunks(table, inputs + outputs):
        x, decided = encoder.encode(chunk)
        warnings = merge_warnings(warnings, decided, before)
        own = learning[before : before + len(chunk)]
        if own.any():
            x, targets = x[own], target.encode(chunk.rows(own))
            of_x.append(x)
            of_targets.append(targets)
            used |= x.any(axis=0)
            total += targets.sum(axis=0)
    classes = target.labels if isinstance(target, ClassTarget) else None
    examples = Examples(of_x.array(), Targets(of_targets.array(), classes))
    return examples, used, total / rows, warnings


def _require_scorable(
    test: Rows, target_columns: TargetColumns, encoder: TableEncoder, target: Target
) -> None:
    """Refuse rows for the test that do not fit before the training, not after it."""
    test.require_columns(target_columns.names)
    with_target = 0
    for _, chunk in enumerate_chunks(test, len(encoder.feature_names) + target.outputs):
        for name, classes in zip(target_columns.names, target_columns.classes, strict=True):
            if not len(classes):
                continue
            with_class, _ = complete_rows(chunk, (name,))
            labels = chunk.rows(with_class).labels(name)
            unknown = labels[places_of(labels, classes) < 0]
            if len(unknown):
                raise ValueError(
                    f"the class {label_text(unknown[0])!r} occurs only in the test rows, not in "
                    "the training rows"
                )
        encoder.encode(chunk)
        known, _ = complete_rows(chunk, target_columns.names)
        target.encode(chunk.rows(known))
        with_target += int(known.sum())
    if not with_target:
        raise ValueError(f"no row for the test has a value of the target {target.name!r}")


def _without_free_text(sample: Table, targets: tuple[str, ...]) -> tuple[Table, list[str]]:
    """The columns without those of more texts than categories can be, and warnings about those."""
    warnings = []
    for name in sample.names:
        if name in targets or not sample.is_text(name):
            continue
        different = len(set(sample.columns[name].tolist()) - {None})
        if different > MAX_CATEGORIES:
            sample = sample.without(name)
            warnings.append(
                f"{name}: {different:,} different texts are too many for categories, at most "
                f"{MAX_CATEGORIES:,}; the column is left out"
            )
    if set(sample.names) <= set(targets):
        listed = "; ".join(warnings)
        raise LimitError(f"there is no column to learn from: {listed}")
    return sample, warnings


def _look_alikes(encoder: TableEncoder, target: Target) -> list[str]:
    """Warnings about classes and categories that differ by blanks or case only."""
    found = [
        warning
        for one in encoder.encoders
        if isinstance(one, CategoryEncoder)
        for warning in look_alikes(one.name, one.categories)
    ]
    if isinstance(target, ClassTarget):
        found += look_alikes(target.name, target.output_names)
    return found


def _shares(target: Target, mean_targets: Array) -> tuple[list[str], list[float]]:
    """The classes, of labels with the name of each, and which part of the rows are of them."""
    if isinstance(target, ClassTarget):
        return list(target.output_names), mean_targets.tolist()
    if isinstance(target, MultilabelTarget):
        names = [
            f"{label.name} = {name}" for label in target.targets for name in label.output_names
        ]
        return names, [share for mean in mean_targets.tolist() for share in (1 - mean, mean)]
    return [], []


def _suspicious_columns(sample: Table, target_columns: TargetColumns, rows: int) -> list[str]:
    """What looks wrong about the columns to learn from, beside each of the targets."""
    learned, found = sample.without(*target_columns.names), []
    for name in target_columns.names:
        numbers = target_columns.task is Task.REGRESSION
        true = sample.column(name) if numbers else sample.labels(name)
        found += suspicious_columns(learned, true, classes=not numbers, rows=rows)
    return list(dict.fromkeys(found))
