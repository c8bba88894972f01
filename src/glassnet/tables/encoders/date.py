"""Encoding of a column of dates: days since 1970, and position in the year, week and day."""

import math
from typing import Any, ClassVar, Literal, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.elementary import cos_pi, sin_pi
from glassnet.formula.document import Block, Paragraph, equation_with_numbers
from glassnet.formula.tree import Call, Formula, Number, Symbol
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.cells.date_text import DateText
from glassnet.tables.cells.typed_column import read_texts
from glassnet.tables.columns import is_missing
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.warnings import DataWarning

__all__ = ["DateEncoder", "days_since_1970"]

#: The periods, in days.
PERIODS = {"year": 365.2425, "week": 7.0, "day": 1.0}


def days_since_1970(column: Array) -> NDArray[np.float64]:
    """Return dates as days since 1970, NaN where missing.

    Examples
    --------
    >>> days_since_1970(np.array(["1970-01-03T12", "NaT"], dtype="datetime64[us]")).tolist()
    [2.5, nan]
    """
    days = (column - np.datetime64(0, "us")) / np.timedelta64(1, "D")
    return np.where(np.isnat(column), np.nan, days.astype(np.float64))


class DateEncoder(Encoder, frozen=True, tag="date"):
    """The days since 1970, scaled like any number, and sin and cos of 2π days / period.

    The periods are the year and the week, and the day if there are times of day. All of these
    inputs are 0 for a missing date.

    Attributes
    ----------
    name : str
    days : NumberEncoder
    periods : tuple of str
    """

    name: str
    days: NumberEncoder
    periods: tuple[Literal["year", "week", "day"], ...]
    written: DateText = DateText()

    for_a_whole_type: ClassVar[bool] = True

    @classmethod
    def is_for(cls, column: Array) -> bool:
        """Return whether the column holds dates."""
        return column.dtype.kind == "M"

    @classmethod
    def fit(cls, name: str, column: Array, *, robust: bool = False) -> Self:
        """Return the encoder with the periods that the dates show."""
        days = NumberEncoder.fit(f"days of {name}", days_since_1970(column), robust=robust)
        known = column[~np.isnat(column)]
        has_times = bool((known != known.astype("datetime64[D]")).any())
        return cls(name, days, ("year", "week", "day") if has_times else ("year", "week"))

    @property
    def text_format(self) -> DateText:
        """How the dates are written."""
        return self.written

    def written_as(self, one: ColumnFormat | None) -> Self:
        """Return the encoder of dates that are written so."""
        return msgspec.structs.replace(self, written=one) if isinstance(one, DateText) else self

    @property
    def feature_names(self) -> list[str]:
        """The input names of the days, and of sin and cos of each period."""
        turns = [
            f"{function} of {self.name} in its {period}"
            for period in self.periods
            for function in ("sin", "cos")
        ]
        return [*self.days.feature_names, *turns]

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[DataWarning]]:
        """Return the scaled days, and sin and cos of each period."""
        dates, strays = self._dates(column)
        missing = is_missing(dates)
        days = days_since_1970(dates)
        x, _ = self.days.encode(days)
        warnings = [*strays, *DataWarning.of(self.name, "inputs set to 0", missing)]
        halves = [2 * np.where(missing, 0, days) / PERIODS[period] for period in self.periods]
        turns = [f(half_turns) for half_turns in halves for f in (sin_pi, cos_pi)]
        return np.column_stack([x, *(np.where(missing, 0.0, turn) for turn in turns)]), warnings

    def _dates(self, column: Array) -> tuple[Array, list[DataWarning]]:
        """The column as dates; text is read as it was written in training."""
        if column.dtype.kind == "M":
            return column, []
        known = column[~is_missing(column)]
        if not len(known):
            return np.full(len(column), np.datetime64("NaT"), dtype="datetime64[us]"), []
        if column.dtype != object:
            raise ValueError(f"column {self.name!r} must hold dates, but holds {str(known[0])!r}")
        dates, strays = read_texts(self.name, column, self.written)
        return dates, DataWarning.of_strays(strays)

    def explain(self, value: Any) -> list[Block]:
        """Show how one date becomes inputs."""
        column, _ = self._dates(np.array([value]))
        if np.isnat(column[0]):
            words = f"{self.name} is missing: its inputs are 0, except the one for missing values."
            return [Paragraph(words)]
        days = float(days_since_1970(column)[0])
        blocks: list[Block] = [
            Paragraph(f"{self.name} is {column[0].astype('datetime64[s]')}; in days since 1970:"),
            *self.days.explain(days),
        ]
        t = Symbol(self.days.name, days)
        for period in self.periods:
            angle: Formula = 2 * Number(math.pi) * t / PERIODS[period]
            for function in ("sin", "cos"):
                formula = Call(function, (angle,))
                left = Symbol(
                    "x", formula.evaluate(), index=f"{function} of {self.name} in its {period}"
                )
                blocks.append(equation_with_numbers(left, formula))
        return blocks
