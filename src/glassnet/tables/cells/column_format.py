"""How the cells of a column are to be read: as numbers, dates, truth values, or as text."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from glassnet.tables.cells.column_cells import MANY, ColumnCells
from glassnet.tables.cells.date_text import DateText, DayOrder, date_text
from glassnet.tables.cells.missing import says_missing
from glassnet.tables.cells.number_text import FEW, Decimal, NumberText, unit_of

__all__ = [
    "TYPED_WRONG",
    "ColumnFormat",
    "Kind",
    "PlainText",
    "TruthText",
    "YesNoText",
    "are_addresses",
    "column_format",
    "holds",
    "is_text",
    "kind_of",
    "number_text",
    "odd_cells",
]

#: What a user may say that a column holds.
Kind: TypeAlias = Literal["number", "date", "text"]
#: A letter after a whole number, which makes it another one: 12a.
CODE = re.compile(r"\d+\s?[A-Za-z]{1,2}")
#: Four numbers from 0 to 255.
ADDRESS = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")
#: Two years, of which the second has two digits.
SEASON = re.compile(r"(?:19|20)(\d\d)[-/](\d\d)")
#: A typing error does not occur more often.
TYPED_WRONG = 2
#: So many different texts show that a column is text.
SAMPLE = 1000


@dataclass(frozen=True)
class TruthText:
    """True or false, in whatever case."""

    def value(self, text: str) -> bool | None:
        """Return what a cell says; None if it says neither."""
        return {"true": True, "false": False}.get(text.lower())


@dataclass(frozen=True)
class YesNoText:
    """One of two words for yes and no, in whatever case; they stay the words that they are.

    Attributes
    ----------
    words : frozenset of str
        In lower case.
    """

    words: frozenset[str]

    def value(self, text: str) -> str | None:
        """Return the word; None if a cell says neither."""
        return text if text.lower() in self.words else None


#: Pairs of words for yes and no.
YES_NO = tuple(
    YesNoText(frozenset(pair.split()))
    for pair in (
        "yes no", "y n", "t f", "ja nein", "j n", "oui non", "sí no", "si no", "wahr falsch",
        "vrai faux", "verdadero falso", "sim não", "sì no", "vero falso", "ja nee", "ja nej",
        "ja nei", "kyllä ei", "tak nie", "ano ne", "да нет", "evet hayır", "on off",
    )
)  # fmt: skip


@dataclass(frozen=True)
class PlainText:
    """Text, of which each says only itself."""

    def value(self, text: str) -> str:
        """Return the text."""
        return text


ColumnFormat: TypeAlias = NumberText | DateText | TruthText | YesNoText | PlainText


def kind_of(one: ColumnFormat) -> str:
    """Return what a format reads: ``"number"``, ``"date"``, ``"truth value"`` or ``"text"``."""
    match one:
        case NumberText():
            return "number"
        case DateText():
            return "date"
        case TruthText():
            return "truth value"
        case YesNoText():
            return "yes or no"
        case PlainText():
            return "text"


def column_format(
    cells: ColumnCells,
    decimal: Decimal,
    kind: Kind | None = None,
    order: DayOrder | None = None,
) -> ColumnFormat:
    """Return how a column is to be read.

    It holds numbers, dates or truth values if all of its cells do but for a few: words that stand
    for a missing value, at most 5 % others, or two different ones. Columns of few different
    numbers, and postcodes with their zeros, stay text if other text is among them.

    Parameters
    ----------
    cells : ColumnCells
    decimal : {".", ","}
        The decimal sign.
    kind : {"number", "date", "text"}, optional
        What the column holds; recognised if not given.
    order : {"day first", "month first"}, optional
        Of dates; recognised if not given.

    Examples
    --------
    >>> import polars as pl
    >>> cells = ColumnCells()
    >>> cells.add(pl.Series([f"{number}.5" for number in range(30)] + ["n.d."]))
    >>> column_format(cells, ".")
    NumberText(decimal='.', before='', after='', grouped=False, minus_last=False, magnitudes=False)
    """
    if kind == "text" or (kind is None and (cells.are_codes or is_text(cells))):
        return PlainText()
    numbers = number_text(cells, decimal)
    dates = date_text(cells.others, order)
    if kind is not None:
        return numbers if kind == "number" else dates
    if are_addresses(cells) or _are_seasons(cells):
        return PlainText()
    if cells.compact_dates and cells.compact_dates >= (1 - FEW) * cells.known:
        return dates
    fitting: tuple[ColumnFormat, ...] = (TruthText(), numbers, dates, *_yes_no(cells))
    return next((one for one in fitting if holds(cells, one)), PlainText())


def _yes_no(cells: ColumnCells) -> list[YesNoText]:
    """The words for yes and no that a column has, if all others are few."""
    common = {text.lower() for text, _ in cells.others.most_common(2 * len(YES_NO[0].words))}
    return [
        one
        for one in YES_NO
        if one.words <= common
        and cells.known - sum(cells.others[text] for text in cells.others if one.value(text))
        <= FEW * cells.known
    ]


def are_addresses(cells: ColumnCells) -> bool:
    """Whether all texts are like 192.168.0.1, not thousands of thousands."""
    return bool(cells.others) and all(map(ADDRESS.fullmatch, cells.others))


def _are_seasons(cells: ColumnCells) -> bool:
    """Whether all texts are like 2024-25: two years, one after the other, not year and month."""
    seasons = [SEASON.fullmatch(text) for text in cells.others]
    return bool(seasons) and all(
        season and int(season[2]) == (int(season[1]) + 1) % 100 for season in seasons
    )


def is_text(cells: ColumnCells) -> bool:
    """Return whether a column is plainly text: of a sample of its texts few are anything else."""
    if cells.plainly_text is None:
        cells.plainly_text = _is_plainly_text(cells)
    return cells.plainly_text


def _is_plainly_text(cells: ColumnCells) -> bool:
    if cells.plain > FEW * cells.known:
        return False
    orders: tuple[DayOrder, ...] = ("day first", "month first", "year first")
    dates = (DateText(order, unpadded=True) for order in orders)
    ones: tuple[ColumnFormat, ...] = (TruthText(), *dates, *YES_NO)
    sample = list(islice(cells.others, SAMPLE))
    read = sum(
        unit_of(text, ".") is not None
        or unit_of(text, ",") is not None
        or says_missing(text)
        or any(one.value(text) is not None for one in ones)
        for text in sample
    )
    return 2 * read < len(sample) or not sample


def number_text(cells: ColumnCells, decimal: Decimal) -> NumberText:
    """Return how the numbers of a column are written, given their decimal sign."""
    grouped = cells.may_be_grouped if decimal == "," else 0
    return NumberText.of(
        cells.others,
        cells.plain,
        cells.large + grouped,
        grouped,
        decimal,
        whole=cells.whole == cells.plain < 2 * cells.large,
        different=len(cells.numbers) + len(cells.others) > MANY,
    )


def holds(cells: ColumnCells, one: ColumnFormat) -> bool:
    """Return whether a column holds what a format reads, but for a few cells."""
    if isinstance(one, YesNoText):
        return True  # it is one of a column that does
    odd = odd_cells(cells, one)
    values = [value for text in cells.others if (value := one.value(text)) is not None]
    as_number = isinstance(one, NumberText)
    if not values and not (as_number and cells.plain):
        return False
    if not odd:
        return True
    few = odd.total() <= FEW * cells.known
    whole = as_number and cells.whole == cells.plain and all(map(_is_whole, values))
    if whole and sum(odd[text] for text in odd if CODE.fullmatch(text)) > TYPED_WRONG:
        return False
    different = cells.numbers | set(map(str, values))
    if len(different) <= MANY and (whole or isinstance(one, TruthText)):
        codes = whole and any(map(CODE.fullmatch, odd))
        return few and max(odd.values()) <= TYPED_WRONG and not codes
    words = len(odd) <= 2 and not any(re.search(r"\d", text) for text in odd)
    return few or (words and 2 * odd.total() < cells.known)


def odd_cells(cells: ColumnCells, one: ColumnFormat) -> Counter[str]:
    """Return what a format does not read, and what does not say that it is missing, counted."""
    odd = Counter(
        {
            text: count
            for text, count in cells.others.items()
            if one.value(text) is None and not says_missing(text)
        }
    )
    # Plain numbers are not told apart; one stands for all.
    if not isinstance(one, NumberText | PlainText) and cells.plain:
        no_dates = cells.plain - (cells.compact_dates if isinstance(one, DateText) else 0)
        odd += Counter({min(cells.numbers): no_dates})
    elif isinstance(one, NumberText) and one.decimal == "," and cells.fractions:
        odd["1.5"] = cells.fractions
    return odd


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
