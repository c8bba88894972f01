"""The check of what a page shows: each equation is evaluated again from its own symbols.

Every step of an equation is computed with all digits of the numbers behind its symbols, also where
fewer are shown, and with all terms of a sum, also where some are summed up, and is compared with
the value that the page shows. Besides, a symbol must have one value everywhere on a page.

Two things make this work where a unit is saturated. A number is kept as the sum of two with fifty
digits each, so that 1 − exp(−1,000,000) is not 1. And an output is computed from its net input
instead of being read: 1 − p has no digits left if p is rounded to 1.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.formula.document import Document, Equation
from glassnet.formula.tree import Formula, Symbol
from glassnet.formula.two_parts import MOST, UNITS, TwoParts
from glassnet.formula.working import AGREES
from glassnet.optim.optimizer import SMALLEST_STATE

__all__ = ["Line", "LineCheck", "check_lines"]


@dataclass(frozen=True)
class Line:
    """A line of a page: what it shows, and what it gives if it is evaluated again."""

    name: str
    shown: float
    evaluated: float
    holds: bool


@dataclass(frozen=True)
class LineCheck:
    """The lines of a page that do not hold, among all that were evaluated."""

    count: int
    failures: tuple[Line, ...]

    def __str__(self) -> str:
        if not self.failures:
            return (
                f"All {self.count:,} equations of the full page hold, evaluated again from "
                "unrounded numbers."
            )
        named = "; ".join(
            f"{line.name} shows {line.shown:.6g}, its formula gives {line.evaluated:.6g}"
            for line in self.failures[:5]
        )
        more = f"; and {len(self.failures) - 5} more" if len(self.failures) > 5 else ""
        return (
            f"Of {self.count:,} equations of the full page, evaluated again from unrounded "
            f"numbers, {len(self.failures):,} DO NOT HOLD: {named}{more}."
        )


def check_lines(document: Document, dtype: str, further: Sequence[Line] = ()) -> LineCheck:
    """Evaluate all equations of a document again.

    Parameters
    ----------
    document : Document
    dtype : str
        The precision in which the values were computed.
    further : sequence of Line
        Lines that were checked elsewhere, as those of tables.
    """
    arithmetic = TwoParts(dtype)
    lines = [
        found for equation in _equations(document) for found in _lines(equation, arithmetic, dtype)
    ]
    lines += [*further, *_ambiguous(document, 4 * float(np.finfo(dtype).eps))]
    failures = tuple(line for line in lines if not line.holds)
    return LineCheck(len(list(_equations(document))) + len(further), failures)


def _equations(document: Document) -> Iterator[Equation]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Equation):
                yield block


def _lines(equation: Equation, arithmetic: TwoParts, dtype: str) -> Iterator[Line]:
    """The steps of an equation, and its left side, which was computed elsewhere."""
    shown, name = equation.value, name_of(equation.left)
    left = equation.left.evaluate()
    if not _close(left, shown, 4 * float(np.finfo(dtype).eps) * abs(left), dtype):
        yield Line(name, shown, left, holds=False)
    between = equation.between
    if between and not math.isclose(between.evaluate(), shown, rel_tol=2 * AGREES):
        yield Line(name, shown, between.evaluate(), holds=False)
    with_numbers = [step.with_numbers() for step in equation.steps]
    for step, numbers in zip(equation.steps[:-1], with_numbers, strict=False):
        if step == numbers:  # the numbers put in, which a page may round, are those of the symbols
            place = equation.steps.index(step)
            if place and step not in with_numbers[:place]:
                yield Line(name, math.nan, step.evaluate(), holds=False)
            continue
        value = step.evaluate(arithmetic)
        allowed = min(
            UNITS * max(value.error, arithmetic.unit * abs(value.high)), MOST[dtype] * value.size
        )
        evaluated = value.high + value.low
        holds = _close(shown, evaluated, allowed + _smallest(dtype, equation.left), dtype)
        if not holds:
            yield Line(name, shown, float(evaluated), holds)
            return


def _close(shown: float, evaluated: Any, allowed: Any, dtype: str) -> bool:
    if math.isnan(shown):
        return False
    if math.isinf(shown):  # what overflowed in the network's precision is beyond its largest number
        return bool(evaluated == shown or abs(evaluated) > float(np.finfo(dtype).max))
    return bool(abs(shown - evaluated) <= allowed)


def _smallest(dtype: str, left: Formula) -> float:
    """What is smaller may have become 0; an optimizer's state below 2^-100 does."""
    is_state = isinstance(left, Symbol) and left.index == "new"
    return SMALLEST_STATE if is_state else float(np.finfo(dtype).tiny) * 64


def _ambiguous(document: Document, tolerance: float) -> Iterator[Line]:
    """Symbols of the network that have two values on one page."""
    values: dict[tuple[str, int | None, str], float] = {}
    for equation in _equations(document):
        for formula in (equation.left, *equation.steps):
            for symbol in formula.symbols():
                if symbol.layer is None and symbol.letter not in ("p", "t", "x"):
                    continue
                key = (symbol.letter, symbol.layer, symbol.index)
                before = values.setdefault(key, symbol.value)
                if not math.isclose(before, symbol.value, rel_tol=tolerance):
                    yield Line(name_of(symbol), symbol.value, before, holds=False)


def name_of(formula: Formula) -> str:
    """Return a quantity's name as a page writes it."""
    from glassnet.render.text import formula_text

    return formula_text(formula)
