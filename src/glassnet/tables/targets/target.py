"""The interface of targets, which encode target columns for a network and decode predictions."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from glassnet.core.array import Array
from glassnet.core.file_record import FileRecord
from glassnet.formula.document import Block
from glassnet.formula.number import number_text
from glassnet.nn.task import Task
from glassnet.tables.table import Table

__all__ = ["Target", "as_number", "target_values"]


class Target(FileRecord, frozen=True, tag_field="kind"):
    """What a model predicts, and how it is encoded for a network and decoded.

    Its fields are what a file holds of it.

    Attributes
    ----------
    task : Task
    """

    task: ClassVar[Task]

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the target column, or of several, separated by commas."""

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
        """Return labels in their own type, or numbers in the target's unit.

        Returns
        -------
        array of shape (rows,) or (rows, columns)
        """

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

    def own_unit(self, outputs: Array, value: Any) -> str:
        """Say what a row's outputs and target value are in the target's unit, if it has one.

        Parameters
        ----------
        outputs : array of shape (1, outputs)
        value
            The row's target value.
        """
        if self.task is not Task.REGRESSION:
            return ""
        own = self.decode(self.rescale(outputs))[0]
        said = ", ".join(number_text(float(number), 4) for number in np.ravel(own))
        return (
            f"In its own unit, {self.name} is predicted to be {said}, and the target is {value}. "
            "The numbers here are those of the network."
        )

    def explain(self, outputs: Array, value: Any, letter: str = "p") -> tuple[Block, ...]:
        """Show how outputs become numbers in the target's unit, and how the target is standardised.

        Parameters
        ----------
        outputs : array of shape (outputs,)
        value : optional
            The row's target value.
        letter : str
            What an output is called.
        """
        return ()


def target_values(target: Target, table: Table) -> list[Any]:
    """Return the target value of each row, as :meth:`Target.encode_value` accepts it."""
    regression = target.task is Task.REGRESSION
    columns = [table.column(name) if regression else table.labels(name) for name in target.columns]
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
