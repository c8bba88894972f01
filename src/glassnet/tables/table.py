"""Tables: rows of named columns, in memory or in a file, that are worked through in pieces."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.tables.columns import is_missing
from glassnet.tables.warnings import DataWarning

__all__ = ["Rows", "Table", "complete_rows", "enumerate_chunks", "require_names", "rows_in_chunk"]

# So many rows, and values, are looked at at once, at most.
MOST_ROWS, MOST_VALUES = 65_536, 4 * 2**20


def rows_in_chunk(values: int) -> int:
    """Return how many rows of so many values are in a piece: in memory as many as in a file."""
    return min(MOST_ROWS, max(MOST_VALUES // max(values, 1), 1))


def enumerate_chunks(table: "Rows", values: int) -> Iterator[tuple[int, "Table"]]:
    """Yield pieces of a table, and how many rows come before each.

    Parameters
    ----------
    table : Rows
    values : int
        How many numbers are made of a row; few rows are taken where they are many.
    """
    before = 0
    for chunk in table.chunks():
        for part in chunk.chunks(rows_in_chunk(values)):
            yield before, part
            before += len(part)


def require_names(wanted: Collection[str], names: Collection[str]) -> None:
    """Refuse to go on where a wanted column is not among the names."""
    absent = [name for name in wanted if name not in names]
    if absent:
        known = ", ".join(repr(name) for name in names)
        raise ValueError(f"there is no column {absent[0]!r}; the columns are {known}")


class Rows(ABC):
    """A table in memory, or one in a file that is too large for it."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many rows there are."""

    @property
    def values_in_row(self) -> int:
        """How many numbers or texts a row holds."""
        return len(self.names)

    @abstractmethod
    def chunks(self) -> Iterator["Table"]:
        """Yield all rows in their order, some at a time."""

    @abstractmethod
    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some rows: those where an array of bool is true, or of ascending places."""

    @abstractmethod
    def select(self, names: tuple[str, ...]) -> Self:
        """Return some columns; ValueError if one is not there."""

    @abstractmethod
    def in_memory(self) -> "Table":
        """Return the table with all its rows in memory."""

    def without(self, *dropped: str) -> Self:
        """Return all columns but some.

        Raises
        ------
        ValueError
            If one of these is not there.
        """
        self.require_columns(dropped)
        return self.select(tuple(name for name in self.names if name not in dropped))

    def column(self, name: str) -> Array:
        """Return a whole column.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        return self.select((name,)).in_memory().columns[name]

    def require_columns(self, names: Collection[str]) -> None:
        """Refuse to go on without some columns.

        Raises
        ------
        ValueError
            If one is not there.
        """
        require_names(names, self.names)


@dataclass(frozen=True)
class Table(Rows):
    """Columns by name, all of the same length.

    A column of numbers is a float64 array with NaN where a value is missing; a column of text is an
    object array of str with None there, one of dates a datetime64 array with NaT.
    Truth values are the texts "true" and "false". A column of images is uint8, (rows, height,
    width), with 3 colours (rows, height, width, 3).

    Examples
    --------
    >>> table = Table({"length": np.array([1.5, np.nan]), "kind": np.array(["a", None])})
    >>> len(table), table.is_text("kind")
    (2, True)
    """

    columns: dict[str, Array]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def chunks(self, most: int | None = None) -> Iterator["Table"]:
        """Yield all rows in their order, at most so many at a time; they share the memory."""
        most = most or rows_in_chunk(self.values_in_row)
        for start in range(0, len(self), most):
            part = slice(start, start + most)
            yield Table({name: column[part] for name, column in self.columns.items()})

    @property
    def values_in_row(self) -> int:
        """How many numbers or texts a row holds; of an image, its pixels."""
        return sum(math.prod(column.shape[1:]) for column in self.columns.values())

    def is_text(self, name: str) -> bool:
        """Return whether a column holds text."""
        return self.columns[name].dtype == object

    def is_images(self, name: str) -> bool:
        """Return whether a column holds images."""
        return self.columns[name].ndim > 1

    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some rows: those where an array of bool is true, or of some places."""
        return type(self)({name: column[chosen] for name, column in self.columns.items()})

    def select(self, names: tuple[str, ...]) -> Self:
        """Return some columns."""
        self.require_columns(names)
        return type(self)({name: self.columns[name] for name in names})

    def in_memory(self) -> "Table":
        """Return this table."""
        return self


def complete_rows(
    table: Table, names: tuple[str, ...]
) -> tuple[NDArray[np.bool_], list[DataWarning]]:
    """Return which rows have a value in all of some columns, and notes on those that have not."""
    missing = {name: is_missing(table.column(name)) for name in names}
    warnings = [
        warning
        for name in names
        for warning in DataWarning.of(name, "which are left out", missing[name])
    ]
    known: NDArray[np.bool_] = ~np.any(list(missing.values()), axis=0)
    return known, warnings
