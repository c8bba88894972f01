"""Networks without a table of their own: which columns are their inputs, and what the target holds.

They come from another library, or were trained on arrays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.targets import checked_targets
from glassnet.core.array import Array
from glassnet.core.labels import distinct_labels, label_array, label_text, label_values
from glassnet.core.plural import counted
from glassnet.explanation.explanation import Origins
from glassnet.explanation.why import Row
from glassnet.formula.document import Section
from glassnet.model import Model
from glassnet.network import Network
from glassnet.nn.task import Task
from glassnet.tables.columns import is_missing
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.read.frames import as_table
from glassnet.tables.table import Rows, Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning

__all__ = ["ImportedModel", "model_for"]

#: So many columns are named in a message.
NAMED = 12


@dataclass(repr=False)
class ImportedModel(Model):
    """A network whose inputs are columns of numbers as they stand in a table.

    Attributes
    ----------
    mean_row : array of shape (inputs,), optional
        Of the table.
    """

    mean_row: Array | None = None

    def __post_init__(self) -> None:
        self.network.feature_names = self.encoder.feature_names
        if isinstance(self.target, ClassTarget):
            self.network.classes = self.target.labels

    def encode(self, frame: Any) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the columns as they are; ValueError where one is no number, or missing."""
        table = as_table(frame, needed=self.encoder.columns)
        table.require_columns(self.encoder.columns)
        for name in self.encoder.columns:
            _require_numbers(name, table.columns[name])
        return self.encoder.encode(table)

    def _before(self, one: Table, x: Array, target: Any) -> tuple[list[Section], Origins]:
        return [], {}  # the inputs are the row's own values

    def _row(self, one: Table) -> Row:
        row = super()._row(one)
        if row.is_blank or self.mean_row is None:
            return row
        return replace(row, baseline=self.mean_row, baseline_words="the mean row of the table")

    def _note(self, x: Array, target: Any) -> str:
        return ""  # the numbers are the network's own

    def _mean_outputs(self, x: Array) -> Array:
        """The outputs; of two classes, the probabilities of both."""
        outputs = super()._mean_outputs(x)
        if self.network.task is not Task.BINARY:
            return outputs
        both: Array = np.hstack([1 - outputs, outputs])
        return both


def model_for(
    network: Network,
    rows: Rows,
    target: tuple[str, ...] = (),
    classes: Sequence[str] | None = None,
    keep: Collection[str] = (),
) -> tuple[ImportedModel, list[str]]:
    """Return the model of a network for a table, and warnings about what was taken for granted.

    Parameters
    ----------
    network : Network
    rows : Rows
    target : tuple of str
        The target columns, which are no inputs; none if they are not known.
    classes : sequence of str, optional
        The classes in the order of the outputs; if not given, those of the network or else the
        labels of the target column: whole numbers as they are, others sorted.
    keep : collection of str
        Further columns that are no inputs.

    Raises
    ------
    ValueError
        If columns or labels do not fit the network.
    """
    rows.require_columns([*target, *keep])
    columns = _input_columns(network, rows, target, keep)
    encoders = tuple(
        NumberEncoder(name, 0.0, 1.0, indicator=False).written_as(rows.formats.get(name))
        for name in columns
    )
    found, warnings = _target(network, rows, target, classes)
    mean = _mean_row(rows, columns)
    return ImportedModel(network, TableEncoder(encoders), found, {}, (), mean), warnings


