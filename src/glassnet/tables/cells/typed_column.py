"""A column of text read by its format: numbers, dates, truth values, and cells that are none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from msgspec.structs import replace as replace_fields
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.tables.cells.column_cells import PLAIN, WHOLE, ColumnCells
from glassnet.tables.cells.column_format import (
    ColumnFormat,
    PlainText,
    TruthText,
    YesNoText,
    kind_of,
)
from glassnet.tables.cells.doubt import unlike
from glassnet.tables.cells.number_text import Decimal, NumberText

__all__ = ["StrayCells", "read_texts", "typed_column"]

#: So many cells are named.
MAX_NAMED = 10


@dataclass(frozen=True)
class StrayCells:
    """Cells of a column that are not what the others are, and are taken as missing.

    Attributes
    ----------
    name : str
        Of the column.
    kind : str
        What the others are: ``"number"``.
    rows : array of int
        Counted from 0.
    texts : list of str
        Of the first ten of them.
    """

    name: str
    kind: str
    rows: NDArray[np.int64]
    texts: list[str]

    @property
    def handling(self) -> str:
        """What they are not, and how they are taken."""
        one = len(self.rows) == 1
        if self.kind == "yes or no":
            no = "is neither yes nor no" if one else "are neither yes nor no"
        else:
            no = f"is no {self.kind}" if one else f"are no {self.kind}s"
        return f"{no}, taken as missing"

    def __add__(self, other: "StrayCells") -> "StrayCells":
        rows = np.concatenate([self.rows, other.rows])
        return replace(self, rows=rows, texts=(self.texts + other.texts)[:MAX_NAMED])

    def shifted(self, rows: int) -> "StrayCells":
        """Return these cells with so many rows before them."""
        return replace(self, rows=self.rows + rows)

    def without(self, rows: list[int]) -> "StrayCells | None":
        """Return those that are not in some rows; None if there are none."""
        kept = ~np.isin(self.rows, rows)
        if not kept.any():
            return None
        texts = [text for text, keep in zip(self.texts, kept, strict=False) if keep]
        return replace(self, rows=self.rows[kept], texts=texts)

    def sentence(self, places: Sequence[int], place: str = "line") -> str:
        """Return a warning that names the first ten by their lines.

        Parameters
        ----------
        places : sequence of int
            Of the first ten.
        place : str
            What is counted: ``"line"`` or ``"row"``.

        Examples
        --------
        >>> StrayCells("size", "number", np.array([7, 9]), ["-", "n.d."]).sentence([9, 11])
        "size: '-' (line 9), 'n.d.' (line 11) are no numbers, taken as missing"
        """
        named = ", ".join(
            f"{text!r} ({place} {number})" for text, number in zip(self.texts, places, strict=True)
        )
        more = len(self.rows) - len(self.texts)
        if more:
            named += f" and {more:,} more"
        return f"{self.name}: {named} {self.handling}"


def typed_column(texts: Any, one: ColumnFormat) -> tuple[Any, StrayCells | None]:
    """Return a Polars column of trimmed text as what it says, and the cells that do not.

    Whole numbers stay whole; cells that are none are null.
    """
    import polars as pl

    if isinstance(one, PlainText):
        return texts, None
    if isinstance(one, NumberText):
        typed = _numbers(texts, one)
    else:
        kinds = {TruthText: pl.Boolean, YesNoText: pl.String}
        kind = kinds.get(type(one), pl.Datetime("us"))
        typed = _looked_up(texts, one, kind)
        if kind == pl.Datetime and (typed.dt.truncate("1d") == typed).all():
            typed = typed.cast(pl.Date)
    strays = (typed.is_null() & texts.is_not_null()).arg_true().to_numpy().astype(np.int64)
    if not len(strays):
        return typed, None
    return typed, StrayCells(texts.name, kind_of(one), strays, texts[strays[:MAX_NAMED]].to_list())


def read_texts(name: str, column: Array, one: ColumnFormat) -> tuple[Array, StrayCells | None]:
    """Return a column of text in memory as what it says: numbers or dates, missing where none.

    Parameters
    ----------
    name : str
    column : array of str or None
    one : ColumnFormat
        Of numbers or dates.

    Raises
    ------
    ValueError
        If more than a few cells say something else.
    """
    import polars as pl

    cells, texts = ColumnCells.of(column)
    if isinstance(one, NumberText):
        proofs = cells.decimals
        shown: Decimal = "," if proofs[","] > proofs["."] else "."
        if proofs[","] != proofs["."]:
            one = replace_fields(one, decimal=shown)
    if wrong := unlike(cells, one):
        raise ValueError(f"column {name!r} {wrong}")
    typed, strays = typed_column(texts.alias(name), one)
    kind = pl.Float64 if isinstance(one, NumberText) else pl.Datetime("us")
    values: Array = typed.cast(kind).to_numpy(writable=True)
    return values, strays


def _numbers(texts: Any, one: NumberText) -> Any:
    """The numbers of a column: those that a program writes at once, the others one by one."""
    import polars as pl

    for kind in (pl.Int64, pl.Int128, pl.Float64) if one.decimal == "." else ():
        numbers = texts.cast(kind, strict=False)
        if numbers.null_count() == texts.null_count():
            return numbers if kind != pl.Float64 else numbers.set(~numbers.is_finite(), None)
    numbers = texts.str.extract(PLAIN if one.decimal == "." else WHOLE, 0).cast(pl.Float64)
    rest = texts.set(numbers.is_not_null(), None)
    numbers = numbers.set(~numbers.is_finite(), None)
    numbers = numbers.zip_with(numbers.is_not_null(), _looked_up(rest, one, pl.Float64))
    for kind in (pl.Int64, pl.Int128):
        whole = texts.cast(kind, strict=False)
        if whole.null_count() == numbers.null_count():
            return whole
    return numbers


def _looked_up(texts: Any, one: ColumnFormat, kind: Any) -> Any:
    """Each different text is read once."""
    import polars as pl

    different = texts.unique().drop_nulls()
    values = pl.Series([one.value(text) for text in different.to_list()], dtype=kind)
    return texts.replace_strict(different, values, default=None, return_dtype=kind)
