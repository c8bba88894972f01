"""Rows that are no examples: units under the header, and totals at the end."""

from collections.abc import Mapping
from typing import Any

from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.cells.missing import says_missing
from glassnet.tables.cells.number_text import NumberText

__all__ = ["totals", "units"]

#: What the last rows of a table that are no examples begin with; lower case.
TOTALS = frozenset(
    (
        "total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme",
        "insgesamt", "somme", "suma", "totale", "average", "mean", "mittelwert", "moyenne", "avg",
    )
)  # fmt: skip
#: So many rows may follow each other at the end.
MAX_TOTALS = 3


def units(texts: Any, typed: Any, formats: Mapping[str, ColumnFormat]) -> list[str]:
    """Return the units that the first row holds instead of numbers; none if it is an example.

    Parameters
    ----------
    texts, typed : Polars data frame
        The first rows, as text and as what it says.
    formats : mapping of column name to format
    """
    numbers = [name for name, one in formats.items() if isinstance(one, NumberText)]
    if any(typed[name][0] is not None for name in numbers):
        return []
    firsts = [texts[name][0] for name in numbers]
    found = [text for text in firsts if text is not None and not says_missing(text)]
    return found if len(numbers) > 1 and 2 * len(found) >= len(numbers) else []


def totals(texts: Any) -> dict[int, str]:
    """Return which of the last rows are totals: the place of each, and the word that says so.

    Parameters
    ----------
    texts : Polars data frame
        The last rows.
    """
    found: dict[int, str] = {}
    for place in range(texts.height - 1, max(texts.height - 1 - MAX_TOTALS, 0), -1):
        words = {
            name: text
            for name, text in texts.row(place, named=True).items()
            if text is not None and text.rstrip(": ").lower() in TOTALS
        }
        once = [text for name, text in words.items() if (texts[name] == text).sum() == 1]
        if not once:
            break
        found[place] = once[0]
    return found
