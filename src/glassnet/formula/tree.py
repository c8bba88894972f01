"""The formula tree: immutable nodes that can be evaluated.

A formula is shown in three stages: in symbols, with the numbers put in, and as a value. The first
is the tree itself, the second :meth:`Formula.with_numbers`, the third :meth:`Formula.evaluate`.
How a node is written on a terminal or a page is decided in ``render``.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Union

__all__ = [
    "Call",
    "Formula",
    "IversonBracket",
    "Negative",
    "Number",
    "Partial",
    "Power",
    "Product",
    "Quotient",
    "Remainder",
    "Sum",
    "Symbol",
    "exp",
    "ln",
    "product_of",
    "sum_of",
]

Operand = Union["Formula", float, int]


class Formula(ABC):
    """A node of a formula. Python's operators build larger formulas.

    Examples
    --------
    >>> w, y = Symbol("w", 0.5), Symbol("y", 10.0)
    >>> (w * y + 1).evaluate()
    6.0
    """

    @abstractmethod
    def evaluate(self) -> float:
        """Return the value with every symbol at its own value."""

    @abstractmethod
    def with_numbers(self) -> "Formula":
        """Return the same formula with each symbol replaced by its number."""

    def __add__(self, other: Operand) -> "Sum":
        return Sum((self, as_formula(other)))

    def __sub__(self, other: Operand) -> "Sum":
        return Sum((self, Negative(as_formula(other))))

    def __rsub__(self, other: Operand) -> "Sum":
        return Sum((as_formula(other), Negative(self)))

    def __mul__(self, other: Operand) -> "Product":
        return Product((self, as_formula(other)))

    def __rmul__(self, other: Operand) -> "Product":
        return Product((as_formula(other), self))

    def __truediv__(self, other: Operand) -> "Quotient":
        return Quotient(self, as_formula(other))

    def __rtruediv__(self, other: Operand) -> "Quotient":
        return Quotient(as_formula(other), self)

    def __radd__(self, other: Operand) -> "Sum":
        return Sum((as_formula(other), self))

    def __pow__(self, exponent: Operand) -> "Power":
        return Power(self, as_formula(exponent))

    def __neg__(self) -> "Negative":
        return Negative(self)


def as_formula(operand: Operand) -> Formula:
    """Return a formula unchanged, and a plain number as a node."""
    return operand if isinstance(operand, Formula) else Number(float(operand))


@dataclass(frozen=True)
class Number(Formula):
    """A number that is part of the formula itself, or that was put in for a symbol."""

    value: float

    def evaluate(self) -> float:
        """Return the number."""
        return self.value

    def with_numbers(self) -> Formula:
        """Return itself."""
        return self


@dataclass(frozen=True)
class Symbol(Formula):
    """A named quantity: ``w1[2,3]`` is ``Symbol("w", 0.5, layer=1, index="2,3")``."""

    letter: str
    value: float
    layer: int | None = None
    index: str = ""

    def evaluate(self) -> float:
        """Return the symbol's value."""
        return self.value

    def with_numbers(self) -> Formula:
        """Return the value as a number."""
        return Number(self.value)


@dataclass(frozen=True)
class Partial(Formula):
    """The partial derivative of one quantity with respect to another, as a symbol: ∂E/∂w."""

    of: Symbol
    by: Symbol
    value: float

    def evaluate(self) -> float:
        """Return the derivative's value."""
        return self.value

    def with_numbers(self) -> Formula:
        """Return the value as a number."""
        return Number(self.value)


@dataclass(frozen=True)
class Sum(Formula):
    """The sum of its terms, in their order."""

    terms: tuple[Formula, ...]

    def evaluate(self) -> float:
        """Return the terms' sum, added without intermediate rounding."""
        return math.fsum(term.evaluate() for term in self.terms)

    def with_numbers(self) -> Formula:
        """Put numbers into each term."""
        return Sum(tuple(term.with_numbers() for term in self.terms))


@dataclass(frozen=True)
class Remainder(Formula):
    """The terms of a long sum that are not shown: how many, and their sum."""

    count: int
    value: float

    def evaluate(self) -> float:
        """Return the sum of the terms that are not shown."""
        return self.value

    def with_numbers(self) -> Formula:
        """Return itself: it is a number already."""
        return self


@dataclass(frozen=True)
class Product(Formula):
    """The product of its factors."""

    factors: tuple[Formula, ...]

    def evaluate(self) -> float:
        """Return the product, from left to right; 0 · ln 0 is 0, its limit."""
        values = [factor.evaluate() for factor in self.factors]
        product = math.prod(values)
        return 0.0 if math.isnan(product) and 0.0 in values else product

    def with_numbers(self) -> Formula:
        """Put numbers into each factor."""
        return Product(tuple(factor.with_numbers() for factor in self.factors))


