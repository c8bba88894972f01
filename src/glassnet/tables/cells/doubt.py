"""Columns that may be read in two ways: what is in doubt, and how to say what is meant."""

from collections import Counter

from glassnet.tables.cells.column_cells import MANY, ColumnCells
from glassnet.tables.cells.column_format import ColumnFormat, PlainText, is_text, kind_of
from glassnet.tables.cells.missing import says_missing
from glassnet.tables.cells.number_text import FEW, Decimal, NumberText, unit_of

__all__ = ["decimal_doubt", "doubt", "unlike"]

SAY = "say --type COLUMN=number or COLUMN=text (in Python, TableOptions)"


def decimal_doubt(cells: ColumnCells) -> str | None:
    """Return what is in doubt about the decimal sign of numbers like 1,234; None if nothing is."""
    readings = NumberText(".", grouped=True), NumberText(",")
    either = {
        text: values
        for text in cells.others
        if None not in (values := {one.value(text) for one in readings}) and len(values) > 1
    }
    if sum(cells.others[text] for text in either) <= FEW * cells.known:
        return None
    text, values = next(iter(either.items()))
    shown = " or ".join(f"{value:g}" for value in values)
    which = "say --decimal (in Python, TableOptions)"
    return f"holds numbers like {text!r}, which may be {shown}; {which}"


def unlike(cells: ColumnCells, one: ColumnFormat) -> str | None:
    """Return what a column holds that is not as a model knows it; None for a few stray cells."""
    if isinstance(one, PlainText):
        return None
    odd = {
        text: count
        for text, count in cells.others.items()
        if one.value(text) is None and not says_missing(text)
    }
    if cells.plain and not isinstance(one, NumberText):
        odd[next(iter(cells.numbers))] = cells.plain
    if sum(odd.values()) <= FEW * cells.known:
        return None
    return f"must hold {kind_of(one)}s, but holds {next(iter(odd))!r}"


def doubt(cells: ColumnCells, one: ColumnFormat, decimal: Decimal) -> str | None:
    """Return what is in doubt about a column that is read as text; None if nothing is.

    Numbers with two or three units, and numbers with a fraction beside much other text.
    """
    if not isinstance(one, PlainText) or cells.are_codes or is_text(cells):
        return None
    units: Counter[str] = Counter({"no unit": cells.plain})
    fractions, texts = cells.point, Counter[str]()
    for text, count in cells.others.items():
        unit = unit_of(text, decimal)
        if unit is None:
            texts[text] += count
            continue
        units[unit or "no unit"] += count
        fractions += 0 if "." not in text and "," not in text else count
    odd = sum(count for text, count in texts.items() if not says_missing(text))
    many = len(cells.numbers) + len(cells.others) > 2 * MANY
    common = [unit for unit, count in units.most_common() if count > FEW * units.total()]
    if many and odd <= FEW * cells.known and len(common) in (2, 3):
        listed = " and ".join(map(repr, common))
        return f"holds numbers with {listed}; make it one unit, or {SAY}"
    if many and 2 * fractions > cells.known:
        shown = ", ".join(repr(text) for text in list(texts)[:3])
        return f"holds numbers, but in {odd:,} of {cells.known:,} cells text like {shown}; {SAY}"
    return None
