"""Predictions of a model for the rows of a table."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from glassnet.core.array import Array
from glassnet.core.labels import json_label, label_text, label_values
from glassnet.evaluation.finite_outputs import require_finite_outputs
from glassnet.formula.document import Bars, Document, Section
from glassnet.model import Model
from glassnet.nn.task import Task
from glassnet.tables.table import Rows, Table, enumerate_chunks
from glassnet.tables.targets.target import Target
from glassnet.tables.warnings import DataWarning, merge_warnings

__all__ = ["Predictions", "predict", "write_csv"]


@dataclass(frozen=True)
class Predictions:
    """The predicted class or number of each row, and the probabilities of classes or labels.

    Attributes
    ----------
    target : Target
    predicted : array of shape (rows,) or (rows, columns)
    probabilities : array of shape (rows, outputs), or None for regression
    warnings : list of DataWarning
        About missing values and unseen categories.
    carried : mapping of column name to array
        Columns of the rows that are written before the predictions; the file of each picture.
    """

    target: Target
    predicted: Array
    probabilities: Array | None
    warnings: list[DataWarning]
    carried: Mapping[str, Array] = field(default_factory=dict)

    def to_csv(self, *, header: bool = True, top: int | None = None) -> str:
        """Return the predictions as CSV, one line for each row, with an optional header.

        With `top`, only so many of the most probable classes and their probabilities follow.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if header:
            writer.writerow([*self.carried, *self.target.columns, *self._names(top)])
        carried = [label_values(column) for column in self.carried.values()]
        predictions = self.predicted.reshape(len(self.predicted), -1).tolist()
        for row, answer in enumerate(predictions):
            before = [_cell(column[row]) for column in carried]
            writer.writerow([*before, *map(_cell, answer), *self._probabilities(row, top)])
        return text.getvalue()

    def _names(self, top: int | None) -> list[str]:
        if self.probabilities is None:
            return []
        if top is None:
            return [f"p({name})" for name in self.target.output_names]
        places = range(1, min(top, self.target.outputs) + 1)
        return [name for place in places for name in (f"top {place}", f"p(top {place})")]

    def _probabilities(self, row: int, top: int | None) -> list[str]:
        if self.probabilities is None:
            return []
        values = self.probabilities[row]
        if top is None:
            return [f"{p:.6g}" for p in values.tolist()]
        names = self.target.output_names
        first = np.argsort(-values, kind="stable")[:top].tolist()
        return [cell for place in first for cell in (names[place], f"{values[place]:.6g}")]

    def bars(self, title: str, row: int = 0, most: int = 10) -> Document:
        """Return a bar chart of the most probable classes of one row."""
        assert self.probabilities is not None
        names, probabilities = self.target.output_names, self.probabilities[row].tolist()
        order = sorted(range(len(names)), key=lambda k: -probabilities[k])[:most]
        labels = tuple(names[k] for k in order)
        values = tuple(probabilities[k] for k in order)
        rest = sum(probabilities) - sum(values)
        left = len(names) - len(order)
        caption = f"and {left:,} more classes, {rest:.3g} in total" if left else ""
        bars = Bars(labels, (("probability", values),), caption)
        return Document(
            f"{title}: {label_text(self.predicted[row])}", (Section(self.target.name, (bars,)),)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the predictions as JSON values."""
        columns = self.target.columns
        content: dict[str, Any] = {
            "target": columns[0] if len(columns) == 1 else list(columns),
            "predicted": _json_labels(self.predicted.tolist()),
        }
        if self.carried:
            content["rows"] = {name: _json_labels(c.tolist()) for name, c in self.carried.items()}
        if self.probabilities is not None:
            content[self.target.task.word] = list(self.target.output_names)
            content["probabilities"] = self.probabilities.tolist()
        return content | {"warnings": [str(warning) for warning in self.warnings]}


def predict(model: Model, table: Rows, keep: Sequence[str] = ()) -> Predictions:
    """Predict each row of a table, and carry the columns to keep along.

    Raises
    ------
    ValueError
        If a column is missing or has the wrong type.
    NotFiniteError
        If an output is infinite or not a number.
    """
    return _predicted(model, table.in_memory(), keep)


def write_csv(
    model: Model,
    table: Rows,
    file: Path | TextIO,
    keep: Sequence[str] = (),
    top: int | None = None,
    *,
    header: bool = True,
) -> list[str]:
    """Write the predictions for the rows of a table as CSV, chunk by chunk.

    Parameters
    ----------
    model : Model
    table : Rows
    file : Path or open file
    keep : sequence of str
        Columns of the table that are written before the predictions.
    top : int, optional
        Write only so many of the most probable classes.
    header : bool
        Whether the names of the columns are written first.

    Returns
    -------
    list of str
        Warnings about missing values and unseen categories.

    Raises
    ------
    ValueError
        If a column is missing or has the wrong type.
    NotFiniteError
        If an output is infinite or not a number.
    """
    if isinstance(file, Path):
        with file.open("w", encoding="utf-8") as opened:
            return write_csv(model, table, opened, keep, top, header=header)
    warnings: list[DataWarning] = []
    for before, chunk in enumerate_chunks(table, model.values_of_row):
        predictions = _predicted(model, chunk, keep, before)
        file.write(predictions.to_csv(header=header and before == 0, top=top))
        warnings = merge_warnings(warnings, predictions.warnings, before)
    return [str(warning) for warning in warnings]


def _cell(value: Any) -> Any:
    """A label as a CSV file has it: true and false as Polars reads them, numbers as they are."""
    return label_text(value) if isinstance(value, bool) else value


def _json_labels(values: list[Any]) -> list[Any]:
    return [
        _json_labels(value) if isinstance(value, list) else json_label(value) for value in values
    ]


def _predicted(model: Model, table: Table, keep: Sequence[str], before: int = 0) -> Predictions:
    """The predictions for rows, before which there are so many others."""
    x, warnings = model.encode(table)
    outputs, target = model.outputs(x), model.target
    require_finite_outputs(outputs, range(before, before + len(x)))
    probabilities = None if target.task is Task.REGRESSION else outputs
    carried = {name: table.labels(name) for name in keep}
    if table.files is not None:
        carried = {"file": table.files, **carried}
    return Predictions(target, target.decode(outputs), probabilities, warnings, carried)
