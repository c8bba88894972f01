"""Encoding of a column of dates: days since 1970, and position in the year, week and day."""

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.formula.document import Block, Paragraph, equation_with_numbers
from glassnet.formula.tree import Call, Formula, Number, Symbol
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
        dates = self._dates(column)
        missing = is_missing(dates)
        days = days_since_1970(dates)
        x, _ = self.days.encode(days)
        warnings = DataWarning.of(self.name, "inputs set to 0", missing)
        angles = [2 * math.pi * np.where(missing, 0, days) / PERIODS[p] for p in self.periods]
        turns = [f(angle) for angle in angles for f in (np.sin, np.cos)]
        return np.column_stack([x, *(np.where(missing, 0.0, turn) for turn in turns)]), warnings

    def _dates(self, column: Array) -> Array:
        """The column as dates; text is parsed, and a column of missing values becomes NaT."""
        if column.dtype.kind == "M":
            return column
        known = column[~is_missing(column)]
        if not len(known):
            return np.full(len(column), np.datetime64("NaT"), dtype="datetime64[us]")
        if column.dtype == object:  # text like 2026-11-24
            try:
                return np.array([value and str(value) for value in column], dtype="datetime64[us]")
            except ValueError:
                pass
        raise ValueError(f"column {self.name!r} must hold dates, but holds {str(known[0])!r}")

    def explain(self, value: Any) -> list[Block]:
        """Show how one date becomes inputs."""
        column = self._dates(np.array([value]))
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
