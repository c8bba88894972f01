"""Tables: named columns, in memory or in a file, processed in chunks."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.columns import is_missing
from glassnet.tables.warnings import DataWarning

__all__ = [
    "MAX_CLASSES",
    "Rows",
    "Table",
    "complete_rows",
    "enumerate_chunks",
    "require_names",
    "rows_in_chunk",
]

# A chunk has at most this many rows, and values.
MAX_ROWS, MAX_VALUES = 65_536, 4 * 2**20
#: A column with more distinct values is refused for classification.
MAX_CLASSES = 10_000


def rows_in_chunk(values: int) -> int:
    """Return the number of rows in a chunk, given the values per row."""
    return min(MAX_ROWS, max(MAX_VALUES // max(values, 1), 1))


def enumerate_chunks(table: "Rows", values: int) -> Iterator[tuple[int, "Table"]]:
    """Yield the chunks of a table, each with the number of rows before it.

    Parameters
    ----------
    table : Rows
    values : int
        Numbers per row after encoding; the more there are, the fewer rows are in a chunk.
    """
    before = 0
    for chunk in table.chunks():
        for part in chunk.chunks(rows_in_chunk(values)):
            yield before, part
            before += len(part)


def require_names(wanted: Collection[str], names: Collection[str]) -> None:
    """Raise ValueError if a required column is not among the names."""
    absent = [name for name in wanted if name not in names]
    if absent:
        known = ", ".join(repr(name) for name in names)
        raise ValueError(f"there is no column {absent[0]!r}; the columns are {known}")


class Rows(ABC):
    """A table in memory, or in a file that is too large for memory."""

    #: How the cells of a column were written, where they were text.
    formats: Mapping[str, ColumnFormat]
    #: Warnings about how it was read.
    warnings: tuple[str, ...]

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @property
    def values_in_row(self) -> int:
        """Number of values in a row."""
        return len(self.names)

    @abstractmethod
    def chunks(self) -> Iterator["Table"]:
        """Yield all rows in order, in chunks."""

    @abstractmethod
    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return the rows chosen by a boolean mask or by ascending indices."""

    @abstractmethod
    def select(self, names: tuple[str, ...]) -> Self:
        """Return the named columns; ValueError if one is missing."""

    @abstractmethod
    def in_memory(self) -> "Table":
        """Return the whole table in memory."""

    def without(self, *dropped: str) -> Self:
        """Return the table without the dropped columns.

        Raises
        ------
        ValueError
            If a dropped column does not exist.
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

    def labels(self, name: str) -> Array:
        """Return a whole column in the type in which it was given, for labels of classes.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        return self.select((name,)).in_memory().labels(name)

    def require_columns(self, names: Collection[str]) -> None:
        """Check that columns exist.

        Raises
        ------
        ValueError
            If a column does not exist.
        """
        require_names(names, self.names)


@dataclass(frozen=True)
class Table(Rows):
    """Columns by name, all of the same length.

    A column of numbers is a float64 array with NaN for missing values; a column of text is an
    object array of str with None for missing values; a column of dates is a datetime64 array with
    NaT. Booleans are the texts "true" and "false". A column of images is a uint8 array of shape
    (rows, height, width), or (rows, height, width, 3) in colour.

    Examples
    --------
    >>> table = Table({"length": np.array([1.5, np.nan]), "kind": np.array(["a", None])})
    >>> len(table), table.is_text("kind")
    (2, True)
    """

    columns: dict[str, Array]
    #: Columns as they were given, where that is another type: whole numbers, truth values, dates.
    given: dict[str, Array] = field(default_factory=dict, repr=False)
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    #: The file of each row, if it is a picture.
    files: Array | None = field(default=None, repr=False)

    @classmethod
    def of_chunks(cls, chunks: Sequence["Table"]) -> "Table":
        """Return the rows of some tables with the same columns, one after another."""

        def whole(columns: list[dict[str, Array]]) -> dict[str, Array]:
            names = [name for name in columns[0] if all(name in own for own in columns)]
            return {name: np.concatenate([own[name] for own in columns]) for name in names}

        columns = whole([chunk.columns for chunk in chunks])
        return replace(chunks[0], columns=columns, given=whole([chunk.given for chunk in chunks]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def chunks(self, most: int | None = None) -> Iterator["Table"]:
        """Yield all rows in order, in chunks of at most `most` rows that share the memory."""
        most = most or rows_in_chunk(self.values_in_row)
        for start in range(0, len(self), most):
            yield self.rows(slice(start, start + most))

    @property
    def values_in_row(self) -> int:
        """Number of values in a row; an image counts with all its pixels."""
        return sum(math.prod(column.shape[1:]) for column in self.columns.values())

    def is_text(self, name: str) -> bool:
        """Return whether a column holds text."""
        return self.columns[name].dtype == object

    def is_images(self, name: str) -> bool:
        """Return whether a column holds images."""
        return self.columns[name].ndim > 1

    def rows(self, chosen: NDArray[Any] | slice) -> Self:
        """Return the rows chosen by a boolean mask, by indices or by a slice."""
        columns = {name: column[chosen] for name, column in self.columns.items()}
        given = {name: column[chosen] for name, column in self.given.items()}
        files = None if self.files is None else self.files[chosen]
        return replace(self, columns=columns, given=given, files=files)

    def select(self, names: tuple[str, ...]) -> Self:
        """Return the named columns."""
        self.require_columns(names)
        columns = {name: self.columns[name] for name in names}
        given = {name: self.given[name] for name in names if name in self.given}
        return replace(self, columns=columns, given=given)

    def labels(self, name: str) -> Array:
        """Return a whole column in the type in which it was given."""
        self.require_columns((name,))
        return self.given.get(name, self.columns[name])

    def in_memory(self) -> "Table":
        """Return this table."""
        return self


def complete_rows(
    table: Table, names: tuple[str, ...]
) -> tuple[NDArray[np.bool_], list[DataWarning]]:
    """Return a mask of the rows without missing values, and warnings about the others."""
    missing = {name: is_missing(table.column(name)) for name in names}
    warnings = [
        warning for name in names for warning in DataWarning.of(name, "dropped", missing[name])
    ]
    known: NDArray[np.bool_] = ~np.any(list(missing.values()), axis=0)
    return known, warnings
