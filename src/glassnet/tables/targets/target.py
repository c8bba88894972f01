"""Targets: what a model predicts, and how it becomes a desired output and back."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from glassnet.arrays.inputs import Array
from glassnet.formula.document import Block, Equation, worked
from glassnet.formula.tree import Symbol
from glassnet.tables.columns import number_label
from glassnet.tables.table import Table

__all__ = [
    "ClassTarget",
    "NumberTarget",
    "Target",
    "Task",
    "answers_of",
    "as_number",
    "class_texts",
]

#: What a target is: one of some classes, numbers, or several labels of two classes each.
Task: TypeAlias = Literal["classes", "numbers", "labels"]


class Target(ABC):
    """What a model predicts, and how it becomes a desired output and back."""

    name: str
    task: Task

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that hold it."""
        return (self.name,)

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many outputs a network needs for it."""

    @property
    @abstractmethod
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for."""

    @abstractmethod
    def desired(self, table: Table) -> Array:
        """Return what a network is to predict, float64 of shape (rows, outputs).

        Raises
        ------
        ValueError
            If a column is missing, or a value in it is missing, of the wrong kind or unknown.
        """

    @abstractmethod
    def answers(self, predicted: Array) -> Array:
        """Return names of classes, (rows,) or (rows, columns), or numbers in the target's unit."""

    def in_its_unit(self, outputs: Array) -> Array:
        """Return a network's outputs in the target's own unit."""
        return outputs

    @abstractmethod
    def wanted(self, answer: Any) -> Any:
        """Return what a network is to predict for one row, by the right answer.

        Raises
        ------
        ValueError
            If that is no answer.
        """

    def explain(self, outputs: Array, wanted: Any) -> tuple[Block, ...]:
        """Return how a row's outputs become numbers in the target's unit, and the wanted ones d.

        Parameters
        ----------
        outputs : array of shape (outputs,)
        wanted : optional
            The right answer.
        """
        return ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of some classes."""

    name: str
    classes: tuple[str, ...]
    task = "classes"

    @property
    def outputs(self) -> int:
        """One for each class."""
        return len(self.classes)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The classes."""
        return self.classes

    def places(self, table: Table) -> Array:
        """Return the place of each row's class among all.

        Raises
        ------
        ValueError
            If one is unknown.
        """
        column = table.column(self.name)
        if column.dtype == object:
            different, rows = [str(value) for value in column.tolist()], np.arange(len(column))
        else:
            numbers, rows = np.unique(column, return_inverse=True)
            different = class_texts(numbers).tolist()
        place = {name: number for number, name in enumerate(self.classes)}
        unknown = sorted(set(different) - set(place))
        if unknown:
            known = ", ".join(self.classes[:10])
            raise ValueError(
                f"column {self.name!r} holds the unknown class {unknown[0]!r}; known are: {known}"
            )
        return np.array([place[text] for text in different], dtype=np.int64)[rows]

    def desired(self, table: Table) -> Array:
        """Return 1 for each row's class, and 0 for the others."""
        one_hot = np.zeros((len(table), len(self.classes)))
        one_hot[np.arange(len(table)), self.places(table)] = 1
        return one_hot

    def answers(self, predicted: Array) -> Array:
        """Return the name of each row's most probable class."""
        names: Array = np.array(self.classes)[predicted.argmax(axis=1)]
        return names

    def wanted(self, answer: Any) -> Any:
        """Return the class, by which a network knows it too."""
        return self.class_name(answer)

    def class_name(self, answer: Any) -> Any:
        """Return a class as this target calls it: numbers and truth values have names too."""
        if isinstance(answer, bool | np.bool_):
            return str(answer).lower()
        if isinstance(answer, int | float | np.number):
            return number_label(float(answer))
        lowered = answer.lower() if isinstance(answer, str) else None
        return lowered if set(self.classes) == {"false", "true"} and lowered else answer

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "class", "name": self.name, "classes": list(self.classes)}


@dataclass(frozen=True)
class NumberTarget(Target):
    """A number; the network predicts (number − mean) / scale."""

    name: str
    mean: float
    scale: float
    task = "numbers"

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    @property
    def output_names(self) -> tuple[str, ...]:
        """The target's name."""
        return (self.name,)

    def numbers(self, table: Table) -> Array:
        """Return the column.

        Raises
        ------
        ValueError
            If a value is no finite number.
        """
        column = table.column(self.name)
        if column.dtype.kind != "f" or not np.isfinite(column).all():
            raise ValueError(f"the target {self.name!r} must hold finite numbers")
        return column

    def desired(self, table: Table) -> Array:
        """Return the standardised numbers."""
        scaled: Array = (self.numbers(table)[:, np.newaxis] - self.mean) / self.scale
        return scaled

    def answers(self, predicted: Array) -> Array:
        """Return the numbers."""
        return predicted[:, 0]

    def in_its_unit(self, outputs: Array) -> Array:
        """Return mean + scale · output."""
        numbers: Array = outputs.astype(np.float64) * self.scale + self.mean
        return numbers

    def wanted(self, answer: Any) -> Any:
        """Return the standardised number."""
        return (as_number(answer, self.name) - self.mean) / self.scale

    def explain(self, outputs: Array, wanted: Any) -> tuple[Block, ...]:
        """Return p · scale + mean, and d = (desired − mean) / scale."""
        return self.explain_output(1, float(outputs[0]), wanted)

    def explain_output(self, number: int, output: float, wanted: Any) -> tuple[Equation, ...]:
        """Return the same for the output of some number, counted from 1."""
        scale, mean = Symbol("scale", self.scale), Symbol("mean", self.mean)
        formula = Symbol("p", output, index=str(number)) * scale + mean
        predicted = Symbol(f"predicted {self.name}", formula.evaluate())
        equations = (worked(predicted, formula),)
        if wanted is None:
            return equations
        ideal = (Symbol(f"desired {self.name}", as_number(wanted, self.name)) - mean) / scale
        return (*equations, worked(Symbol("d", ideal.evaluate(), index=str(number)), ideal))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "number", "name": self.name, "mean": self.mean, "scale": self.scale}


def answers_of(target: Target, table: Table) -> list[Any]:
    """Return the right answer of each row, as :meth:`Target.wanted` takes it."""
    columns = [table.column(name) for name in target.columns]
    if target.task != "numbers":
        columns = [class_texts(column) for column in columns]
    if len(columns) == 1:
        answers: list[Any] = columns[0].tolist()
        return answers
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def as_number(desired: Any, name: str) -> float:
    """Return a desired value as a number.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        number = float(desired)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise ValueError(f"the desired {name} must be a finite number, not {desired!r}")
    return number


def class_texts(column: Array) -> Array:
    """Return class names as text; whole numbers without a decimal point."""
    if column.dtype == object:
        return np.array([str(value) for value in column])
    return np.array([number_label(float(value)) for value in column])
