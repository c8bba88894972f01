"""Decimal arithmetic: formulas computed as on paper, from numbers as they are written."""

import decimal
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.two_parts import bounded_functions

__all__ = ["Decimals", "as_decimal", "rounded"]

#: Fifty digits; what overflows is infinite, and what is undefined is NaN, so that nothing raises.
CONTEXT = decimal.Context(prec=50, rounding=decimal.ROUND_HALF_EVEN, traps=[])
ZERO, ONE, INFINITY = Decimal(0), Decimal(1), Decimal("Infinity")
# What is smaller than this power of two is 0.
SMALLEST_POWER = -1_000_000
# exp of more is written with more than a million digits.
LARGEST_EXPONENT = Decimal(2_000_000)


def as_decimal(value: float) -> Decimal:
    """Return a float as the decimal number that Python prints for it."""
    return Decimal(repr(float(value)).removesuffix(".0"))


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Return a number with so many decimals; a half is rounded away from zero, as at school.

    Examples
    --------
    >>> rounded(Decimal("0.06665"), 4), rounded(Decimal("-2.5"), 0)
    (Decimal('0.0667'), Decimal('-3'))
    """
    if not value.is_finite():
        return value
    wide = decimal.Context(prec=max(50, value.adjusted() + decimals + 2), traps=[])
    return value.quantize(Decimal(1).scaleb(-decimals), decimal.ROUND_HALF_UP, wide)


class Decimals(Arithmetic):
    """Decimal numbers of fifty digits.

    Examples
    --------
    >>> from glassnet.formula.tree import Number
    >>> (Number(0.1) * Number(3.0)).evaluate(Decimals())
    Decimal('0.3')
    """

    def __init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {
            "exp": _exp,
            "ln": _ln,
            "log1p": lambda x: _ln(CONTEXT.add(ONE, x)),
            "tanh": _tanh,
            "sqrt": CONTEXT.sqrt,
            "abs": Decimal.copy_abs,
            "sign": lambda x: ZERO if x.is_zero() else ONE.copy_sign(x),
            "max": CONTEXT.max,
            "min": CONTEXT.min,
            "sin": _by_mpmath("sin"),
            "cos": _by_mpmath("cos"),
            "Φ": _by_mpmath("Φ"),
        }

    def number(self, value: Any) -> Decimal:
        """Return a float as it is written."""
        return value if isinstance(value, Decimal) else as_decimal(value)

    def above_zero(self, x: Decimal) -> Decimal:
        """Return 1 or 0."""
        return ONE if _is_positive(x) else ZERO

    def add(self, terms: Sequence[Decimal]) -> Decimal:
        """Return the sum."""
        total = terms[0]
        for term in terms[1:]:
            total = CONTEXT.add(total, term)
        return total

    def multiply(self, factors: Sequence[Decimal]) -> Decimal:
        """Return the product; 0 · ln 0 is 0, its limit."""
        product = factors[0]
        for factor in factors[1:]:
            vanishes = product.is_zero() or factor.is_zero()
            product = ZERO if vanishes else CONTEXT.multiply(product, factor)
        return product

    def divide(self, numerator: Decimal, denominator: Decimal) -> Decimal:
        """Return the quotient; infinite or NaN if the denominator is 0."""
        return CONTEXT.divide(numerator, denominator)

    def power(self, base: Decimal, exponent: Decimal) -> Decimal:
        """Return the power."""
        return CONTEXT.power(base, exponent)


def _is_positive(x: Decimal) -> bool:
    return not x.is_nan() and x > 0


def _exp(x: Decimal) -> Decimal:
    if x.is_finite() and x.copy_abs() > LARGEST_EXPONENT:
        return INFINITY if x > 0 else ZERO
    return CONTEXT.exp(x)


def _ln(x: Decimal) -> Decimal:
    if x.is_nan():
        return x
    return CONTEXT.ln(x) if x > 0 else INFINITY.copy_negate()


def _tanh(x: Decimal) -> Decimal:
    """From e = exp(−2|x|): (1 − e) / (1 + e)."""
    e = _exp(CONTEXT.multiply(Decimal(-2), x.copy_abs()))
    size = CONTEXT.divide(CONTEXT.subtract(ONE, e), CONTEXT.add(ONE, e))
    return size.copy_sign(x)


@cache
def _mpmath() -> tuple[Any, dict[str, Callable[[Any], Any]]]:
    """A context of fifty digits, and its functions."""
    from mpmath.ctx_mp import MPContext

    context = MPContext()
    context.dps = 50
    return context, bounded_functions(context)


def _by_mpmath(name: str) -> Callable[[Decimal], Decimal]:
    def apply(x: Decimal) -> Decimal:
        context, functions = _mpmath()
        value = functions[name](context.mpf(str(x)))
        if not context.isfinite(value) or context.mag(value) < SMALLEST_POWER:
            return Decimal(str(float(value)))
        return Decimal(context.nstr(value, 50, min_fixed=0, max_fixed=0))

    return apply
