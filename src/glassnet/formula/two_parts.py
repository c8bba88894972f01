"""Arithmetic that keeps what is missing to 1: each number is the sum of two with fifty digits."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.tree import Partial, Remainder, Symbol

__all__ = ["MOST", "UNITS", "Sized", "TwoParts", "bounded_functions"]

#: Of numbers with so many bits before the point, exp and the normal distribution are computed.
MOST_BITS, NORMAL_BITS = 1100, 24

# A value may be so many units in the last place away from what its line gives ...
UNITS = 64
# ... where that number has grown by what cancels in the line, at most this fraction of the terms.
MOST = {"float32": 1e-2, "float64": 1e-6}
# So many terms that a page sums up are added up again; it takes about half a second.
MAX_HIDDEN_TERMS = 20_000


@dataclass(frozen=True, slots=True)
class Sized:
    """A number as the sum of two; the error of its line in float; the size of what was added up."""

    high: Any
    low: Any
    error: Any
    size: Any

    def __neg__(self) -> "Sized":
        return Sized(-self.high, -self.low, self.error, self.size)

    def __gt__(self, other: "Sized") -> bool:
        return bool((self.high, self.low) > (other.high, other.low))

    def __lt__(self, other: "Sized") -> bool:
        return bool((self.high, self.low) < (other.high, other.low))


class TwoParts(Arithmetic):
    """Numbers as sums of two mpmath numbers with 50 digits: 1 + 10^−400000 keeps both terms.

    Knuth 1998, "The Art of Computer Programming" 2, section 4.2.2, theorem B, is the exact sum;
    the functions follow from their derivatives, as the second part is small beside the first. Each
    number knows how far a computation in the network's precision may be away from it, one unit in
    the last place for each operation.

    Parameters
    ----------
    dtype : str
        ``"float32"`` or ``"float64"``: the precision of the values that are compared.
    """

    def __init__(self, dtype: str) -> None:
        from mpmath.ctx_mp import MPContext

        self.mp = mp = MPContext()
        mp.dps = 50
        self.zero = mp.mpf(0)
        self.dtype, self.unit = dtype, mp.mpf(float(np.finfo(dtype).eps))
        self.tiny = mp.mpf(float(np.finfo(dtype).tiny))
        # As much as `MOST` allows of it is what may have become 0, or the smallest number.
        self.underflow = UNITS * self.tiny / MOST[dtype]
        self.terms_left = MAX_HIDDEN_TERMS
        self._known: dict[Symbol | Partial, Sized] = {}

        def smooth(function: Any, derivative: Any) -> Any:
            """A function of one number, with its derivative in terms of x and the value."""

            def apply(x: Sized) -> Sized:
                value = function(x.high)
                slope = derivative(x.high, value)
                return self._mapped(x, value, slope)

            return apply

        bounded = bounded_functions(mp)
        self.functions = {
            "exp": smooth(bounded["exp"], lambda _, y: y),
            "ln": self._ln,
            "log1p": lambda x: self._ln(self.add([self.number(1.0), x])),
            "sqrt": smooth(mp.sqrt, lambda _, y: 1 / (2 * y) if y else self.zero),
            "sin": smooth(bounded["sin"], lambda x, _: bounded["cos"](x)),
            "cos": smooth(bounded["cos"], lambda x, _: -bounded["sin"](x)),
            "tanh": self._tanh,
            "abs": lambda x: x if x.high >= 0 else -x,
            "sign": lambda x: self.number(float(mp.sign(x.high))),
            "max": lambda a, b: max(b, a),
            "min": lambda a, b: min(b, a),
            "Φ": self._normal_cdf,
        }

    def _mapped(self, x: Sized, value: Any, slope: Any) -> Sized:
        """The value of a function of x: what was added up to x counts by the slope."""
        mapped = self._sized(value, slope * x.low, abs(slope) * x.error)
        return replace(mapped, size=max(mapped.size, abs(slope) * x.size))

    def _sized(self, high: Any, low: Any, error: Any) -> Sized:
        """A value whose last operation rounds, too."""
        total = high + low
        if not self.mp.isfinite(total):
            return self.number(total)
        size = abs(total)
        error += self.unit * size + self.tiny
        return Sized(total, low - (total - high), error, max(size, self.underflow))

    def number(self, value: Any) -> Sized:
        """Return a float, exact."""
        high = self.mp.mpf(value)
        return Sized(high, self.zero, self.zero, abs(high))

    def symbol(self, symbol: Symbol | Partial) -> Sized:
        """Return a symbol's value, by its definition where it has one."""
        if symbol.definition is None or not symbol.recomputed:
            value = self.number(symbol.value)
            return Sized(value.high, value.low, self.unit * abs(value.high), value.size)
        if symbol not in self._known:
            self._known[symbol] = symbol.definition().evaluate(self)
        return self._known[symbol]

    def remainder(self, remainder: Remainder) -> Sized:
        """Return the sum of the terms that are not shown, added up again where time allows."""
        if remainder.terms is None or remainder.count > self.terms_left:
            value = self.number(remainder.value)
            rounding = remainder.count * self.unit * value.size
            return Sized(value.high, value.low, rounding, value.size)
        self.terms_left -= remainder.count
        return self.add([term.evaluate(self) for term in remainder.terms()])

    def above_zero(self, x: Sized) -> Sized:
        """Return 1 or 0; of what is 0 but for rounding, the network may have found the other."""
        found = self.number(1.0 if x > self.number(0.0) else 0.0)
        if x.high and abs(x.high) <= UNITS * x.error:
            return replace(found, error=2 / UNITS, size=2 / MOST[self.dtype])
        return found

    def add(self, terms: Sequence[Sized]) -> Sized:
        """Return the sum; its error is that of one chain of additions."""
        high, low = terms[0].high, terms[0].low
        error, size = terms[0].error, terms[0].size
        for term in terms[1:]:
            total = high + term.high
            if self.mp.isfinite(total):
                back = total - high
                low = low + term.low + ((high - (total - back)) + (term.high - back))
            high, error, size = total, error + term.error, size + term.size
        if not self.mp.isfinite(high):
            return self.number(high)
        whole = high + low
        rounding = len(terms) * self.unit * size
        return Sized(whole, low - (whole - high) if low else low, error + rounding, size)

    def multiply(self, factors: Sequence[Sized]) -> Sized:
        """Return the product; 0 · ln 0 is 0, its limit."""
        product = factors[0]
        for factor in factors[1:]:
            if 0 in (product.high, factor.high) and product.low * factor.low == 0:
                product = self.number(0.0)
                continue
            a, b = product, factor
            high = a.high * b.high
            if not self.mp.isfinite(high):
                product = self.number(high)
                continue
            exact = self.mp.fmul(a.high, b.high, exact=True)
            low = (exact - high) + a.high * b.low + a.low * b.high
            error = a.error * abs(b.high) + b.error * abs(a.high) + self.unit * abs(high)
            product = Sized(high, low, error + self.tiny, max(a.size * b.size, self.underflow))
        return product

    def divide(self, numerator: Sized, denominator: Sized) -> Sized:
        """Return the quotient; infinite or NaN if the denominator is 0."""
        a, b = numerator, denominator
        if b.high == 0:
            infinite = self.mp.mpf(math.copysign(math.inf, a.high)) if a.high else self.mp.nan
            return Sized(infinite, self.zero, self.zero, abs(infinite))
        high = a.high / b.high
        if not (self.mp.isfinite(a.high) and self.mp.isfinite(b.high)):
            return self.number(high)
        rest = self.mp.fmul(high, b.high, exact=True)
        low = ((a.high - rest) + a.low - high * b.low) / b.high
        error = (a.error + b.error * abs(high)) / abs(b.high) + self.unit * abs(high)
        return Sized(high, low, error, a.size / abs(b.high))

    def power(self, base: Sized, exponent: Sized) -> Sized:
        """Return the power, of a small whole exponent by multiplication."""
        if exponent.high in (2, 3, 4):
            return self.multiply([base] * int(exponent.high))
        if base.high == 0 and exponent.high < 0:
            return self.divide(self.number(1.0), base)
        high = base.high**exponent.high
        slope = exponent.high * high / base.high if base.high else self.zero
        return self._sized(high, slope * base.low, abs(slope) * base.error)

    def _ln(self, x: Sized) -> Sized:
        if x.high <= 0:
            infinite = self.mp.mpf(-math.inf)
            return Sized(infinite, self.zero, self.zero, abs(infinite))
        value = self.mp.log(x.high)
        return self._sized(value, x.low / x.high, x.error / x.high)

    def _tanh(self, x: Sized) -> Sized:
        """With e = exp(−2|x|): (1 − e) / (1 + e), which keeps how far it is from 1."""
        if abs(x.high) < 1:
            value = self.mp.tanh(x.high)
            slope = 1 - value * value
            return self._mapped(x, value, slope)
        e = self.functions["exp"](self.multiply([self.number(-2.0), self.functions["abs"](x)]))
        one = self.number(1.0)
        value = self.divide(self.add([one, -e]), self.add([one, e]))
        return value if x.high > 0 else -value

    def _normal_cdf(self, x: Sized) -> Sized:
        """With the tail Φ(−|x|), which is not lost beside 1."""
        density = self.functions["exp"](self.number(-x.high * x.high / 2)).high
        density /= self.mp.sqrt(2 * self.mp.pi)
        tail = bounded_functions(self.mp)["Φ"](-abs(x.high))
        small = self._sized(tail, density * x.low, density * x.error)
        if x.high <= 0:
            return small
        return self.add([self.number(1.0), -small])


def bounded_functions(context: Any) -> dict[str, Callable[[Any], Any]]:
    """Return functions of mpmath, also of numbers for which mpmath has no memory.

    exp(x) is infinite or 0 where |x| has more than `MOST_BITS` bits before the point, so that its
    exponent alone would not fit; an angle of that size has no digits.
    """

    def bounded(function: Callable[[Any], Any], below: Any, above: Any, bits: int) -> Any:
        def apply(x: Any) -> Any:
            if context.isnan(x):
                return context.nan
            if context.isfinite(x) and context.mag(x) <= bits:
                return function(x)
            return above if x > 0 else below

        return apply

    zero, one, nan = context.mpf(0), context.mpf(1), context.nan
    return {
        "exp": bounded(context.exp, zero, context.inf, MOST_BITS),
        "tanh": bounded(context.tanh, -one, one, MOST_BITS),
        "sin": bounded(context.sin, nan, nan, MOST_BITS),
        "cos": bounded(context.cos, nan, nan, MOST_BITS),
        "Φ": bounded(context.ncdf, zero, one, NORMAL_BITS),
    }
