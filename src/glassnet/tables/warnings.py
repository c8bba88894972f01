"""Warnings about values of a column, which can be merged over the chunks of a table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassnet.core.plural import counted
from glassnet.tables.cells.typed_column import StrayCells

__all__ = ["DataWarning", "merge_warnings"]

# At most this many rows and values are listed.
MAX_NAMED = 5


@dataclass(frozen=True)
class DataWarning:
    """A warning about rows of one column that are handled the same way.

    Attributes
    ----------
    name : str
        The column's name.
    handling : str
        How they are handled: ``"encode_dataset as 'other'"``.
    count : int
        How many rows.
    first : tuple of int
        Indices of the first of them, counted from 0.
    values : tuple of str
        Their values, the first in alphabetical order; empty for missing values.
    more_values : bool
        Whether there are further values.
    """

    name: str
    handling: str
    count: int
    first: tuple[int, ...]
    values: tuple[str, ...] = ()
    more_values: bool = False

    @classmethod
    def of(
        cls, name: str, handling: str, rows: NDArray[np.bool_], values: Iterable[str] = ()
    ) -> list["DataWarning"]:
        """Return a warning about the rows where a mask is true; no warning if there are none."""
        found = np.flatnonzero(rows)
        if not len(found):
            return []
        first = tuple(found[:MAX_NAMED].tolist())
        named = sorted(set(values))
        several = len(named) > MAX_NAMED
        return [cls(name, handling, len(found), first, tuple(named[:MAX_NAMED]), several)]

    @classmethod
    def of_strays(cls, strays: StrayCells | None) -> list["DataWarning"]:
        """Return a warning about cells that are not what the others of their column are."""
        if strays is None:
            return []
        first, values = strays.rows[:MAX_NAMED].tolist(), sorted(set(strays.texts))
        several = len(values) > MAX_NAMED
        named = tuple(values[:MAX_NAMED])
        return [cls(strays.name, strays.handling, len(strays.rows), tuple(first), named, several)]

    def __str__(self) -> str:
        rows = ", ".join(str(row + 1) for row in self.first)
        rows += ", ..." if self.count > len(self.first) else ""
        where = f"in {counted(self.count, 'row')} ({rows})"
        if not self.values:
            return f"{self.name}: missing {where}, {self.handling}"
        values = ", ".join(map(repr, self.values)) + (", ..." if self.more_values else "")
        return f"{self.name}: {values} {where} {self.handling}"

    def shifted(self, rows: int) -> "DataWarning":
        """Return the warning with its row indices increased by the number of rows before it."""
        return replace(self, first=tuple(row + rows for row in self.first))

    def __add__(self, other: "DataWarning") -> "DataWarning":
        values = sorted({*self.values, *other.values})
        return replace(
            self,
            count=self.count + other.count,
            first=(self.first + other.first)[:MAX_NAMED],
            values=tuple(values[:MAX_NAMED]),
            more_values=self.more_values or other.more_values or len(values) > MAX_NAMED,
        )


def merge_warnings(
    warnings: Iterable[DataWarning], of_chunk: Iterable[DataWarning] = (), rows_before: int = 0
) -> list[DataWarning]:
    """Merge the warnings about a chunk into those about the table, in the order of rows.

    Parameters
    ----------
    warnings : iterable of DataWarning
        With row indices of the table.
    of_chunk : iterable of DataWarning
        About the next chunk, with row indices of the chunk.
    rows_before : int
        How many rows of the table come before the chunk.

    Examples
    --------
    >>> rows = np.array([True, False, True])
    >>> (warning,) = DataWarning.of("a", "dropped", rows)
    >>> [str(whole) for whole in merge_warnings([warning], [warning], rows_before=3)]
    ['a: missing in 4 rows (1, 3, 4, 6), dropped']
    """
    found: dict[tuple[str, str, bool], DataWarning] = {}
    for warning in (*warnings, *(warning.shifted(rows_before) for warning in of_chunk)):
        kind = (warning.name, warning.handling, bool(warning.values))
        found[kind] = found[kind] + warning if kind in found else warning
    # In the order of the rows, which does not depend on the chunk boundaries.
    return sorted(found.values(), key=lambda warning: warning.first[0])
