"""How the columns of a table are written, of which some show what others leave open."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from glassnet.tables.cells.column_cells import ColumnCells
from glassnet.tables.cells.column_format import (
    ColumnFormat,
    Kind,
    are_addresses,
    column_format,
    holds,
    is_text,
    number_text,
)
from glassnet.tables.cells.date_patterns import date_parts
from glassnet.tables.cells.date_text import DateText, DayOrder, date_text, order_of
from glassnet.tables.cells.doubt import decimal_doubt, doubt, misfit, mostly, unlike
from glassnet.tables.cells.number_text import Decimal, NumberText

__all__ = ["table_formats"]

#: Few tables hold dates of these years.
FAR_AHEAD = 2040


def table_formats(
    columns: Mapping[str, ColumnCells],
    types: Mapping[str, Kind],
    known: Mapping[str, ColumnFormat],
    decimal: Decimal | None = None,
    order: DayOrder | None = None,
    *,
    parted_by_comma: bool = True,
    evidence: Iterable[ColumnCells] = (),
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
    evidence : iterable of ColumnCells
        Further columns, which may show the decimal sign.

    Raises
    ------
    ValueError
        If it is in doubt what a column holds.
    """
    shown = decimal or _decimal_shown([*columns.values(), *evidence])
    formats: dict[str, ColumnFormat] = {}
    warnings: list[str] = []
    doubts: dict[str, str | None] = {}
    for name, cells in columns.items():
        own = decimal or _decimal_of(cells) or shown
        if name in known:
            usual: Decimal | None = "." if parted_by_comma else None
            formats[name] = one = _as_known(known[name], cells, own or usual, order)
            doubts[name] = unlike(cells, one)
            warnings += _unit_warning(name, known[name], one)
            continue
        kind = types.get(name)
        text = kind is None and is_text(cells)
        likely = own or ("." if text else _likely_decimal(cells, parted_by_comma=parted_by_comma))
        if own is None and not parted_by_comma and kind != "text" and not text:
            doubts[name] = decimal_doubt(cells)
        formats[name] = one = column_format(cells, likely, kind, order)
        if kind is not None:
            doubts[name] = doubts.get(name) or misfit(cells, one)
            continue
        doubts[name] = doubts.get(name) or doubt(cells, one, likely)
        if what := mostly(cells, one, likely):
            warnings.append(f"{name}: {what}")
        if order is None and isinstance(one, DateText):
            warnings += [*_order_warning(name, cells), *_century_warning(name, cells, one)]
    if found := [f"column {name!r} {what}" for name, what in doubts.items() if what]:
        raise ValueError("; ".join(found))
    return formats, warnings


def _decimal_shown(columns: Any) -> Decimal | None:
    """The decimal sign that the columns show; None where they show none, or both."""
    shown = {_decimal_of(cells) for cells in columns} - {None}
    return shown.pop() if len(shown) == 1 else None


def _decimal_of(cells: ColumnCells) -> Decimal | None:
    """The decimal sign of a column of numbers, if they show it."""
    if is_text(cells) or are_addresses(cells):
        return None
    proofs = cells.decimals
    marks: tuple[Decimal, Decimal] = (".", ",") if proofs["."] >= proofs[","] else (",", ".")
    mark = marks[0]
    if proofs[mark] == proofs[marks[1]] or not holds(cells, number_text(cells, mark)):
        return None
    return mark


def _likely_decimal(cells: ColumnCells, *, parted_by_comma: bool) -> Decimal:
    """The decimal sign that more cells have, whatever else the column holds."""
    proofs = cells.decimals
    if are_addresses(cells):
        return "."
    if proofs[","] > proofs["."]:
        return ","
    if parted_by_comma:
        return "."
    # Thousands parted by points show nothing but that they are no fractions.
    points, commas = (number_text(cells, mark) for mark in (".", ","))
    return "," if holds(cells, commas) and not holds(cells, points) else "."


def _as_known(
    one: ColumnFormat, cells: ColumnCells, decimal: Decimal | None, order: DayOrder | None
) -> ColumnFormat:
    """The format that a model knows, with the signs that the new file shows."""
    if isinstance(one, DateText):
        found, either = order_of(cells.others)
        shown = found if not either and _has_three_numbers(cells) else one.order
        unpadded = one.unpadded or date_text(cells.others, order).unpadded
        return msgspec.structs.replace(one, order=order or shown, unpadded=unpadded)
    if not isinstance(one, NumberText):
        return one
    chosen = decimal or one.decimal
    new = number_text(cells, chosen)
    grouped, minus_last = one.grouped or new.grouped, one.minus_last or new.minus_last
    known = msgspec.structs.replace(one, decimal=chosen, grouped=grouped, minus_last=minus_last)
    if one.before or one.after or one.magnitudes or new.magnitudes:
        return known
    return msgspec.structs.replace(known, before=new.before, after=new.after)


def _has_three_numbers(cells: ColumnCells) -> bool:
    return any("one" in (date_parts(text, unpadded=True) or ()) for text in cells.others)


def _unit_warning(name: str, known: ColumnFormat, one: ColumnFormat) -> list[str]:
    """Numbers with a unit, where the model learned some without."""
    if not isinstance(known, NumberText) or not isinstance(one, NumberText):
        return []
    unit = one.before or one.after
    if not unit or unit == (known.before or known.after):
        return []
    return [f"{name}: numbers are in {unit!r} here; the model learned them without a unit"]


def _order_warning(name: str, cells: ColumnCells) -> list[str]:
    order, either = order_of(cells.others)
    if not either:
        return []
    text = next(text for text in cells.others if "one" in (date_parts(text) or ()))
    others = " or ".join(
        f"--dates {one.replace(' ', '-')}" for one in ("day first", "month first") if one != order
    )
    say = f"say {others} (in Python, TableOptions)"
    return [f"{name}: dates like {text!r} are read with the {order}; else {say}"]


def _century_warning(name: str, cells: ColumnCells, one: DateText) -> list[str]:
    """Years of two digits that lie far ahead may be of the last century."""
    for text in cells.others:
        parts = date_parts(text, unpadded=one.unpadded) or {}
        year = parts.get("one" if one.order == "year first" else "last", parts.get("year", ""))
        moment = one.value(text)
        if len(year) == 2 and moment is not None and moment.year >= FAR_AHEAD:
            late = "if that is a hundred years too late, write years with four digits"
            return [f"{name}: {text!r} is read as {moment.year}; {late}"]
    return []