@dataclass(frozen=True)
class Quotient(Formula):
    """A numerator over a denominator."""

    numerator: Formula
    denominator: Formula

    def evaluate(self) -> float:
        """Return the quotient; infinite or NaN, as in IEEE 754, if the denominator is 0."""
        numerator, denominator = self.numerator.evaluate(), self.denominator.evaluate()
        if denominator != 0:
            return numerator / denominator
        return math.copysign(math.inf, numerator) if numerator else math.nan

    def with_numbers(self) -> Formula:
        """Put numbers into both."""
        return Quotient(self.numerator.with_numbers(), self.denominator.with_numbers())


@dataclass(frozen=True)
class Power(Formula):
    """A base raised to an exponent."""

    base: Formula
    exponent: Formula

    def evaluate(self) -> float:
        """Return the power."""
        try:
            return float(self.base.evaluate() ** self.exponent.evaluate())
        except OverflowError:
            return math.inf

    def with_numbers(self) -> Formula:
        """Put numbers into base and exponent."""
        return Power(self.base.with_numbers(), self.exponent.with_numbers())


@dataclass(frozen=True)
class Negative(Formula):
    """The negative of a formula."""

    of: Formula

    def evaluate(self) -> float:
        """Return the value with the other sign."""
        return -self.of.evaluate()

    def with_numbers(self) -> Formula:
        """Put numbers in."""
        return Negative(self.of.with_numbers())


@dataclass(frozen=True)
class IversonBracket(Formula):
    """1 where the argument is above 0, else 0: the derivative of relu."""

    argument: Formula

    def evaluate(self) -> float:
        """Return 1 or 0."""
        return 1.0 if self.argument.evaluate() > 0 else 0.0

    def with_numbers(self) -> Formula:
        """Put numbers in."""
        return IversonBracket(self.argument.with_numbers())


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.7 else math.inf


def _ln(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x else 0.0


def _normal_cdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": _exp,
    "ln": _ln,
    "tanh": math.tanh,
    "max": max,
    "min": min,
    "abs": abs,
    "sqrt": math.sqrt,
    "sign": _sign,
    "sin": math.sin,
    "cos": math.cos,
    "Φ": _normal_cdf,
}


@dataclass(frozen=True)
class Call(Formula):
    """A named function of one or more arguments: one of ``FUNCTIONS``."""

    function: str
    arguments: tuple[Formula, ...]

    def evaluate(self) -> float:
        """Return the function's value."""
        return FUNCTIONS[self.function](*(argument.evaluate() for argument in self.arguments))

    def with_numbers(self) -> Formula:
        """Put numbers into the arguments."""
        return Call(self.function, tuple(argument.with_numbers() for argument in self.arguments))


def exp(argument: Operand) -> Call:
    """Return e to the argument."""
    return Call("exp", (as_formula(argument),))


def ln(argument: Operand) -> Call:
    """Return the natural logarithm of the argument."""
    return Call("ln", (as_formula(argument),))


def product_of(*factors: Formula) -> Formula:
    """Return the product of some formulas, without factors that are the number 1.

    Examples
    --------
    >>> product_of(Number(1.0), Symbol("w", 0.5) * Symbol("y", 2.0), Symbol("m", 3.0)).evaluate()
    3.0
    """
    flat: list[Formula] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Product) else [factor]
    counting = [factor for factor in flat if factor != Number(1.0)]
    if not counting:
        return Number(1.0)
    return counting[0] if len(counting) == 1 else Product(tuple(counting))


def sum_of(terms: Sequence[Formula], most: int | None = None, keep: int | None = None) -> Formula:
    """Return the sum of `terms`; if there are more than `most`, the largest and a remainder.

    The largest terms (by absolute value) keep their order; the others become one
    :class:`Remainder`, which states their number and their sum. Nothing is cut off silently.

    Parameters
    ----------
    terms : sequence of Formula
    most : int, optional
        The largest number of terms to show; all if not given.
    keep : int, optional
        The index of a term that is always shown.

    Examples
    --------
    >>> sum_of([Number(0.25), Number(5.0), Number(0.25), Number(-7.0)], most=3)
    Sum(terms=(Number(value=5.0), Number(value=-7.0), Remainder(count=2, value=0.5)))
    """
    if len(terms) == 1:
        return terms[0]
    if most is None or len(terms) <= most:
        return Sum(tuple(terms))
    values = [term.evaluate() for term in terms]
    by_size = sorted(range(len(terms)), key=lambda place: (place != keep, -abs(values[place])))
    shown = sorted(by_size[: most - 1])
    rest = math.fsum(values[place] for place in by_size[most - 1 :])
    return Sum((*(terms[place] for place in shown), Remainder(len(terms) - len(shown), rest)))
