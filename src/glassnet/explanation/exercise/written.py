"""A number as a student wrote it: the interval that its digits imply."""

import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

from glassnet.formula.decimals import ZERO
from glassnet.formula.intervals import Interval, interval_of_text

__all__ = ["Precision", "Written", "intervals_of", "number_text_of", "written"]

# A number with fewer digits, of which this part could be wrong, is one that lost its zeros at the
# end: 1 stands for 1.00.
COARSE, FINEST_COARSE = Decimal("0.05"), Decimal("0.005")
# Nobody is thought to round to fewer digits; a whole number's zeros behind them are none.
SIGNIFICANT = 3
# So many decimals has a 0, where there is no other number to tell.
DECIMALS_OF_ZERO = 6
# Nobody is thought to round to fewer decimals than these.
LEAST_DECIMALS = 2
# With this part of the numbers, all are said to have as many decimals.
MOST = 0.9
# So many digits a number has at most; more are an attack.
LONGEST = 60
# A fraction that is no finite decimal number is kept with all but this part of it.
AS_EXACT = Decimal("1e-20")
FRACTION = re.compile(r"([^\s/]+)\s*/\s*([^\s/]+)")


@dataclass(frozen=True)
class Written:
    """A number as it was written.

    Attributes
    ----------
    text : str
        Its digits: ``"0.30"`` is not ``"0.3"``.
    value : Decimal
    exact : bool
        Whether it stands for itself alone: a fraction.
    """

    text: str
    value: Decimal
    exact: bool = False

    @property
    def decimals(self) -> int:
        """How many digits stand behind the point."""
        exponent = self.value.as_tuple().exponent
        return max(-exponent, 0) if isinstance(exponent, int) else 0

    @property
    def digits(self) -> int:
        """How many significant digits it has."""
        return len(self.value.as_tuple().digits)

    def interval(self, decimals_of_zero: int, relative: Decimal) -> Interval:
        """Return the numbers that it stands for.

        Parameters
        ----------
        decimals_of_zero : int
            So many decimals a 0 has at least.
        relative : Decimal
            What a computer's rounding may change of it.
        """
        if not self.value.is_finite():
            return Interval(self.value, self.value)
        if self.exact:
            half = abs(self.value) * max(relative, AS_EXACT)
            return Interval(self.value - half, self.value + half)
        if self.value == 0:
            half = Decimal(5).scaleb(-max(self.decimals, decimals_of_zero) - 1)
            return Interval(-half, half)
        half = max(self._half(), abs(self.value) * relative)
        return Interval(self.value - half, self.value + half)

    def _half(self) -> Decimal:
        """Half a unit of its last digit."""
        text = interval_of_text(str(_without_zeros(self.value)))
        half = (text.high - text.low) / 2
        if half > FINEST_COARSE and half > COARSE * abs(self.value):
            return max(FINEST_COARSE, COARSE * abs(self.value) / 10)
        return half


def _without_zeros(value: Decimal) -> Decimal:
    """A whole number without the zeros at its end that are not among its first digits."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    zeros = min(len(text) - len(text.rstrip("0")), len(text) - SIGNIFICANT)
    if exponent != 0 or zeros <= 0:
        return value
    return Decimal((sign, digits[:-zeros], zeros))


def written(name: str, given: Any) -> Written | None:
    """Return a number as it was written; None if nothing was.

    Parameters
    ----------
    name : str
        The name of the line, for messages.
    given : str, int, float or None
        A text keeps its digits; its point may be a comma. It may be a fraction, which is exact.

    Raises
    ------
    ValueError, TypeError
        If it is no number.

    Examples
    --------
    >>> written("p[1]", "0,550").value, written("p[1]", 0.55).text, written("p[1]", " ")
    (Decimal('0.550'), '0.55', None)
    >>> written("p[1]", "3/8").value
    Decimal('0.375')
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | Real | Decimal):
        raise TypeError(f"{name}: expected a number, or a text such as '0.550', not {given!r}")
    text = given.strip() if isinstance(given, str) else number_text_of(given)
    if not text or text.strip("_ .…") == "":
        return None
    try:
        value = _value(text)
    except ArithmeticError:
        value = Decimal("nan")
    if value.is_nan() or len(text) > LONGEST or abs(value.adjusted()) > 400:
        shown = text if len(text) <= LONGEST else f"{text[:20]}…"
        raise ValueError(f"{name}: expected a number such as 0.550 or 1.2e-3, not {shown!r}")
    return Written(text, value, "/" in text)


def _value(text: str) -> Decimal:
    """The value of a number or a fraction."""
    fraction = FRACTION.fullmatch(text)
    if fraction is None:
        return Decimal(_plain(text))
    above, below = (Decimal(_plain(part)) for part in fraction.groups())
    return above / below


def number_text_of(number: Any) -> str:
    """Return a number of Python or NumPy as text, without digits that it does not have."""
    if isinstance(number, Decimal | int):
        return str(number)
    return repr(number.item() if hasattr(number, "item") else float(number)).removesuffix(".0")


@dataclass(frozen=True)
class Precision:
    """With how many digits a student writes.

    Attributes
    ----------
    digits : int
        Significant digits of most numbers.
    decimals : int
        Digits behind the point of most numbers.
    fixed : bool
        Whether nearly all numbers have as many decimals.
    """

    digits: int
    decimals: int
    fixed: bool

    @classmethod
    def of(cls, answers: Iterable[Written]) -> "Precision":
        """Return the precision of some answers; a 0 or a fraction does not tell."""
        telling = [one for one in answers if one.value.is_finite() and one.value and not one.exact]
        if not telling:
            return cls(DECIMALS_OF_ZERO, DECIMALS_OF_ZERO, fixed=True)
        decimals = [one.decimals for one in telling]
        usual = int(statistics.median_high(decimals))
        digits = int(statistics.median_high([one.digits for one in telling]))
        fixed = decimals.count(usual) > MOST * len(decimals)
        return cls(max(digits, SIGNIFICANT), max(usual, LEAST_DECIMALS), fixed)

    def half(self, value: Decimal) -> Decimal:
        """Return half a unit of the last digit with which a value would be written."""
        if self.fixed:
            return Decimal(5).scaleb(-self.decimals - 1)
        if value == 0 or not value.is_finite():
            return ZERO
        return Decimal(5).scaleb(value.adjusted() - self.digits)

    def rounded(self, interval: Interval) -> Interval:
        """Return the numbers that some numbers can be, once they are rounded."""
        half = max(self.half(interval.low), self.half(interval.high))
        return Interval(interval.low - half, interval.high + half)


def intervals_of(
    answers: Mapping[Any, Written], precision: Precision, relative: Decimal
) -> dict[Any, Interval]:
    """Return the intervals of a sheet's numbers.

    A 0 has at least as many decimals as most other numbers.
    """
    return {key: one.interval(precision.decimals, relative) for key, one in answers.items()}


def _plain(text: str) -> str:
    """A number in Python's spelling: a decimal comma, a real minus sign, 1.2·10^−3."""
    text = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-").replace("–", "-")
    text = re.sub(r"(?:[·*×x]10\^|[·*×x]10\*\*)\(?([+-]?\d+)\)?$", r"e\1", text)
    text = text.replace("∞", "inf")
    if re.fullmatch(r"[+-]?\d*,\d+(?:e[+-]?\d+)?", text, re.IGNORECASE):
        text = text.replace(",", ".")
    return text if "_" not in text else ""
