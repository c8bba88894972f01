"""The target of classification: one of several classes."""

from functools import cached_property
from typing import Any, ClassVar

import msgspec
import numpy as np

from glassnet.core.array import Array
from glassnet.core.file_record import Labels
from glassnet.core.labels import (
    classes_in_short,
    label_text,
    label_values,
    place_of,
    places_of,
)
from glassnet.nn.task import Task
from glassnet.tables.table import Table
from glassnet.tables.targets.target import Target

__all__ = ["ClassTarget"]


class ClassTarget(Target, frozen=True, dict=True, tag="class"):
    """One of several classes, encoded as a one-hot vector.

    Parameters
    ----------
    name : str
        Of the column.
    classes : tuple, or Labels
        The labels, in the order of the outputs and in their own type: text, whole numbers,
        numbers, truth values, dates.
    """

    name: str
    in_file: Labels | tuple[Any, ...] = msgspec.field(name="classes")
    task: ClassVar[Task] = Task.MULTICLASS

    def __post_init__(self) -> None:
        if not isinstance(self.in_file, Labels):
            msgspec.structs.force_setattr(self, "in_file", Labels.of(self.in_file))

    @cached_property
    def labels(self) -> Array:
        """The classes as an array of their own type."""
        assert isinstance(self.in_file, Labels)
        labels: Array = self.in_file.array
        return labels

    @cached_property
    def classes(self) -> tuple[Any, ...]:
        """The labels, in the order of the outputs."""
        return tuple(label_values(self.labels))

    def __repr__(self) -> str:
        return f"ClassTarget({self.name!r}, {self.classes})"

    @property
    def outputs(self) -> int:
        """One for each class."""
        return len(self.classes)

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(map(label_text, self.classes))

    def places(self, table: Table) -> Array:
        """Return the class index of each row.

        Raises
        ------
        ValueError
            If a class is unknown.
        """
        labels = table.labels(self.name)
        places = places_of(labels, self.labels)
        if (places < 0).any():
            raise self.unknown(label_values(labels[places < 0][:1])[0])
        return places

    def encode(self, table: Table) -> Array:
        """Return one-hot rows."""
        one_hot = np.zeros((len(table), self.outputs))
        one_hot[np.arange(len(table)), self.places(table)] = 1
        return one_hot

    def decode(self, predicted: Array) -> Array:
        """Return each row's most probable class, in its own type."""
        return self.task.labels(predicted, self.labels)

    def encode_value(self, value: Any) -> Any:
        """Return the class, which a network accepts as a target."""
        return self.classes[self.place(value)]

    def place(self, value: Any) -> int:
        """Return the index of a class.

        Raises
        ------
        ValueError
            If it is unknown.
        """
        place = place_of(value, self.labels)
        if place is None:
            raise self.unknown(value)
        return place

    def unknown(self, label: Any) -> ValueError:
        """Return the exception for a class that is not among these."""
        known = classes_in_short(self.classes)
        return ValueError(
            f"column {self.name!r} has the unknown class {label_text(label)!r}; known are: {known}"
        )
