"""Rows of named columns, wherever they are: what is done with them is done piece by piece."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from numpy.typing import NDArray

from glassnet.data.arrays import Array

if TYPE_CHECKING:
    from glassnet.data.table import Table

__all__ = ["Rows", "numbered_pieces", "rows_in_piece"]

# So many rows, and values, are looked at at once, at most.
MOST_ROWS, MOST_VALUES = 65_536, 4 * 2**20


def rows_in_piece(columns: int) -> int:
    """Return how many rows are in a piece of a table: as many in memory as in a file."""
    return min(MOST_ROWS, max(MOST_VALUES // max(columns, 1), 1))


def numbered_pieces(table: "Rows", values: int) -> Iterator[tuple[int, "Table"]]:
    """Yield pieces of a table of which so many values are made, and how many rows come before each.

    Parameters
    ----------
    table : Rows
    values : int
        How many are made of a row; few rows are taken where they are many.
    """
    before = 0
    for piece in table.pieces():
        for part in piece.pieces(max(MOST_VALUES // max(values, 1), 1)):
            yield before, part
            before += len(part)


class Rows(ABC):
    """A table in memory, or one in a file that is too large for it."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""

    @abstractmethod
    def __len__(self) -> int:
        """Return how many rows there are."""

    @abstractmethod
    def pieces(self) -> Iterator["Table"]:
        """Yield all rows in their order, some at a time."""

    @abstractmethod
    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some rows: those where an array of bool is true, or of ascending places."""

    @abstractmethod
    def select(self, names: tuple[str, ...]) -> Self:
        """Return some columns."""

    @abstractmethod
    def in_memory(self) -> "Table":
        """Return the table with all its rows in memory."""

    def without(self, *left_out: str) -> Self:
        """Return all columns but some."""
        return self.select(tuple(name for name in self.names if name not in left_out))

    def column(self, name: str) -> Array:
        """Return a whole column.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        self.require_columns([name])
        return self.select((name,)).in_memory().columns[name]

    def require_columns(self, names: list[str] | tuple[str, ...]) -> None:
        """Refuse to go on without some columns.

        Raises
        ------
        ValueError
            If one is not there.
        """
        absent = [name for name in names if name not in self.names]
        if absent:
            known = ", ".join(repr(name) for name in self.names)
            raise ValueError(f"there is no column {absent[0]!r}; the columns are {known}")
