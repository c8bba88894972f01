"""How a formula is computed: by default in floats; the check has wider numbers, and arrays."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["FLOATS", "Arithmetic", "Floats"]


class Arithmetic(ABC):
    """Numbers of one kind, and what a formula does with them.

    Attributes
    ----------
    functions : mapping of name to function
        ``exp``, ``ln``, ``log1p``, ``tanh``, ``sqrt``, ``abs``, ``sign``, ``max``, ``min``,
        ``sin``, ``cos`` and ``Φ``, the normal distribution.
    """

    functions: Mapping[str, Callable[..., Any]]

    @abstractmethod
    def number(self, value: Any) -> Any:
        """Return a float as a number of this kind, unchanged."""

    def symbol(self, symbol: Any) -> Any:
        """Return the value of a symbol, or of a partial derivative."""
        return self.number(symbol.value)

    def remainder(self, remainder: Any) -> Any:
        """Return the sum of the terms that are not shown."""
        return self.number(remainder.value)

    @abstractmethod
    def above_zero(self, x: Any) -> Any:
        """Return 1 where x is above 0, else 0."""

    def add(self, terms: Sequence[Any]) -> Any:
        """Return the sum of some numbers."""
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def multiply(self, factors: Sequence[Any]) -> Any:
        """Return the product of some numbers, from left to right; 0 · ln 0 is 0, its limit."""
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
        return product

    def divide(self, numerator: Any, denominator: Any) -> Any:
        """Return the quotient."""
        return numerator / denominator

    def power(self, base: Any, exponent: Any) -> Any:
        """Return the power."""
        return base**exponent


class Floats(Arithmetic):
    """Python's floats. Nothing raises: what overflows is infinite, and 0/0 is NaN."""

    def __init__(self) -> None:
        self.functions = {
            "exp": lambda x: math.exp(x) if x < 709.7 else math.inf,
            "ln": lambda x: math.log(x) if x > 0 else -math.inf,
            "log1p": lambda x: math.log1p(x) if x > -1 else -math.inf,
            "tanh": math.tanh,
            "sqrt": math.sqrt,
            "abs": abs,
            "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
            "max": max,
            "min": min,
            "sin": lambda x: math.sin(x) if math.isfinite(x) else math.nan,
            "cos": lambda x: math.cos(x) if math.isfinite(x) else math.nan,
            "Φ": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
        }

    def number(self, value: Any) -> Any:
        """Return the float."""
        return value

    def above_zero(self, x: Any) -> float:
        """Return 1 or 0."""
        return 1.0 if x > 0 else 0.0

    def add(self, terms: Sequence[Any]) -> float:
        """Return the sum, added without intermediate rounding."""
        try:
            return math.fsum(terms)
        except (OverflowError, ValueError):  # the sum is too large, or ∞ − ∞
            return float(sum(terms))

    def multiply(self, factors: Sequence[Any]) -> float:
        """Return the product."""
        product = math.prod(factors)
        return 0.0 if math.isnan(product) and 0.0 in factors else product

    def divide(self, numerator: Any, denominator: Any) -> float:
        """Return the quotient; infinite or NaN, as in IEEE 754, if the denominator is 0."""
        if denominator != 0:
            return float(numerator / denominator)
        return math.copysign(math.inf, numerator) if numerator else math.nan

    def power(self, base: Any, exponent: Any) -> float:
        """Return the power."""
        try:
            return float(base**exponent)
        except (OverflowError, ZeroDivisionError):
            return math.inf


FLOATS = Floats()
