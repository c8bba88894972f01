"""How the columns of a table are written, of which some show what others leave open."""

from collections.abc import Mapping
from typing import Any

import msgspec

from glassnet.tables.cells.column_cells import ColumnCells
from glassnet.tables.cells.column_format import (
    ColumnFormat,
    Kind,
    column_format,
    holds,
    is_text,
    number_text,
)
from glassnet.tables.cells.date_text import YEAR_LAST, DateText, DayOrder, order_of
from glassnet.tables.cells.doubt import decimal_doubt, doubt, unlike
from glassnet.tables.cells.number_text import Decimal, NumberText

__all__ = ["table_formats"]


def table_formats(
    columns: Mapping[str, ColumnCells],
    types: Mapping[str, Kind],
    known: Mapping[str, ColumnFormat],
    decimal: Decimal | None = None,
    order: DayOrder | None = None,
    *,
    parted_by_comma: bool = True,
) -> tuple[dict[str, ColumnFormat], list[str]]:
    """Return the format of each column, and warnings about what may be read in two ways.

    Parameters
    ----------
    columns : mapping of column name to its cells
    types : mapping of column name to {"number", "date", "text"}
        What the user says.
    known : mapping of column name to format
        What a model says: how the columns were written that it learned from.
    decimal, order : optional
        The decimal sign and the order of day and month; found if not given.
    parted_by_comma : bool
        Whether commas part the cells, so that numbers hardly have it as their decimal sign.

    Raises
    ------
    ValueError
        If it is in doubt what a column holds.
    """
    shown = decimal or _decimal_shown(columns.values())
    formats: dict[str, ColumnFormat] = {}
    warnings: list[str] = []
    doubts: dict[str, str | None] = {}
    for name, cells in columns.items():
        own = decimal or _decimal_of(cells) or shown
        if name in known:
            formats[name] = _as_known(known[name], own)
            doubts[name] = unlike(cells, formats[name])
            continue
        kind = types.get(name)
        if own is None and not parted_by_comma and kind != "text":
            doubts[name] = decimal_doubt(cells)
        formats[name] = column_format(cells, own or ".", kind, order)
        if kind is None:
            doubts[name] = doubts.get(name) or doubt(cells, formats[name], own or ".")
        if order is None and isinstance(formats[name], DateText):
            warnings += _order_warning(name, cells)
    if found := [f"column {name!r} {what}" for name, what in doubts.items() if what]:
        raise ValueError("; ".join(found))
    return formats, warnings


def _decimal_shown(columns: Any) -> Decimal | None:
    """The decimal sign that the columns show; None where they show none, or both."""
    shown = {_decimal_of(cells) for cells in columns} - {None}
    return shown.pop() if len(shown) == 1 else None


def _decimal_of(cells: ColumnCells) -> Decimal | None:
    """The decimal sign of a column of numbers, if they show it."""
    if is_text(cells):
        return None
    proofs = cells.decimals
    marks: tuple[Decimal, Decimal] = (".", ",") if proofs["."] >= proofs[","] else (",", ".")
    mark = marks[0]
    if proofs[mark] == proofs[marks[1]] or not holds(cells, number_text(cells, mark)):
        return None
    return mark


def _as_known(one: ColumnFormat, decimal: Decimal | None) -> ColumnFormat:
    """The format that a model knows, with the decimal sign that the new file shows."""
    if isinstance(one, NumberText) and decimal is not None:
        return msgspec.structs.replace(one, decimal=decimal)
    return one


def _order_warning(name: str, cells: ColumnCells) -> list[str]:
    order, either = order_of(cells.others)
    if not either:
        return []
    text = next(text for text in cells.others if YEAR_LAST.fullmatch(text))
    first, other = ("day", "month") if order == "day first" else ("month", "day")
    say = f"say --dates {other}-first (in Python, TableOptions)"
    return [f"{name}: dates like {text!r} are read with the {first} first; else {say}"]
