"""The target of classification: one of several classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.tables.columns import number_label
from glassnet.tables.table import Table
from glassnet.tables.targets.target import Target, class_texts

__all__ = ["ClassTarget"]


@dataclass(frozen=True)
class ClassTarget(Target):
    """One of several classes, encoded as a one-hot vector."""

    name: str
    classes: tuple[str, ...]
    task = "classification"

    @property
    def outputs(self) -> int:
        """One for each class."""
        return len(self.classes)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The classes."""
        return self.classes

    def places(self, table: Table) -> Array:
        """Return the class index of each row.

        Raises
        ------
        ValueError
            If a class is unknown.
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
                f"column {self.name!r} has the unknown class {unknown[0]!r}; known are: {known}"
            )
        return np.array([place[text] for text in different], dtype=np.int64)[rows]

    def encode(self, table: Table) -> Array:
        """Return one-hot rows."""
        one_hot = np.zeros((len(table), len(self.classes)))
        one_hot[np.arange(len(table)), self.places(table)] = 1
        return one_hot

    def decode(self, predicted: Array) -> Array:
        """Return the name of each row's most probable class."""
        names: Array = np.array(self.classes)[predicted.argmax(axis=1)]
        return names

    def encode_value(self, value: Any) -> Any:
        """Return the class name, which a network accepts as a target."""
        return self.class_name(value)

    def class_name(self, value: Any) -> Any:
        """Return the name of a class; numbers and booleans become text."""
        if isinstance(value, bool | np.bool_):
            return str(value).lower()
        if isinstance(value, int | float | np.number):
            return number_label(float(value))
        lowered = value.lower() if isinstance(value, str) else None
        return lowered if set(self.classes) == {"false", "true"} and lowered else value

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "class", "name": self.name, "classes": list(self.classes)}
