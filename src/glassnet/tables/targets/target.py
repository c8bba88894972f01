"""What a target is: what a model predicts, and how it becomes targets of a network and back."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Block
from glassnet.nn.task import TargetTask
from glassnet.tables.columns import number_label
from glassnet.tables.table import Table

__all__ = ["Target", "as_number", "class_texts", "target_values"]


class Target(ABC):
    """What a model predicts, and how it becomes a target and back."""

    name: str
    task: TargetTask

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
    def encode(self, table: Table) -> Array:
        """Return what a network is to predict, float64 of shape (rows, outputs).

        Raises
        ------
        ValueError
            If a column is missing, or a value in it is missing, of the wrong kind or unknown.
        """

    @abstractmethod
    def decode(self, predicted: Array) -> Array:
        """Return names of classes, (rows,) or (rows, columns), or numbers in the target's unit."""

    def rescale(self, outputs: Array) -> Array:
        """Return a network's outputs in the target's own unit."""
        return outputs

    @abstractmethod
    def encode_value(self, value: Any) -> Any:
        """Return what a network is to predict for one row, by the right answer.

        Raises
        ------
        ValueError
            If that is no answer.
        """

    def explain(self, outputs: Array, encode_value: Any) -> tuple[Block, ...]:
        """Return how a row's outputs become numbers in the target's unit, and the wanted ones d.

        Parameters
        ----------
        outputs : array of shape (outputs,)
        encode_value : optional
            The right answer.
        """
        return ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


def target_values(target: Target, table: Table) -> list[Any]:
    """Return the right answer of each row, as :meth:`Target.encode_value` takes it."""
    columns = [table.column(name) for name in target.columns]
    if target.task != "regression":
        columns = [class_texts(column) for column in columns]
    if len(columns) == 1:
        decode: list[Any] = columns[0].tolist()
        return decode
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def as_number(encode: Any, name: str) -> float:
    """Return a target value as a number.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        number = float(encode)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise ValueError(f"the target {name} must be a finite number, not {encode!r}")
    return number


def class_texts(column: Array) -> Array:
    """Return class names as text; whole numbers without a decimal point."""
    if column.dtype == object:
        return np.array([str(value) for value in column])
    return np.array([number_label(float(value)) for value in column])
