"""The solution of an exercise: its lines with the numbers put in, each rounded as on paper."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from glassnet.explanation.exercise.sheet import Key, Line, Sheet, key_of
from glassnet.formula.decimals import Decimals, rounded
from glassnet.formula.document import Equation, equation_with_numbers
from glassnet.formula.number import NumberFormat, typed_text
from glassnet.formula.tree import Formula, Number, Partial, Symbol

__all__ = ["solved_lines"]

# A small number has as many decimals as show this many digits, but not more than MOST_DECIMALS.
SIGNIFICANT, MOST_DECIMALS = 3, 8
# Smaller ones are written with a power of ten.
SMALL = NumberFormat(SIGNIFICANT)


def solved_lines(
    sheet: Sheet, printed: Mapping[Key, Number], decimals: int
) -> list[tuple[Line, Equation]]:
    """Return each line of a sheet as an equation: formula, numbers put in, value.

    A value is rounded, and used by the lines after it as it is written.

    Parameters
    ----------
    sheet : Sheet
    printed : mapping of key to Number
        The values that the sheet gives. They stay as they are.
    decimals : int
        With how many the others are written, if that leaves three significant digits.
    """
    paper = _Paper(sheet, printed, decimals)
    return [(line, paper.equation(line)) for line in sheet.lines]


class _Paper:
    """The numbers that are written so far."""

    def __init__(self, sheet: Sheet, printed: Mapping[Key, Number], decimals: int) -> None:
        self.sheet = sheet
        self.printed = printed
        self.decimals = decimals
        self.numbers: dict[Key, Number] = {}

    def equation(self, line: Line) -> Equation:
        """Return a line, and write its value."""
        formula = self._as_written(line.formulas[-1])
        result: Decimal = formula.evaluate(Decimals())
        if not result.is_finite():  # what is divided by rounded to 0
            result = self.sheet.exact[line.key]
        number = self.printed.get(line.key) or self._number(result)
        self.numbers[line.key] = number
        if not _is(number, result):
            return Equation(line.left, (formula, number))
        left = replace(line.left, value=number.value, decimals=number.decimals)
        equation = equation_with_numbers(left, formula, number.value)
        exact = self.sheet.exact[line.key]
        return equation if _is(number, exact) else replace(equation, exact=float(exact))

    def _number(self, result: Decimal) -> Number:
        """A value with its decimals; a small one with more of them."""
        needed = SIGNIFICANT - 1 - result.adjusted() if result else 0
        if needed > max(MOST_DECIMALS, self.decimals):
            return Number(float(typed_text(SMALL.text(float(result)))))
        decimals = max(self.decimals, needed)
        return Number(float(rounded(result, decimals)), decimals)

    def _as_written(self, formula: Formula) -> Formula:
        """A formula with what is written, and with what is given as the sheet shows it."""
        if not isinstance(formula, Symbol | Partial):
            return formula.mapped(self._as_written)
        number = self.numbers.get(key_of(formula))
        if number is not None:
            return replace(formula, value=number.value, decimals=number.decimals)
        shown = float(self.sheet.as_shown(formula.value)) or formula.value
        return replace(formula, value=shown, decimals=None)


def _is(number: Number, result: Decimal) -> bool:
    """Whether a result is a number, once it is rounded like it."""
    if number.decimals is None:
        return SMALL.text(number.value) == SMALL.text(float(result))
    return float(rounded(result, number.decimals)) == number.value
