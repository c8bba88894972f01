"""Targets of several columns: numbers, or labels of two classes each. Targets from records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from glassnet.arrays.inputs import Array
from glassnet.formula.document import Block
from glassnet.formula.document import Table as DocumentTable
from glassnet.tables.header_values import above_zero, described, finite, text, texts
from glassnet.tables.table import Table
from glassnet.tables.targets.target import ClassTarget, NumberTarget, Target

__all__ = ["LabelsTarget", "NumbersTarget", "SeveralTarget", "target_from_dict"]

T = TypeVar("T")


class SeveralTarget(Target):
    """Several columns, an output for each."""

    targets: tuple[Any, ...]

    @property
    def name(self) -> str:  # type: ignore[override]  # it follows from the columns
        """The columns, side by side."""
        return ", ".join(self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(target.name for target in self.targets)

    @property
    def outputs(self) -> int:
        """One for each column."""
        return len(self.targets)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": self.task, "targets": [target.to_dict() for target in self.targets]}


@dataclass(frozen=True)
class NumbersTarget(SeveralTarget):
    """Several numbers."""

    targets: tuple[NumberTarget, ...]
    task = "numbers"

    @property
    def output_names(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def desired(self, table: Table) -> Array:
        """Return the standardised numbers."""
        return np.concatenate([target.desired(table) for target in self.targets], axis=1)

    def answers(self, predicted: Array) -> Array:
        """Return the numbers."""
        return predicted

    def wanted(self, answer: Any) -> Any:
        """Return the standardised numbers."""
        answers = _an_answer_for_each(self.columns, answer)
        return [target.wanted(one) for target, one in zip(self.targets, answers, strict=True)]

    def explain(self, outputs: Array, wanted: Any) -> tuple[Block, ...]:
        """Return p · scale + mean for each, and d = (desired − mean) / scale."""
        nothing = [None] * self.outputs
        answers = nothing if wanted is None else _an_answer_for_each(self.columns, wanted)
        rows = zip(self.targets, outputs.tolist(), answers, strict=True)
        return tuple(
            equation
            for number, (target, output, answer) in enumerate(rows, start=1)
            for equation in target.explain_output(number, output, answer)
        )

    def in_its_unit(self, outputs: Array) -> Array:
        """Return each column in its own unit."""
        columns = [
            target.in_its_unit(outputs[:, number]) for number, target in enumerate(self.targets)
        ]
        return np.stack(columns, axis=1)


@dataclass(frozen=True)
class LabelsTarget(SeveralTarget):
    """Several labels of two classes each: an output is the probability of the second class."""

    targets: tuple[ClassTarget, ...]
    task = "labels"

    @property
    def output_names(self) -> tuple[str, ...]:
        """Each label with the class that the output is the probability of."""
        return tuple(f"{label.name} = {label.classes[1]}" for label in self.targets)

    def desired(self, table: Table) -> Array:
        """Return 1 where the second class is true, 0 where the first one is."""
        return np.stack([label.places(table) for label in self.targets], axis=1).astype(np.float64)

    def answers(self, predicted: Array) -> Array:
        """Return the more probable class of each label, (rows, columns)."""
        columns = [
            np.array(label.classes)[(predicted[:, number] > 0.5).astype(int)]
            for number, label in enumerate(self.targets)
        ]
        return np.stack(columns, axis=1)

    def wanted(self, answer: Any) -> Any:
        """Return 1 for each label whose second class is right, 0 for the others."""
        answers = _an_answer_for_each(self.columns, answer)
        places = []
        for label, one in zip(self.targets, answers, strict=True):
            name = label.class_name(one)
            if name not in label.classes:
                known = " and ".join(map(repr, label.classes))
                raise ValueError(f"{label.name} has the classes {known}, not {one!r}")
            places.append(float(label.classes.index(name)))
        return places

    def explain(self, outputs: Array, wanted: Any) -> tuple[Block, ...]:
        """Return what each output is the probability of."""
        rows = zip(self.output_names, outputs.tolist(), strict=True)
        table = tuple((f"output {k}", name, p) for k, (name, p) in enumerate(rows, start=1))
        return (DocumentTable(("", "is the probability of", "p"), table),)


def target_from_dict(record: dict[str, Any]) -> Target:
    """Return the target that :meth:`Target.to_dict` describes.

    Raises
    ------
    FileFormatError
        If it describes none.
    """
    with described("a target"):
        match record["kind"]:
            case "class":
                return _class_target(record)
            case "number":
                return _number_target(record)
            case "numbers":
                return NumbersTarget(_several(record["targets"], _number_target))
            case "labels":
                labels = _several(record["targets"], _class_target)
                if all(len(label.classes) == 2 for label in labels):
                    return LabelsTarget(labels)
        raise ValueError(record)


def _class_target(record: dict[str, Any]) -> ClassTarget:
    return ClassTarget(text(record["name"]), texts(record["classes"]))


def _number_target(record: dict[str, Any]) -> NumberTarget:
    return NumberTarget(text(record["name"]), finite(record["mean"]), above_zero(record["scale"]))


def _several(records: Any, one: Callable[[dict[str, Any]], T]) -> tuple[T, ...]:
    if not isinstance(records, list) or len(records) < 2:
        raise ValueError(records)
    return tuple(one(record) for record in records)


def _an_answer_for_each(columns: tuple[str, ...], answer: Any) -> list[Any]:
    several = isinstance(answer, list | tuple | np.ndarray)
    if not several or len(answer) != len(columns):
        names = ", ".join(columns)
        raise ValueError(f"expected {len(columns)} answers, for {names}, not {answer!r}")
    return list(answer)
