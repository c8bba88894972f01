"""Intervals: what a formula can be, if each written number stands for all that round to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.decimals import INFINITY, ONE, ZERO, Decimals, as_decimal
from glassnet.formula.number import typed_text

__all__ = ["Interval", "Intervals", "interval_of_text"]

# Fifty digits are rounded outwards by so much of a value.
OUTWARDS = Decimal("1e-40")
PI = Decimal("3.14159265358979323846264338327950288419716939937511")


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        """The number in the middle."""
        return (self.low + self.high) / 2

    def __contains__(self, value: Decimal) -> bool:
        return self.low <= value <= self.high

    def __neg__(self) -> "Interval":
        return Interval(self.high.copy_negate(), self.low.copy_negate())

    def meets(self, other: "Interval") -> bool:
        """Return whether the two have a number in common."""
        return self.low <= other.high and other.low <= self.high


def interval_of_text(text: str) -> Interval:
    """Return the numbers that round to a number as it is written.

    Examples
    --------
    >>> interval_of_text("0.250")
    Interval(low=Decimal('0.2495'), high=Decimal('0.2505'))
    """
    value = Decimal(typed_text(text))
    if not value.is_finite():
        return Interval(value, value)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    half = Decimal(5).scaleb(exponent - 1)
    return Interval(value - half, value + half)


ANYTHING = Interval(INFINITY.copy_negate(), INFINITY)


class Intervals(Arithmetic):
    """Numbers as intervals; the result of an operation contains all that it can be.

    Examples
    --------
    >>> from glassnet.formula.tree import Number
    >>> Decimal("1.5") in (Number(0.5) * Number(3.0)).evaluate(Intervals())
    True
    """

    def __init__(self) -> None:
        self.exact = Decimals()
        rising = ("exp", "ln", "log1p", "tanh", "sqrt", "Φ", "sign")
        self.functions: dict[str, Callable[..., Any]] = {
            **{name: self._rising(name) for name in rising},
            "abs": _abs,
            "max": lambda a, b: Interval(max(a.low, b.low), max(a.high, b.high)),
            "min": lambda a, b: Interval(min(a.low, b.low), min(a.high, b.high)),
            "sin": lambda x: self._wave("sin", x, PI / 2),
            "cos": lambda x: self._wave("cos", x, ZERO),
        }

    def number(self, value: Any) -> Interval:
        """Return a number, which is known exactly."""
        if isinstance(value, Interval):
            return value
        exact = value if isinstance(value, Decimal) else as_decimal(value)
        return Interval(exact, exact)

    def above_zero(self, x: Interval) -> Interval:
        """Return 1, 0, or both."""
        return Interval(self.exact.above_zero(x.low), self.exact.above_zero(x.high))

    def add(self, terms: Sequence[Interval]) -> Interval:
        """Return the sum."""
        low = self.exact.add([term.low for term in terms])
        high = self.exact.add([term.high for term in terms])
        return _outwards(low, high)

    def multiply(self, factors: Sequence[Interval]) -> Interval:
        """Return the product."""
        product = factors[0]
        for factor in factors[1:]:
            ends = [
                self.exact.multiply([a, b])
                for a in (product.low, product.high)
                for b in (factor.low, factor.high)
            ]
            product = _hull(ends)
        return product

    def divide(self, numerator: Interval, denominator: Interval) -> Interval:
        """Return the quotient; anything if the denominator may be 0."""
        if denominator.low <= 0 <= denominator.high:
            return ANYTHING
        ends = [
            self.exact.divide(a, b)
            for a in (numerator.low, numerator.high)
            for b in (denominator.low, denominator.high)
        ]
        return _hull(ends)

    def power(self, base: Interval, exponent: Interval) -> Interval:
        """Return the power: of a whole exponent by multiplication, else of a base above 0."""
        whole = exponent.low
        if exponent.low == exponent.high and whole == int(whole) and 0 <= whole <= 8:
            size = _abs(base) if whole % 2 == 0 else base
            return self.multiply([size] * int(whole)) if whole else self.number(1.0)
        if base.low < 0:
            return ANYTHING
        ends = [
            self.exact.power(a, b)
            for a in (base.low, base.high)
            for b in (exponent.low, exponent.high)
        ]
        return _hull(ends)

    def _rising(self, name: str) -> Callable[[Interval], Interval]:
        function = self.exact.functions[name]

        def apply(x: Interval) -> Interval:
            low = max(x.low, ZERO) if name == "sqrt" else x.low
            return _outwards(function(low), function(max(x.high, low)))

        return apply

    def _wave(self, name: str, x: Interval, crest: Decimal) -> Interval:
        """Sine or cosine: 1 where a crest lies inside, −1 where a trough does."""
        ends = [self.exact.functions[name](end) for end in (x.low, x.high)]
        low, high = min(ends), max(ends)
        if _has_multiple(x, crest):
            high = ONE
        if _has_multiple(x, crest + PI):
            low = -ONE
        return _outwards(low, high)


def _has_multiple(x: Interval, offset: Decimal) -> bool:
    """Whether offset + 2πk lies inside for a whole k."""
    turns = [(end - offset) / (2 * PI) for end in (x.low, x.high)]
    return turns[0].to_integral_value("ROUND_CEILING") <= turns[1]


def _abs(x: Interval) -> Interval:
    if x.low <= 0 <= x.high:
        return Interval(ZERO, max(-x.low, x.high))
    return x if x.low > 0 else -x


def _hull(ends: Sequence[Decimal]) -> Interval:
    """From the lowest to the highest; anything where one is undefined, as ∞/∞ is."""
    if any(end.is_nan() for end in ends):
        return ANYTHING
    return _outwards(min(ends), max(ends))


def _outwards(low: Decimal, high: Decimal) -> Interval:
    return Interval(
        low - abs(low) * OUTWARDS if low.is_finite() else low,
        high + abs(high) * OUTWARDS if high.is_finite() else high,
    )
