"""The line between the numbers put in and the value: products, functions and differences done."""

import math
from decimal import Decimal

from glassnet.formula.decimals import Decimals, rounded
from glassnet.formula.tree import Formula, Negative, Number, Partial, Remainder, Sum, Symbol

__all__ = ["AGREES", "working"]

#: Where the numbers put in were rounded so much that the value does not follow, nothing is between.
AGREES = 1e-5
# A line with more numbers than this is not worked out in between.
MOST_NUMBERS = 8


def working(numbers: Formula, value: float, decimals: int | None = None) -> Formula | None:
    """Return the formula with its innermost operations done, if that is neither it nor the value.

    On paper, what is written in between has as many decimals as the value, or so many more that
    the value follows from it.

    Parameters
    ----------
    numbers : Formula
        With numbers in place of symbols.
    value : float
        Its value, rounded if `decimals` is given.
    decimals : int, optional
        With how many the value is written.

    Examples
    --------
    >>> working(Number(0.5) * 3 + Number(2.0) * 4, 9.5)
    Sum(terms=(Number(value=1.5), Number(value=8.0)))
    """
    if _is_done(numbers) or _count(numbers) > MOST_NUMBERS:
        return None
    if decimals is None:
        between = _worked(numbers, None)
        if _is_done(between) or between == numbers:
            return None
        return between if math.isclose(between.evaluate(), value, rel_tol=AGREES) else None
    for more in range(decimals + 3):
        between = _worked(numbers, decimals + more)
        if _is_done(between) or between == numbers:
            return None
        if float(rounded(between.evaluate(Decimals()), decimals)) == value:
            return between
    return None


def _worked(formula: Formula, decimals: int | None) -> Formula:
    """The formula with each operation on mere numbers replaced by its value."""
    if _is_done(formula):
        return formula
    if all(map(_is_done, formula.parts)):
        if decimals is None:
            return Number(formula.evaluate())
        exact: Decimal = formula.evaluate(Decimals())
        return Number(float(rounded(exact, decimals)), decimals)
    changed = formula.mapped(lambda part: _worked(part, decimals))
    return _flat(changed) if isinstance(changed, Sum) else changed


def _is_done(formula: Formula) -> bool:
    """Whether a formula is a number, or the negative of one."""
    if isinstance(formula, Negative):
        return _is_done(formula.of) and not isinstance(formula.of, Negative)
    return isinstance(formula, Number | Remainder | Symbol | Partial)


def _flat(total: Sum) -> Sum:
    """A sum whose terms are numbers, each with the sign of its value."""
    return Sum(tuple(map(_signed, total.terms)))


def _signed(term: Formula) -> Formula:
    if isinstance(term, Negative) and isinstance(term.of, Number) and term.of.value < 0:
        return Number(-term.of.value, term.of.decimals)
    if isinstance(term, Number) and term.value < 0:
        return Negative(Number(-term.value, term.decimals))
    return term


def _count(formula: Formula) -> int:
    return 1 if _is_done(formula) else sum(map(_count, formula.parts))