def _input_columns(
    network: Network, rows: Rows, target: tuple[str, ...], keep: Collection[str]
) -> list[str]:
    """The columns that are the inputs: by name where the network knows names, else in order."""
    inputs, names = network.architecture.inputs, network.feature_names or []
    both = [name for name in target if name in names]
    if both:
        raise ValueError(
            f"the target {both[0]!r} is an input of the model; expected another column"
        )
    if absent := [name for name in names if name not in rows.names]:
        if len(absent) < len(names):
            raise ValueError(
                f"the table has no column {_listed(absent)}; the model's inputs are "
                f"{_listed(names)}"
            )
    elif names:
        return list(names)
    beside = [name for name in rows.names if name not in (*target, *keep)]
    if len(beside) == inputs:
        return beside
    than = f" beside the target {_listed(target)}" if target else ""
    hint = ""
    if not target and len(beside) == inputs + 1:
        hint = ". If one of them is the target, name it: --target COLUMN"
    raise ValueError(
        f"the table has {counted(len(beside), 'column')}{than}: {_listed(beside)}; the network has "
        f"{counted(inputs, 'input')}; the columns must be the inputs in order{hint}"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more


def _require_numbers(name: str, column: Array) -> None:
    if column.ndim > 1:
        raise ValueError("this model takes tables of numbers; give its inputs as columns")
    missing = np.flatnonzero(is_missing(column))
    if len(missing):
        where = f" in row {int(missing[0])}" if len(column) > 1 else ""
        raise ValueError(f"column {name!r} is missing a value{where}; expected a number")
    if column.dtype.kind != "f":
        raise ValueError(f"column {name!r} holds {str(column[0])!r}; the network needs numbers")


def _mean_row(rows: Rows, columns: list[str]) -> Array | None:
    """The means of the columns over the table, or its first chunk if it is large."""
    chunk = next(iter(rows.select(tuple(columns)).chunks()), None)
    if chunk is None or not all(chunk.columns[name].dtype.kind == "f" for name in columns):
        return None
    values = np.stack([chunk.columns[name] for name in columns], axis=1)
    known = values[np.isfinite(values).all(axis=1)]
    mean: Array | None = known.mean(axis=0) if len(known) > 1 else None
    return mean


def _target(
    network: Network, rows: Rows, names: tuple[str, ...], classes: Sequence[str] | None
) -> tuple[Target, list[str]]:
    """What the target columns hold, and warnings."""
    task, outputs = network.task, network.architecture.outputs
    expected = 1 if task.is_classification else outputs
    if names and len(names) != expected:
        what = "one target column" if expected == 1 else f"{expected} target columns"
        raise ValueError(f"the network needs {what}, not {_listed(names)}")
    if classes is not None and not task.is_classification:
        raise ValueError("classes are for classification; the network's outputs are no classes")
    if task.is_classification:
        labels, warnings = _classes(network, rows, names, classes)
        return ClassTarget(names[0] if names else "prediction", tuple(labels)), warnings
    named = names or tuple(f"output {number}" for number in range(1, outputs + 1))
    if task is Task.MULTILABEL:
        both = [_two(rows, name) if names else [0, 1] for name in named]
        return MultilabelTarget(tuple(map(ClassTarget, named, map(tuple, both)))), []
    numbers = tuple(NumberTarget(name, 0.0, 1.0) for name in named)
    if names:
        return numbers[0] if outputs == 1 else MultiNumberTarget(numbers), []
    single = NumberTarget("prediction", 0.0, 1.0)
    return single if outputs == 1 else MultiNumberTarget(numbers), []


def _known_labels(rows: Rows, name: str) -> Array:
    """The labels of a column, in their own type, without missing ones."""
    whole = rows.select((name,)).in_memory()
    return whole.labels(name)[~is_missing(whole.columns[name])]


def _different(rows: Rows, name: str) -> list[Any]:
    """The different labels of a column, sorted."""
    return label_values(distinct_labels(label_array(_known_labels(rows, name))))


def _two(rows: Rows, name: str) -> list[Any]:
    """The two classes of an independent label: no and yes are 0 and 1, others sorted."""
    found = _different(rows, name)
    if set(found) <= {0, 1}:
        return [0, 1]
    if len(found) != 2:
        raise ValueError(f"the target {name!r} holds {len(found)} different labels; expected two")
    return found


def _classes(
    network: Network, rows: Rows, names: tuple[str, ...], classes: Sequence[str] | None
) -> tuple[list[Any], list[str]]:
    """The classes in the order of the outputs, and a warning where that order is a guess."""
    task = network.task
    count = task.classes(network.architecture.outputs)
    if classes is not None:
        return _named_classes(rows, names, classes, count), []
    if network.classes is not None:
        return label_values(network.classes), []
    if not names:
        return [*range(count)], []
    labels = _known_labels(rows, names[0])
    if not len(labels):
        return [*range(count)], []
    values = _classes_in(labels, network, names[0])
    if values == [*range(count)]:
        return values, []
    listed = ", ".join(map(label_text, values[:NAMED])) + (", ..." if count > NAMED else "")
    guess = (
        f"the model does not name its classes; the labels of {names[0]!r} were taken in sorted "
        f"order: {listed}. If its outputs have another order, say so with --classes"
    )
    return values, [guess]


def _classes_in(labels: Array, network: Network, name: str) -> list[Any]:
    """The classes that the labels of a column are: whole numbers as they are, others sorted."""
    outputs, task = network.architecture.outputs, network.task
    try:
        found = checked_targets(labels, task, outputs, network.dtype, None, f"column {name!r}")
    except ValueError as error:
        hint = "name all classes in the order of the outputs with --classes"
        raise ValueError(f"{error}; {hint}") from None
    count = task.classes(outputs)
    return [*range(count)] if found.classes is None else label_values(found.classes)


def _named_classes(
    rows: Rows, names: tuple[str, ...], classes: Sequence[str], count: int
) -> list[Any]:
    """The classes that were named, in the type of the column's labels."""
    if len(set(classes)) != count or len(classes) != count:
        raise ValueError(
            f"the network has {count} classes; {len(set(classes))} different ones are named: "
            f"{', '.join(classes)}"
        )
    labels = _different(rows, names[0]) if names else []
    known = {label_text(label): label for label in labels}
    named = [known.get(text, text) for text in classes]
    if labels and all(isinstance(label, int) for label in labels):
        return [int(text) if str(text).isdecimal() else text for text in named]
    return named
