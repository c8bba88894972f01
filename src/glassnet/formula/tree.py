"""The formula tree: immutable nodes that can be evaluated.

A formula is shown in three stages: in symbols, with the numbers put in, and as a value. The first
is the tree itself, the second :meth:`Formula.with_numbers`, the third :meth:`Formula.evaluate`.
How a node is written on a terminal or a page is decided in ``render``.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from glassnet.formula.arithmetic import FLOATS, Arithmetic

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
    "as_formula",
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
    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the value with every symbol at its own value; a float unless said otherwise."""

    def with_numbers(self) -> "Formula":
        """Return the same formula with each symbol replaced by its number."""
        return self.mapped(lambda part: part.with_numbers())

    def mapped(self, change: Callable[["Formula"], "Formula"]) -> "Formula":
        """Return the same node with each of its parts changed."""
        changed: dict[str, Any] = {}
        for name in self.__dataclass_fields__:  # type: ignore[attr-defined]  # all nodes are
            part = getattr(self, name)
            if isinstance(part, Formula):
                changed[name] = change(part)
            elif isinstance(part, tuple):
                changed[name] = tuple(map(change, part))
        return replace(self, **changed) if changed else self  # type: ignore[type-var]

    @property
    def parts(self) -> Iterator["Formula"]:
        """The formulas that the node is made of, from left to right."""
        for name in self.__dataclass_fields__:  # type: ignore[attr-defined]  # all nodes are
            part = getattr(self, name)
            for formula in part if isinstance(part, tuple) else (part,):
                if isinstance(formula, Formula):
                    yield formula

    def symbols(self) -> Iterator["Symbol"]:
        """Return the symbols in it, from left to right; one that occurs twice comes twice."""
        for part in self.parts:
            yield from part.symbols()

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
    """A number that is part of the formula itself, or that was put in for a symbol.

    Attributes
    ----------
    value : float
    decimals : int, optional
        How many it is written with, if it was rounded as on paper.
    """

    value: float
    decimals: int | None = field(default=None, compare=False, repr=False)

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the number."""
        return arithmetic.number(self.value)


@dataclass(frozen=True)
class Symbol(Formula):
    """A named quantity: ``w1[2,3]`` is ``Symbol("w", 0.5, layer=1, index="2,3")``.

    Attributes
    ----------
    letter : str
    value : float
    layer : int, optional
    index : str
    definition : callable, optional
        Returns the formula by which the value was computed; none if it was given.
    recomputed : bool
        Whether arithmetic with more digits than a float uses the definition: an output near 1
        has no digits left of what is missing to 1.
    decimals : int, optional
        With how many the value is written, if it was rounded as on paper.
    exact : float, optional
        The value that is not rounded, if it was rounded as on paper.
    """

    letter: str
    value: float
    layer: int | None = None
    index: str = ""
    definition: Callable[[], Formula] | None = field(default=None, compare=False, repr=False)
    recomputed: bool = field(default=False, compare=False, repr=False)
    decimals: int | None = field(default=None, compare=False, repr=False)
    exact: float | None = field(default=None, compare=False, repr=False)

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the symbol's value."""
        return arithmetic.symbol(self)

    def symbols(self) -> Iterator["Symbol"]:
        """Return itself."""
        yield self

    def with_numbers(self) -> Formula:
        """Return the value as a number."""
        return Number(self.value, self.decimals)


@dataclass(frozen=True)
class Partial(Formula):
    """The partial derivative of one quantity with respect to another, as a symbol: ∂E/∂w.

    The other attributes are those of a :class:`Symbol`.
    """

    of: Symbol
    by: Symbol
    value: float
    definition: Callable[[], Formula] | None = field(default=None, compare=False, repr=False)
    recomputed: bool = field(default=False, compare=False, repr=False)
    decimals: int | None = field(default=None, compare=False, repr=False)
    exact: float | None = field(default=None, compare=False, repr=False)

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the derivative's value."""
        return arithmetic.symbol(self)

    def with_numbers(self) -> Formula:
        """Return the value as a number."""
        return Number(self.value, self.decimals)


@dataclass(frozen=True)
class Sum(Formula):
    """The sum of its terms, in their order."""

    terms: tuple[Formula, ...]

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the terms' sum."""
        return arithmetic.add([term.evaluate(arithmetic) for term in self.terms])


