"""The interface of targets, which encode target columns for a network and decode predictions."""

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
    """What a model predicts, and how it is encoded for a network and decoded."""

    name: str
    task: TargetTask

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the target columns."""
        return (self.name,)

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Number of network outputs."""

    @property
    @abstractmethod
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs."""

    @abstractmethod
    def encode(self, table: Table) -> Array:
        """Return the network's targets, float64 of shape (rows, outputs).

        Raises
        ------
        ValueError
            If a column is missing, or a value is missing, of the wrong type, or unknown.
        """

    @abstractmethod
    def decode(self, predicted: Array) -> Array:
        """Return class names, or numbers in the target's unit, (rows,) or (rows, columns)."""

    def rescale(self, outputs: Array) -> Array:
        """Return a network's outputs in the target's own unit."""
        return outputs

    @abstractmethod
    def encode_value(self, value: Any) -> Any:
        """Return the network's target for one row, given its target value.

        Raises
        ------
        ValueError
            If the value is not valid for this target.
        """

    def explain(self, outputs: Array, value: Any) -> tuple[Block, ...]:
        """Show how outputs become numbers in the target's unit, and how the target is standardised.

        Parameters
        ----------
        outputs : array of shape (outputs,)
        value : optional
            The row's target value.
        """
        return ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


def target_values(target: Target, table: Table) -> list[Any]:
    """Return the target value of each row, as :meth:`Target.encode_value` accepts it."""
    columns = [table.column(name) for name in target.columns]
    if target.task != "regression":
        columns = [class_texts(column) for column in columns]
    if len(columns) == 1:
        values: list[Any] = columns[0].tolist()
        return values
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def as_number(value: Any, name: str) -> float:
    """Return a target value as a number.

    Raises
    ------
    ValueError
        If it is not a finite number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise ValueError(f"the target {name} must be a finite number, not {value!r}")
    return number


def class_texts(column: Array) -> Array:
    """Return class names as text, whole numbers without a decimal point."""
    if column.dtype == object:
        return np.array([str(value) for value in column])
    return np.array([number_label(float(value)) for value in column])
