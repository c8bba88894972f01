"""What had to be decided about some rows of a column, in words that add up over pieces."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassnet.core.plural import counted

__all__ = ["DataWarning", "merge_warnings"]

# So many rows and values are named.
MOST_NAMED = 5


@dataclass(frozen=True)
class DataWarning:
    """Rows of one column for which the same was decided.

    Attributes
    ----------
    name : str
        The column's.
    decision : str
        What was decided: ``"counted as 'other'"``.
    count : int
        Of how many rows.
    first : tuple of int
        The first of them, counted from 0.
    values : tuple of str
        What they hold, the first in the alphabet; nothing, where the value is missing.
    more_values : bool
        Whether there are others.
    """

    name: str
    decision: str
    count: int
    first: tuple[int, ...]
    values: tuple[str, ...] = ()
    more_values: bool = False

    @classmethod
    def of(
        cls, name: str, decision: str, rows: NDArray[np.bool_], values: Iterable[str] = ()
    ) -> list["DataWarning"]:
        """Return the note on the rows where an array is true; none if there is no such row."""
        found = np.flatnonzero(rows)
        if not len(found):
            return []
        first = tuple(found[:MOST_NAMED].tolist())
        named = sorted(set(values))
        several = len(named) > MOST_NAMED
        return [cls(name, decision, len(found), first, tuple(named[:MOST_NAMED]), several)]

    def __str__(self) -> str:
        rows = ", ".join(str(row + 1) for row in self.first)
        rows += ", ..." if self.count > len(self.first) else ""
        where = f"in {counted(self.count, 'row')} ({rows})"
        if not self.values:
            return f"{self.name}: missing {where}, {self.decision}"
        values = ", ".join(map(repr, self.values)) + (", ..." if self.more_values else "")
        return f"{self.name}: {values} {where} {self.decision}"

    def behind(self, rows: int) -> "DataWarning":
        """Return the note for a table that has so many rows before these."""
        return replace(self, first=tuple(row + rows for row in self.first))

    def __add__(self, other: "DataWarning") -> "DataWarning":
        values = sorted({*self.values, *other.values})
        return replace(
            self,
            count=self.count + other.count,
            first=(self.first + other.first)[:MOST_NAMED],
            values=tuple(values[:MOST_NAMED]),
            more_values=self.more_values or other.more_values or len(values) > MOST_NAMED,
        )


def merge_warnings(
    warnings: Iterable[DataWarning], of_chunk: Iterable[DataWarning] = (), rows_before: int = 0
) -> list[DataWarning]:
    """Return notes on the pieces of a table as notes on the table, in the order of its rows.

    Parameters
    ----------
    warnings : iterable of Note
        Counting rows as in the table.
    of_chunk : iterable of Note
        On a further piece, counting rows as in the piece.
    rows_before : int
        How many rows of the table come before that.

    Examples
    --------
    >>> rows = np.array([True, False, True])
    >>> (warning,) = DataWarning.of("a", "left out", rows)
    >>> [str(whole) for whole in merge_warnings([warning], [warning], rows_before=3)]
    ['a: missing in 4 rows (1, 3, 4, 6), left out']
    """
    found: dict[tuple[str, str, bool], DataWarning] = {}
    for warning in (*warnings, *(warning.behind(rows_before) for warning in of_chunk)):
        kind = (warning.name, warning.decision, bool(warning.values))
        found[kind] = found[kind] + warning if kind in found else warning
    # In the order of the rows, which does not depend on where the pieces end.
    return sorted(found.values(), key=lambda warning: warning.first[0])
