"""A student's own numbers, carried on through the formulas of a sheet."""

from collections.abc import Callable, Mapping, Sequence

from glassnet.explanation.exercise.sheet import Key, Line, Sheet, key_of
from glassnet.explanation.exercise.written import Precision
from glassnet.formula.decimals import INFINITY
from glassnet.formula.intervals import Interval, Intervals
from glassnet.formula.tree import Formula, Partial, Symbol

__all__ = ["ANYTHING", "OwnNumbers", "hull"]

#: What can be any number.
ANYTHING = Interval(INFINITY.copy_negate(), INFINITY)


class OwnNumbers(Intervals):
    """Intervals in which a line stands for what the student wrote there.

    A line that was not filled in is computed from those that were, and rounded as they are: it may
    stand on another paper.

    Parameters
    ----------
    sheet : Sheet
    intervals : mapping of key to Interval
        What was written.
    precision : Precision
        Of what was written.
    changed : mapping of key to Formula
        Formulas of lines other than those of the sheet.
    inside : bool
        Whether each operation inside a line is rounded, too: a product, an exponential.
    """

    def __init__(
        self,
        sheet: Sheet,
        intervals: Mapping[Key, Interval],
        precision: Precision,
        changed: Mapping[Key, Formula] | None = None,
        *,
        inside: bool = False,
    ) -> None:
        super().__init__()
        self.inside = inside
        self.functions = {name: self._rounding(each) for name, each in self.functions.items()}
        self.sheet = sheet
        self.by_key = sheet.by_key
        self.intervals = intervals
        self.precision = precision
        self.changed = changed or {}
        self._computed: dict[Key, Interval] = {}

    def symbol(self, symbol: Symbol | Partial) -> Interval:
        """Return what a line stands for, or what is given: exactly, or as the page shows it."""
        line = self.by_key.get(key_of(symbol))
        if line is not None:
            return self._of(line)
        shown = self.sheet.as_shown(symbol.value)
        return hull([self.number(symbol.value), Interval(shown, shown)])

    def multiply(self, factors: Sequence[Interval]) -> Interval:
        """Return the product."""
        return self._rounded(super().multiply(factors))

    def divide(self, numerator: Interval, denominator: Interval) -> Interval:
        """Return the quotient."""
        return self._rounded(super().divide(numerator, denominator))

    def add(self, terms: Sequence[Interval]) -> Interval:
        """Return the sum."""
        return self._rounded(super().add(terms))

    def power(self, base: Interval, exponent: Interval) -> Interval:
        """Return the power."""
        return self._rounded(super().power(base, exponent))

    def _rounding(self, function: Callable[..., Interval]) -> Callable[..., Interval]:
        return lambda *arguments: self._rounded(function(*arguments))

    def _rounded(self, interval: Interval) -> Interval:
        return self.precision.rounded(interval) if self.inside else interval

    def results(self, line: Line) -> list[Interval]:
        """Return what a line can be, by each of its formulas."""
        changed = self.changed.get(line.key)
        formulas = line.formulas if changed is None else (changed,)
        return [self._result(formula) for formula in formulas]

    def _result(self, formula: Formula) -> Interval:
        try:
            interval: Interval = formula.evaluate(self)
        except ArithmeticError:  # too large, or undefined
            return ANYTHING
        return ANYTHING if interval.low.is_nan() or interval.high.is_nan() else interval

    def _of(self, line: Line) -> Interval:
        if line.key in self.intervals:
            return self.intervals[line.key]
        if line.key not in self._computed:
            self._computed[line.key] = self.precision.rounded(hull(self.results(line)))
        return self._computed[line.key]


def hull(intervals: list[Interval]) -> Interval:
    """Return the smallest interval that has all of some."""
    return Interval(min(one.low for one in intervals), max(one.high for one in intervals))
