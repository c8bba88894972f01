"""Targets: what a model predicts, and how it becomes a desired output."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from glassnet.data.records import above_zero, finite, texts
from glassnet.errors import FileFormatError

__all__ = ["ClassTarget", "NumberTarget", "Target", "target_from_dict"]


class Target(ABC):
    """What a model predicts, and how it becomes a desired output."""

    name: str

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of some classes."""

    name: str
    classes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "class", "name": self.name, "classes": list(self.classes)}


@dataclass(frozen=True)
class NumberTarget(Target):
    """A number; the network predicts (number − mean) / scale."""

    name: str
    mean: float
    scale: float

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
