"""Targets: what a model predicts, and how it becomes a desired output."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.records import above_zero, finite, texts
from glassnet.errors import FileFormatError
from glassnet.formula.document import Equation, worked
from glassnet.formula.tree import Symbol

__all__ = ["ClassTarget", "NumberTarget", "Target", "target_from_dict"]


class Target(ABC):
    """What a model predicts, and how it becomes a desired output."""

    name: str

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many outputs a network needs for it."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of some classes."""

    name: str
    classes: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """One for each class."""
        return len(self.classes)

    def most_probable(self, probabilities: Array) -> Array:
        """Return the name of each row's most probable class."""
        names: Array = np.array(self.classes)[probabilities.argmax(axis=1)]
        return names

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "class", "name": self.name, "classes": list(self.classes)}


@dataclass(frozen=True)
class NumberTarget(Target):
    """A number; the network predicts (number − mean) / scale."""

    name: str
    mean: float
    scale: float

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    def explain(self, output: float, wanted: float | None) -> tuple[Equation, ...]:
        """Return how the output becomes a number in the target's unit, and the desired one d."""
        scale, mean = Symbol("scale", self.scale), Symbol("mean", self.mean)
        formula = Symbol("p", output, index="1") * scale + mean
        predicted = Symbol(f"predicted {self.name}", formula.evaluate())
        equations = (worked(predicted, formula),)
        if wanted is None:
            return equations
        ideal = (Symbol(f"desired {self.name}", wanted) - mean) / scale
        return (*equations, worked(Symbol("d", ideal.evaluate(), index="1"), ideal))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "number", "name": self.name, "mean": self.mean, "scale": self.scale}


def target_from_dict(record: dict[str, Any]) -> Target:
    """Return the target that :meth:`Target.to_dict` describes.

    Raises
    ------
    FileFormatError
        If it describes none.
    """
    try:
        if record["kind"] == "class":
            return ClassTarget(str(record["name"]), texts(record["classes"]))
        if record["kind"] == "number":
            mean, scale = finite(record["mean"]), above_zero(record["scale"])
            return NumberTarget(str(record["name"]), mean, scale)
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise FileFormatError("the file holds a target that this version does not know")
