"""Columns that may be read in two ways: what is in doubt, and how to say what is meant."""

from collections import Counter

from glassnet.tables.cells.column_cells import MANY, ColumnCells
from glassnet.tables.cells.column_format import (
    TYPED_WRONG,
    ColumnFormat,
    PlainText,
    is_text,
    kind_of,
    number_text,
    odd_cells,
)
from glassnet.tables.cells.date_patterns import date_parts
from glassnet.tables.cells.date_text import DateText, date_text
from glassnet.tables.cells.missing import says_missing
from glassnet.tables.cells.number_text import (
    FEW,
    MAGNITUDES,
    Decimal,
    NumberText,
    unit_key,
    unit_of,
)

__all__ = ["decimal_doubt", "doubt", "misfit", "mostly", "unlike"]

#: Letters of house numbers; a column hardly has more units than this.
HOUSES, MOST_UNITS = {"", *"abcdefABCDEF"}, 6
SAY = "say --type COLUMN=number or COLUMN=text (in Python, TableOptions)"


def decimal_doubt(cells: ColumnCells) -> str | None:
    """Return what is in doubt about the decimal sign of numbers like 1,234; None if nothing is."""
    readings = NumberText(".", grouped=True), NumberText(",")
    either = {
        text: values
        for text in cells.others
        if None not in (values := {one.value(text) for one in readings})
        and len(values) > 1
        and "e" not in text.lower()
    }
    which = "say --decimal (in Python, TableOptions)"
    small_whole = cells.plain - cells.point > FEW * cells.known and cells.large == 0
    if cells.may_be_grouped == cells.point > FEW * cells.known and small_whole:
        return f"holds numbers with a point and three digits, which may part thousands; {which}"
    if sum(cells.others[text] for text in either) <= FEW * cells.known:
        return None
    text, values = next(iter(either.items()))
    shown = " or ".join(f"{value:g}" for value in values)
    return f"holds numbers like {text!r}, which may be {shown}; {which}"


def unlike(cells: ColumnCells, one: ColumnFormat) -> str | None:
    """Return what a column holds that is not as a model knows it; None for a few stray cells."""
    if isinstance(one, PlainText):
        return None
    odd = odd_cells(cells, one)
    few = odd.total() <= TYPED_WRONG or (
        len(odd) <= TYPED_WRONG and not any(map(str.isdecimal, "".join(odd)))
    )
    if odd.total() <= FEW * cells.known or (few and 2 * odd.total() < cells.known):
        return None
    how, text = "", next(iter(odd))
    if isinstance(one, DateText) and "one" in (date_parts(text) or ()):
        how = f", with the {one.order} where day and month are numbers"
    elif isinstance(one, NumberText) and (one.before or one.after):
        how = f", in {one.before or one.after}"
    return f"must hold {kind_of(one)}s{how}, but holds {text!r}"


def doubt(cells: ColumnCells, one: ColumnFormat, decimal: Decimal) -> str | None:
    """Return what is in doubt about how a column was recognised; None if nothing is.

    Numbers with and without a unit, with several units, and with a fraction beside other text.
    """
    as_number = isinstance(one, NumberText)
    if not as_number and (not isinstance(one, PlainText) or cells.are_codes or is_text(cells)):
        return None
    units: Counter[str] = Counter({"": cells.plain})
    spelled: dict[str, str] = {}
    fractions, texts = cells.point, Counter[str]()
    for text, count in cells.others.items():
        unit = unit_of(text, decimal)
        if unit is None:
            texts[text] += count
            continue
        magnitude = isinstance(one, NumberText) and one.magnitudes and _is_magnitude(unit, one)
        key = one.before if magnitude else unit_key(unit)  # type: ignore[union-attr]
        units[key] += count
        spelled.setdefault(key, unit)
        fractions += count if "." in text or "," in text else 0
    odd = Counter({text: count for text, count in texts.items() if not says_missing(text)})
    common = [unit for unit, count in units.most_common() if count > FEW * units.total()]
    if decimal == "," and cells.fractions:
        odd["1.5"] = cells.fractions
    different = len(cells.numbers) + len(cells.others)
    many = len(cells.numbers) > MANY or different > 2 * MANY
    if not fractions and (set(units) <= HOUSES or len(units) > MOST_UNITS):
        return None  # house numbers, or codes
    if many and odd.total() <= FEW * cells.known and len(common) in (2, 3):
        named = " and ".join(repr(spelled[unit]) for unit in common if unit)
        without = " and without" if "" in common else ""
        return f"holds numbers with {named}{without}; write all alike, or {SAY}"
    if not as_number and many and 2 * fractions > cells.known:
        return f"{beside(cells, odd)}; {SAY}"
    return None


def _is_magnitude(unit: str, one: NumberText) -> bool:
    return unit.removeprefix(one.before) in ("", *MAGNITUDES)


def beside(cells: ColumnCells, odd: Counter[str]) -> str:
    """Return how many cells of a column of numbers or dates are text, and the commonest of it."""
    shown = ", ".join(repr(text) for text, _ in odd.most_common(3))
    return f"holds text like {shown} in {odd.total():,} of {cells.known:,} cells"


def mostly(cells: ColumnCells, one: ColumnFormat, decimal: Decimal) -> str | None:
    """Return a warning about a column read as text that is mostly numbers or dates."""
    if not isinstance(one, PlainText) or cells.are_codes or is_text(cells):
        return None
    forms: dict[str, NumberText | DateText] = {
        "number": number_text(cells, decimal),
        "date": date_text(cells.others),
    }
    for kind, form in forms.items():
        odd = odd_cells(cells, form)
        read = cells.known - odd.total()
        different = len(cells.numbers) + len(cells.others) - len(odd)
        if 2 * read > cells.known and different > MANY and odd:
            return f"{beside(cells, odd)} and is read as text; else say --type COLUMN={kind}"
    return None


def misfit(cells: ColumnCells, one: ColumnFormat) -> str | None:
    """Return that a column hardly holds what the user says; None if half of it does."""
    if isinstance(one, PlainText) or not cells.known:
        return None
    odd = odd_cells(cells, one)
    if 2 * odd.total() <= cells.known:
        return None
    no = kind_of(one)
    return (
        f"is said to hold {no}s, but {odd.total():,} of {cells.known:,} cells are none, like "
        f"{next(iter(odd))!r}"
    )
