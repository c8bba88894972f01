"""The interface of encoders, which turn a column into network inputs.

Encoders are small records of numbers and names, so that they can be saved with a model and
explanations can start at the raw values of a row. ``table_encoder`` combines them for a table.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.file_record import FileRecord
from glassnet.formula.document import Block
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.warnings import DataWarning

__all__ = ["Encoder", "require_usable"]

#: Larger numbers are refused as invalid.
LARGEST_NUMBER = 1e100


class Encoder(FileRecord, frozen=True, tag_field="kind"):
    """How one column becomes one or more inputs. Its fields are what a file holds of it.

    Attributes
    ----------
    name : str
        Of the column.
    """

    name: str
    #: Whether it is for all columns of a type; the others are asked before.
    for_a_whole_type: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def is_for(cls, column: Array) -> bool:
        """Return whether it is for a column like this."""

    @classmethod
    @abstractmethod
    def fit(cls, name: str, column: Array, *, robust: bool = False) -> Self:
        """Return the encoder for a column of training data.

        Parameters
        ----------
        name : str
        column : array of shape (rows,), or (rows, height, width) and so on
        robust : bool
            Whether numbers are scaled by median and interquartile range and smoothly clipped;
            otherwise they are standardised.

        Raises
        ------
        ValueError
            If a number is infinite or too large.
        LimitError
            If there are too many categories.
        """

    @property
    def summary(self) -> str:
        """What its column holds, in a few words."""
        return str(type(self).__struct_config__.tag)

    @property
    def text_format(self) -> ColumnFormat | None:
        """How the cells of its column are written in text, if it reads any."""
        return None

    def written_as(self, one: ColumnFormat | None) -> Self:
        """Return the encoder of a column whose cells are written so in text."""
        return self

    @property
    @abstractmethod
    def feature_names(self) -> list[str]:
        """Names of the inputs."""

    @property
    def inputs(self) -> int:
        """How many there are."""
        return len(self.feature_names)

    @abstractmethod
    def encode(self, column: Array) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the inputs, and warnings about missing or unseen values.

        Parameters
        ----------
        column : array
            Of the kind that it was fitted to, of the shape (rows, ...).

        Returns
        -------
        inputs : array of shape (rows, features)
            As many features as :attr:`feature_names`.
        warnings : list of DataWarning

        Raises
        ------
        ValueError
            If the column is of another kind, or a number is infinite or too large.
        """

    @abstractmethod
    def explain(self, value: Any) -> list[Block]:
        """Show how one raw value becomes inputs."""


def require_usable(name: str, column: Array, rows_before: int = 0) -> None:
    """Check that the squares of all numbers are finite.

    Parameters
    ----------
    name : str
    column : array
    rows_before : int
        How many rows of the table come before the column's first.

    Raises
    ------
    ValueError
        If a value is infinite or larger than 1e100 in size; the message gives its row.
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
