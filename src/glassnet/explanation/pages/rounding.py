"""Where the numbers that a line shows are too short to give its value, the page says so."""

from collections.abc import Sequence
from typing import Any

from glassnet.formula.decimals import as_decimal
from glassnet.formula.document import Block, Equation, Paragraph
from glassnet.formula.intervals import ANYTHING, Interval, Intervals, interval_of_text
from glassnet.formula.number import NumberFormat, typed_text

__all__ = ["holds_as_printed", "with_rounding"]


class AsPrinted(Intervals):
    """Each number stands for all numbers that are printed alike."""

    def __init__(self, numbers: NumberFormat) -> None:
        super().__init__()
        self.numbers = numbers

    def number(self, value: Any) -> Interval:
        """Return the numbers that are printed like this one; itself if nothing is left out."""
        text = typed_text(self.numbers.text(value))
        if text.lstrip("-") in ("∞", "NaN"):
            return ANYTHING
        exact = as_decimal(value)
        return Interval(exact, exact) if float(text) == value else interval_of_text(text)


def holds_as_printed(equation: Equation, numbers: NumberFormat) -> bool:
    """Return whether the numbers put in, as printed, can give the value that is printed."""
    printed = AsPrinted(numbers)
    value = interval_of_text(numbers.text(equation.value)) if _is_finite(equation) else ANYTHING
    filled = [step for step in equation.all_steps[:-1] if step == step.with_numbers()]
    return all(value.meets(step.evaluate(printed)) for step in filled)


def with_rounding(equations: Sequence[Equation], numbers: NumberFormat) -> list[Block]:
    """Return equations, and a remark if the numbers that some of them show do not give its value.

    On paper every line holds as it is printed.
    """
    if numbers.decimals is not None or numbers.digits is None:
        return list(equations)
    if all(holds_as_printed(equation, numbers) for equation in equations):
        return list(equations)
    words = (
        "A unit is so nearly saturated that the rounded numbers above cancel; the value is "
        "computed from the net input, without cancellation."
    )
    return [*equations, Paragraph(words)]


def _is_finite(equation: Equation) -> bool:
    return abs(equation.value) < float("inf")
