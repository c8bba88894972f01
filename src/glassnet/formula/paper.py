"""Numbers as on paper: each line is rounded when it is written, and used as it is written."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from glassnet.formula.decimals import Decimals, as_decimal, rounded
from glassnet.formula.number import number_text, typed_text
from glassnet.formula.tree import Formula, Number, Partial, Remainder, Symbol

__all__ = ["Paper"]

Named = TypeVar("Named", Symbol, Partial)


class Paper:
    """What is written on paper: the value of each quantity, rounded.

    A quantity that was given is rounded as it is. One that was computed is computed again, by its
    definition, from what is on paper already.

    Parameters
    ----------
    decimals : int
        So many are written.

    Examples
    --------
    >>> paper = Paper(2)
    >>> third = paper.written(Symbol("x", 1 / 3))
    >>> third.value, third.exact
    (0.33, 0.3333333333333333)
    >>> paper.written(Symbol("y", 1.0, definition=lambda: 3 * third)).value
    0.99
    """

    def __init__(self, decimals: int) -> None:
        self.decimals = decimals
        self._arithmetic = Decimals()
        self._values: dict[Symbol | Partial, float] = {}

    def written(self, quantity: Named) -> Named:
        """Return a symbol or partial derivative with its value on paper."""
        if quantity.decimals is not None:
            return quantity
        if quantity not in self._values:
            self._values[quantity] = self.value(quantity)
        value = self._values[quantity]
        return replace(quantity, value=value, decimals=self.decimals, exact=quantity.value)

    def value(self, quantity: Symbol | Partial) -> float:
        """Return the value on paper of a quantity that was given, or by its definition."""
        if quantity.definition is None:
            return float(rounded(as_decimal(quantity.value), self.decimals))
        return self.result(self.formula(quantity.definition()))

    def result(self, formula: Formula) -> float:
        """Return what a line gives: the value of its formula, rounded."""
        return float(rounded(self.exact_result(formula), self.decimals))

    def exact_result(self, formula: Formula) -> Decimal:
        """Return what a line gives before it is rounded."""
        value: Decimal = formula.evaluate(self._arithmetic)
        return value

    def formula(self, formula: Formula) -> Formula:
        """Return a formula with each number in it as it is written.

        Constants and hyper-parameters keep their own digits; the terms that are not shown are
        added up from what is written.
        """
        if isinstance(formula, Remainder):
            return self._remainder(formula)
        if isinstance(formula, Number | Symbol) and formula.decimals is None:
            return replace(formula, value=_as_printed(formula.value))
        leaf = isinstance(formula, Number | Symbol | Partial)
        return formula if leaf else formula.mapped(self.formula)

    def rounds_to(self, exact: float, result: float) -> bool:
        """Return whether an exact value is the same on paper."""
        return float(rounded(as_decimal(exact), self.decimals)) == result

    def _remainder(self, remainder: Remainder) -> Remainder:
        value = as_decimal(remainder.value)
        if remainder.terms is not None:
            arithmetic = self._arithmetic
            value = arithmetic.add([term.evaluate(arithmetic) for term in remainder.terms()])
        on_paper = float(rounded(value, self.decimals))
        return replace(remainder, value=on_paper, decimals=self.decimals)


def _as_printed(value: float) -> float:
    """A constant with the six digits that are printed."""
    if not math.isfinite(value):
        return value
    return float(typed_text(number_text(value)))
