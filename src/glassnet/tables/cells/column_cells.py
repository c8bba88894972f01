"""The cells of a column of text, counted: what decides whether it holds numbers, dates or text."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from glassnet.core.array import Array
from glassnet.tables.cells.missing import MISSING
from glassnet.tables.cells.number_text import PLAIN_NUMBER, Decimal, decimals_of

__all__ = ["ColumnCells", "trimmed"]

#: So many different numbers are more than a category has.
MANY = 20
#: Numbers as a programming language writes them; a few of them; those that may have thousands.
PLAIN = f"^{PLAIN_NUMBER}$"
WHOLE, PADDED, LARGE = r"^[+-]?[0-9]+$", r"^0[0-9]+(?:\.[0-9]+)?$", r"^[+-]?[0-9]{4,}"
#: Part numbers like 12E5, which are hardly powers of ten: those have a point, or a sign.
CODE_WITH_E = r"^[0-9]+[eE][0-9]+$"
#: Dates of 1800 to 2199 without signs, with or without a time of day.
COMPACT_DATE = (
    r"^(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?$"
)
MAY_BE_GROUPED = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$"
COUNTED = (
    "whole", "padded", "large", "point", "may_be_grouped", "compact_dates", "codes_with_e",
)  # fmt: skip
#: Spreadsheets keep text as it is by ="...", or by an apostrophe before it.
WRAPPED = r"""^\s*(?:=?"([^"]*)"|'([+-]?[0-9][^']*))\s*$"""
BLANKS = "[\u00a0\u2007\u2009\u202f]"


def trimmed(frame: Any) -> Any:
    """Return a Polars frame of text without blanks around, null where a cell holds nothing."""
    import polars as pl

    bare = pl.all().str.replace_all(BLANKS, " ").str.strip_chars()
    wrapped = frame.select(pl.all().str.contains(WRAPPED).any())
    if any(wrapped.row(0)):
        bare = bare.str.replace(WRAPPED, "$1$2")
    return frame.select(pl.when(~bare.is_in(sorted(MISSING))).then(bare))


@dataclass
class ColumnCells:
    """What the cells of a column hold; cells can be added chunk by chunk.

    Attributes
    ----------
    plain : int
        How many are numbers as a programming language writes them.
    whole, padded, large, point, may_be_grouped : int
        How many of those are whole numbers, begin with a 0 before other digits, have four digits or
        more, have a decimal point, or have a point that may part thousands.
    compact_dates, codes_with_e : int
        How many look like 20260131, and like 12E5.
    numbers : set of str
        Some of them, at most 21 different ones.
    widths : set of int
        The lengths of those that are whole.
    others : Counter of str
        All other cells that hold something.
    """

    plain: int = 0
    whole: int = 0
    padded: int = 0
    large: int = 0
    point: int = 0
    may_be_grouped: int = 0
    compact_dates: int = 0
    codes_with_e: int = 0
    numbers: set[str] = field(default_factory=set)
    widths: set[int] = field(default_factory=set)
    others: Counter[str] = field(default_factory=Counter)
    #: Whether they are plainly text, where that was found out; not kept when cells are added.
    plainly_text: bool | None = field(default=None, compare=False)

    def add(self, texts: Any) -> None:
        """Take in a Polars column of trimmed text."""
        import polars as pl

        self.plainly_text = None
        cell = pl.col("text")
        frame = texts.alias("text").to_frame().filter(cell.is_not_null())
        numbers = frame.filter(cell.str.contains(PLAIN))
        found = numbers.select(
            whole=cell.str.contains(WHOLE).sum(),
            padded=cell.str.contains(PADDED).sum(),
            large=cell.str.contains(LARGE).sum(),
            point=cell.str.contains(".", literal=True).sum(),
            may_be_grouped=cell.str.contains(MAY_BE_GROUPED).sum(),
            compact_dates=cell.str.contains(COMPACT_DATE).sum(),
            codes_with_e=cell.str.contains(CODE_WITH_E).sum(),
            widths=cell.filter(cell.str.contains(WHOLE)).str.len_bytes().unique().implode(),
            numbers=cell.unique().head(MANY + 1).implode(),
        ).row(0, named=True)
        self.plain += numbers.height
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + found[name])
        self.widths |= set(found["widths"])
        if len(self.numbers) <= MANY:
            self.numbers |= set(found["numbers"])
        if numbers.height < frame.height:
            others = frame.filter(~cell.str.contains(PLAIN))
            counts = others.group_by("text", maintain_order=True).len()
            self.others.update(dict(counts.iter_rows()))

    @classmethod
    def of(cls, column: Array) -> tuple["ColumnCells", Any]:
        """Return the cells of a column of text in memory, and the column trimmed, for Polars."""
        import polars as pl

        texts = trimmed(pl.DataFrame({"": column.tolist()}, {"": pl.String}))[""]
        cells = cls()
        cells.add(texts)
        return cells, texts

    @property
    def known(self) -> int:
        """How many cells hold something."""
        return self.plain + self.others.total()

    @property
    def fractions(self) -> int:
        """How many plain numbers have a point that can't part thousands."""
        return self.point - self.may_be_grouped

    @property
    def are_codes(self) -> bool:
        """Whether whole numbers begin with a 0 like postcodes, or look like 12E5.

        Those with a 0 have all one length, or are not rare.
        """
        if 2 * self.codes_with_e > self.plain:
            return True
        of_one_width = len(self.widths) == 1 and self.whole == self.plain
        return self.padded > 0 and (of_one_width or self.padded > self.plain / 20)

    @property
    def decimals(self) -> dict[Decimal, int]:
        """How many cells can only be numbers with each decimal sign."""
        proofs = decimals_of(self.others)
        return {".": proofs["."] + self.fractions, ",": proofs[","]}
