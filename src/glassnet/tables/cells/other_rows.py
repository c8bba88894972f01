"""Rows that are no examples: units under the header, a header once more, totals at the end."""

from collections.abc import Mapping
from typing import Any

from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.cells.date_text import DateText
from glassnet.tables.cells.missing import says_missing
from glassnet.tables.cells.number_text import NumberText

__all__ = ["heading", "repeated", "totals"]

#: What the last rows of a table that are no examples begin with; lower case.
TOTALS = frozenset(
    (
        "total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme",
        "insgesamt", "somme", "suma", "totale", "average", "mean", "mittelwert", "moyenne", "avg",
    )
)  # fmt: skip
#: With what the name of a total may begin.
SUMS = frozenset(("total", "totals", "sum", "summe", "gesamt", "somme", "suma", "totale", "grand"))
#: So many rows may follow each other at the end, and under the header.
MAX_TOTALS, MAX_HEADING = 3, 3
#: What a row between header and rows consists of.
RULE = frozenset("-=+:| ")


def heading(texts: Any, typed: Any, formats: Mapping[str, ColumnFormat]) -> dict[int, str]:
    """Return which of the first rows are no examples: the place of each, and what it holds.

    Parameters
    ----------
    texts, typed : Polars data frame
        The first rows, as text and as what it says.
    formats : mapping of column name to format
    """
    found: dict[int, str] = {}
    for place in range(min(MAX_HEADING, texts.height - 1)):
        cells = [text for text in texts.row(place) if text is not None]
        if cells and all(len(text) > 1 and set(text) <= RULE for text in cells):
            found[place] = "holds a line of dashes"
        elif named := _units(texts, typed, formats, place):
            found[place] = f"holds units, {', '.join(map(repr, named))}"
        else:
            break
    return found


def _units(texts: Any, typed: Any, formats: Mapping[str, ColumnFormat], place: int) -> list[str]:
    """The units that a row holds instead of numbers or dates; none if it is an example."""
    names = [name for name, one in formats.items() if isinstance(one, NumberText | DateText)]
    if any(typed[name][place] is not None for name in names):
        return []
    cells = [texts[name][place] for name in names]
    found = [text for text in cells if text is not None and not says_missing(text)]
    enough = 2 * len(found) >= len(names) or (place > 0 and found)
    return found if len(names) > 1 and enough else []


def repeated(texts: Any) -> list[int]:
    """Return the places of rows that repeat the header.

    Parameters
    ----------
    texts : Polars data frame
    """
    places: list[int] = (texts[texts.columns[0]] == texts.columns[0]).arg_true().to_list()
    return [place for place in places if list(texts.row(place)) == texts.columns]


def totals(texts: Any, typed: Any) -> dict[int, str]:
    """Return which of the last rows are totals: the place of each, and the word that says so.

    Parameters
    ----------
    texts, typed : Polars data frame
        The last rows, as text and as what it says.
    """
    found: dict[int, str] = {}
    for place in range(texts.height - 1, max(texts.height - 1 - MAX_TOTALS, 0), -1):
        words = {
            name: text
            for name, text in texts.row(place, named=True).items()
            if text is not None and _says_total(text, typed, place)
        }
        once = [text for name, text in words.items() if (texts[name] == text).sum() == 1]
        if not once:
            break
        found[place] = once[0]
    return found


def _says_total(text: str, typed: Any, place: int) -> bool:
    """Whether a text is a word for a total, or begins with one beside numbers above all others."""
    bare = text.rstrip(": ").lower()
    if bare in TOTALS:
        return True
    return bool(bare) and bare.split()[0].rstrip(":") in SUMS and _is_largest(typed, place)


def _is_largest(typed: Any, place: int) -> bool:
    """Whether a row's numbers, of which there are some, are above those of all rows before it."""
    above = [
        column[place] > most
        for column in typed.head(place + 1)
        if column.dtype.is_numeric()
        and column[place] is not None
        and (most := column.head(place).max()) is not None
    ]
    return bool(above) and all(above)
