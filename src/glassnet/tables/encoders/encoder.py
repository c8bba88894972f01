"""What an encoder is: how a raw value becomes an input.

Small records of plain numbers and names, so that they travel with a saved model, and so that an
explanation can start at the raw values of a row. ``encoders`` puts them together for a table.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.formula.document import Block
from glassnet.tables.warnings import DataWarning

__all__ = ["Encoder", "require_usable"]

#: Larger numbers than this are taken for a mistake.
LARGEST_NUMBER = 1e100


class Encoder(ABC):
    """How one column becomes one or more inputs."""

    name: str

    @property
    @abstractmethod
    def feature_names(self) -> list[str]:
        """Names of the inputs."""

    @abstractmethod
    def encode(self, column: Array) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the inputs, (rows, features), and notes on what had to be decided."""

    @abstractmethod
    def explain(self, value: Any) -> list[Block]:
        """Return how one raw value becomes inputs, for people."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


def require_usable(name: str, column: Array, rows_before: int = 0) -> None:
    """Refuse numbers whose squares would overflow.

    Parameters
    ----------
    name : str
    column : array
    rows_before : int
        How many rows of the table come before these.

    Raises
    ------
    ValueError
        If a value is infinite or larger than 1e100; it is named with its row.
    """
    if column.dtype.kind != "f":
        return
    wrong = np.flatnonzero(np.abs(column) > LARGEST_NUMBER)
    if len(wrong):
        row, value = rows_before + int(wrong[0]), float(column[wrong[0]])
        found = "an infinite number" if np.isinf(value) else f"the number {value:g}"
        raise ValueError(
            f"column {name!r} holds {found} in row {row + 1}; expected numbers up to "
            f"{LARGEST_NUMBER:g} in size"
        )
