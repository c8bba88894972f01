"""The check of paper values: each line holds as it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from glassnet.formula.decimals import Decimals, rounded
from glassnet.formula.document import Equation, Section
from glassnet.formula.tree import Formula
from glassnet.render.text import formula_text

__all__ = ["PaperCheck", "check_paper_lines"]


@dataclass(frozen=True)
class PaperCheck:
    """How many lines of a page were computed again from the numbers printed, and what failed."""

    count: int
    decimals: int
    failures: tuple[str, ...]

    def __str__(self) -> str:
        if self.failures:
            names = ", ".join(self.failures[:5])
            return (
                f"Of {self.count:,} lines, {len(self.failures):,} DO NOT HOLD as printed: {names}."
            )
        return f"With {self.decimals} decimals all lines hold as printed."


def check_paper_lines(sections: Sequence[Section], decimals: int) -> PaperCheck:
    """Compute each equation again from the numbers that it prints."""
    lines = [
        block for section in sections for block in section.blocks if isinstance(block, Equation)
    ]
    failures = [formula_text(line.left) for line in lines if not _holds(line, decimals)]
    return PaperCheck(len(lines), decimals, tuple(failures))


def _holds(line: Equation, decimals: int) -> bool:
    arithmetic = Decimals()

    def result(formula: Formula) -> float:
        return float(rounded(formula.evaluate(arithmetic), decimals))

    numbers = [step for step in line.all_steps if step == step.with_numbers()]
    values = [result(step) for step in numbers]
    return all(
        value == values[-1] or (value != value and values[-1] != values[-1]) for value in values
    )
