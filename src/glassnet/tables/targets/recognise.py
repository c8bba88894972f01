"""Recognition of target columns: the task, the classes, and rows with missing targets."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.labels import (
    DAYS,
    MICROSECONDS,
    distinct_labels,
    label_array,
    label_text,
    label_values,
)
from glassnet.core.plural import counted
from glassnet.core.validation import one_of
from glassnet.errors import LimitError
from glassnet.nn.task import TargetTask, Task
from glassnet.tables.table import MAX_CLASSES, Rows, complete_rows, enumerate_chunks
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning, merge_warnings

__all__ = ["TargetColumns", "recognise_targets"]

# A column of whole numbers with at most this many distinct values is taken as classes.
MAX_NUMBER_CLASSES = 10
# More classes than these occur more than once.
MOST_UNREPEATED = 20
TASKS: dict[TargetTask, Task] = {
    "classification": Task.MULTICLASS,
    "regression": Task.REGRESSION,
    "multilabel": Task.MULTILABEL,
}


@dataclass(frozen=True)
class TargetColumns:
    """The target columns of a table, their task, and the rows without missing targets.

    Attributes
    ----------
    names : tuple of str
    task : Task
        Multiclass, multilabel or regression.
    classes : list of array
        The classes of each column in their own type, sorted; none for numbers.
    known : array of bool, shape (rows,)
        Which rows have a value in every target column.
    warnings : list of DataWarning
        About the other rows.
    """

    names: tuple[str, ...]
    task: Task
    classes: list[Array]
    known: NDArray[np.bool_]
    warnings: list[DataWarning]

    def target(self, rows: Rows, learning: NDArray[np.bool_]) -> Target:
        """Return the target; numbers are standardised on the training rows.

        Parameters
        ----------
        rows : Rows
        learning : array of bool, shape (rows,)
            Which rows are training rows.

        Raises
        ------
        ValueError
            If a number is not finite.
        """
        if self.task is Task.REGRESSION:
            numbers = tuple(_number_target(name, rows, learning) for name in self.names)
            return numbers[0] if len(numbers) == 1 else MultiNumberTarget(numbers)
        labels = tuple(map(ClassTarget, self.names, map(tuple, map(label_values, self.classes))))
        return labels[0] if self.task.is_classification else MultilabelTarget(labels)

    def groups(self, rows: Rows) -> NDArray[np.integer[Any]] | None:
        """Return the class index of each known row; None for multilabel and regression."""
        if not self.task.is_classification:
            return None
        target = ClassTarget(self.names[0], tuple(label_values(self.classes[0])))
        groups = np.empty(int(self.known.sum()), np.min_scalar_type(target.outputs))
        filled = 0
        for chunk in rows.select(self.names).rows(self.known).chunks():
            groups[filled : filled + len(chunk)] = target.places(chunk)
            filled += len(chunk)
        return groups


def recognise_targets(rows: Rows, names: tuple[str, ...], task: TargetTask | None) -> TargetColumns:
    """Recognise the target columns of a table.

    Parameters
    ----------
    rows : Rows
    names : tuple of str
        The target columns.
    task : TargetTask, optional
        Recognised from the values if not given.

    Raises
    ------
    ValueError
        If a column is missing, or its values do not fit the task.
    LimitError
        If there are too many classes.
    """
    if task is not None:
        one_of("task", task, tuple(TASKS))
    rows.require_columns(names)
    if not names:
        raise ValueError("name at least one column to predict")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"the target {twice[0]!r} is named twice")
    summaries = [_Summary(name) for name in names]
    known = np.zeros(len(rows), dtype=np.bool_)
    warnings: list[DataWarning] = []
    for before, chunk in enumerate_chunks(rows.select(names), len(names)):
        own, dropped = complete_rows(chunk, names)
        known[before : before + len(chunk)] = own
        warnings = merge_warnings(warnings, dropped, before)
        complete = chunk.rows(own)
        for summary in summaries:
            summary.add(complete.columns[summary.name], complete.labels(summary.name))
    if len(names) > 1 and not known.any():
        raise ValueError(f"no row has a value in each of the targets {', '.join(names)}")
    chosen = _recognised_task(summaries) if task is None else TASKS[task]
    _require_fitting(summaries, chosen)
    if chosen.is_classification:
        _require_repeating(summaries[0], int(known.sum()))
    regression = chosen is Task.REGRESSION
    classes = [np.empty(0) if regression else summary.classes for summary in summaries]
    return TargetColumns(names, chosen, classes, known, warnings)


@dataclass
class _Summary:
    """The distinct values and the type of a column, for recognising the task."""

    name: str
    values: set[Any] = field(default_factory=set)
    text: bool = False
    dates: bool = False
    whole: bool = True

    def add(self, column: Array, given: Array) -> None:
        """Take in some values: as a table has them, and in the type in which they were given."""
        as_text = given.dtype == object and any(isinstance(value, str) for value in given[:1])
        self.dates |= column.dtype.kind == "M" and not as_text
        self.text |= column.dtype == object or (column.dtype.kind == "M" and as_text)
        if column.dtype.kind == "f":
            self.whole &= bool((column == np.round(column)).all())
        if len(self.values) <= MAX_CLASSES and len(given):
            self.values |= set(label_values(self._distinct(given)))

    @property
    def classes(self) -> Array:
        return self._distinct(list(self.values))

    def _distinct(self, values: Any) -> Array:
        try:
            labels = label_array(values)
        except TypeError as error:
            raise TypeError(f"the target {self.name!r} holds {error}") from None
        if labels.dtype.kind == "M" and labels.dtype not in (DAYS, MICROSECONDS):
            raise ValueError(
                f"the target {self.name!r} holds times finer than microseconds; round them"
            )
        return distinct_labels(labels)

    @property
    def could_be_classes(self) -> bool:
        if self.dates:
            return False
        return self.text or (self.whole and len(self.values) <= MAX_NUMBER_CLASSES)


def _recognised_task(summaries: list[_Summary]) -> Task:
    dates = [summary.name for summary in summaries if summary.dates]
    if dates:
        raise ValueError(
            f"the target {dates[0]!r} holds dates; expected numbers, or text for classes. If each "
            "date is a class, say that the task is classification"
        )
    if len(summaries) == 1:
        return Task.MULTICLASS if summaries[0].could_be_classes else Task.REGRESSION
    if all(len(summary.values) == 2 and summary.could_be_classes for summary in summaries):
        return Task.MULTILABEL
    if any(summary.text for summary in summaries):
        held = ", ".join(
            f"{counted(len(one.values), 'class', 'classes')} in {one.name!r}"
            if one.could_be_classes
            else f"numbers in {one.name!r}"
            for one in summaries
        )
        raise ValueError(
            "several targets must be all numbers, or all labels of two classes each; found "
            f"{held}. Train a separate model for each target"
        )
    return Task.REGRESSION


def _require_fitting(summaries: list[_Summary], task: Task) -> None:
    if task is Task.REGRESSION:
        return
    if task is Task.MULTILABEL and len(summaries) == 1:
        raise ValueError(
            "multilabel needs several target columns; one column of two classes is classification"
        )
    if task.is_classification and len(summaries) > 1:
        raise ValueError(
            "classification has one target column; use regression or multilabel for several"
        )
    for summary in summaries:
        count = len(summary.values)
        if count > MAX_CLASSES:
            raise LimitError(
                f"the target {summary.name!r} has more than {MAX_CLASSES:,} different values, too "
                "many for classification"
            )
        if count < 2:
            only = f"only {label_text(summary.classes[0])!r}" if count else "no value"
            raise ValueError(
                f"the target {summary.name!r} holds {only}; expected at least two classes"
            )
        if task is Task.MULTILABEL and count > 2:
            raise ValueError(f"the target {summary.name!r} has {count} classes; a label has two")


def _require_repeating(summary: _Summary, rows: int) -> None:
    """Refuse texts that hardly repeat: they are names, or numbers that are not read as such."""
    count = len(summary.values)
    if count > MOST_UNREPEATED and 2 * count > rows:
        raise ValueError(
            f"the target {summary.name!r} holds {count:,} different values in {rows:,} rows, like "
            f"{label_text(summary.classes[0])!r}: too few rows of each class. If they are numbers, "
            "write them without other text, or say that the column holds numbers"
        )


def _number_target(name: str, rows: Rows, learning: NDArray[np.bool_]) -> NumberTarget:
    """Mean and standard deviation, computed chunk by chunk.

    Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm", equation 2.1.
    """
    count, mean, squares = 0, 0.0, 0.0
    # Chunks of the whole table, so that the result is the same in memory and from a file.
    for before, chunk in enumerate_chunks(rows.select((name,)), 1):
        column = chunk.columns[name][learning[before : before + len(chunk)]]
        if not len(column):
            continue
        if column.dtype.kind != "f" or not np.isfinite(column).all():
            text = next((v for v in column.tolist() if not isinstance(v, float)), "infinity")
            raise ValueError(f"the target {name!r} must hold finite numbers, but holds {text!r}")
        own, both = float(column.mean()), count + len(column)
        apart = own - mean
        squares += float(np.square(column - own).sum()) + apart * apart * count * len(column) / both
        mean = own if not count else mean + apart * len(column) / both
        count = both
    scale = math.sqrt(squares / count)
    return NumberTarget(name, mean, scale if scale > 0 else 1.0)