@dataclass(frozen=True)
class Remainder(Formula):
    """The terms of a long sum that are not shown: how many, and their sum.

    `terms` makes them, for arithmetic that adds them up again.
    """

    count: int
    value: float
    terms: Callable[[], Iterable[Formula]] | None = field(default=None, compare=False, repr=False)
    decimals: int | None = field(default=None, compare=False, repr=False)

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the sum of the terms that are not shown."""
        return arithmetic.remainder(self)

    def with_numbers(self) -> Formula:
        """Return itself: it is a number already."""
        return self


@dataclass(frozen=True)
class Product(Formula):
    """The product of its factors."""

    factors: tuple[Formula, ...]

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the product."""
        return arithmetic.multiply([factor.evaluate(arithmetic) for factor in self.factors])


@dataclass(frozen=True)
class Quotient(Formula):
    """A numerator over a denominator."""

    numerator: Formula
    denominator: Formula

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the quotient."""
        return arithmetic.divide(
            self.numerator.evaluate(arithmetic), self.denominator.evaluate(arithmetic)
        )


@dataclass(frozen=True)
class Power(Formula):
    """A base raised to an exponent."""

    base: Formula
    exponent: Formula

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the power."""
        return arithmetic.power(self.base.evaluate(arithmetic), self.exponent.evaluate(arithmetic))


@dataclass(frozen=True)
class Negative(Formula):
    """The negative of a formula."""

    of: Formula

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the value with the other sign."""
        return -self.of.evaluate(arithmetic)


@dataclass(frozen=True)
class IversonBracket(Formula):
    """1 where the argument is above 0, else 0: the derivative of relu."""

    argument: Formula

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return 1 or 0."""
        return arithmetic.above_zero(self.argument.evaluate(arithmetic))


@dataclass(frozen=True)
class Call(Formula):
    """A function of one or more arguments, by its name in ``Arithmetic.functions``."""

    function: str
    arguments: tuple[Formula, ...]

    def evaluate(self, arithmetic: Arithmetic = FLOATS) -> Any:
        """Return the function's value."""
        function, arguments = self.function, self.arguments
        if function == "ln" and (small := _after_one(arguments[0])) is not None:
            function, arguments = "log1p", (small,)  # ln(1 + x) with all digits of a small x
        values = [argument.evaluate(arithmetic) for argument in arguments]
        return arithmetic.functions[function](*values)


def _after_one(formula: Formula) -> Formula | None:
    """x of the sum 1 + x."""
    if isinstance(formula, Sum) and formula.terms[0] == Number(1.0):
        return Sum(formula.terms[1:])
    return None


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


def sum_of(
    terms: Sequence[Formula] | Callable[[int], Formula],
    most: int | None = None,
    keep: int | None = None,
    values: Sequence[float] | NDArray[np.floating] | None = None,
) -> Formula:
    """Return the sum of `terms`; if there are more than `most`, the largest and a remainder.

    The largest terms (by absolute value; of equal ones the first) keep their order; the others
    become one :class:`Remainder`, which states their number and their sum. Nothing is cut off
    silently.

    Parameters
    ----------
    terms : sequence of Formula, or callable
        Or a function that returns term i, so that only those that are shown are made.
    most : int, optional
        The largest number of terms to show; all if not given.
    keep : int, optional
        The index of a term that is always shown.
    values : array of shape (terms,), optional
        The value of each term, needed with a function.

    Examples
    --------
    >>> sum_of([Number(0.25), Number(5.0), Number(0.25), Number(-7.0)], most=3)
    Sum(terms=(Number(value=5.0), Number(value=-7.0), Remainder(count=2, value=0.5)))
    """
    if callable(terms):
        assert values is not None
        term, count = terms, len(values)
    else:
        term, count = terms.__getitem__, len(terms)
    if count == 1:
        return term(0)
    if most is None or count <= most:
        return Sum(tuple(map(term, range(count))))
    known = np.asarray([term(i).evaluate() for i in range(count)] if values is None else values)
    size = np.abs(known)
    if keep is not None:
        size[keep] = math.inf
    order = np.argsort(-size, kind="stable")
    shown, others = np.sort(order[: most - 1]).tolist(), order[most - 1 :].tolist()
    rest = Remainder(len(others), math.fsum(known[others].tolist()), lambda: map(term, others))
    return Sum((*map(term, shown), rest))
