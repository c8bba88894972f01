"""What gets lost on paper: quantities that vanish with so few decimals, and how many suffice."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from glassnet.core.plural import named_in_short
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.style import MOST_DECIMALS
from glassnet.formula.document import Equation, Paragraph, Section
from glassnet.formula.tree import Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["paper_loss_section"]


@dataclass(frozen=True)
class _Lost:
    """Names of quantities that became 0, and of those that became infinite or undefined."""

    zero: tuple[str, ...]
    infinite: tuple[str, ...]
    smallest: float

    def __bool__(self) -> bool:
        return bool(self.zero or self.infinite)


def paper_loss_section(
    explainer: Explainer,
    sections: Sequence[Section],
    made: Callable[[Explainer], Sequence[Section]],
) -> list[Section]:
    """Return a section that says what vanishes with these decimals; none if nothing does.

    Parameters
    ----------
    explainer : Explainer
    sections : sequence of Section
        What it shows.
    made : callable
        Makes the sections with another explainer, to find the decimals that suffice.
    """
    decimals = explainer.numbers.decimals
    assert decimals is not None
    lost, total = _lost(sections), _sum_of_predictions(explainer)
    words = []
    if lost.zero:
        names = named_in_short("quantity", "quantities", lost.zero)
        zero = explainer.numbers.text(0.0)
        words.append(
            f"With {decimals} decimals these become {zero}, though they are not 0: {names}."
        )
    if lost.infinite:
        names = named_in_short("quantity", "quantities", lost.infinite)
        words.append(f"Without a value, since something became 0: {names}.")
    if lost:
        words.append(_enough(explainer, lost, made))
    if total is not None:
        words.append(f"The predictions add up to {explainer.numbers.text(total)} by rounding.")
    return [Section("What rounding hides", (Paragraph(" ".join(words)),))] if words else []


def _enough(
    explainer: Explainer, lost: _Lost, made: Callable[[Explainer], Sequence[Section]]
) -> str:
    """Which decimals suffice: tried from those that show the smallest."""
    decimals = explainer.numbers.decimals or 0
    needed = math.ceil(-math.log10(2 * lost.smallest)) if lost.smallest else decimals + 1
    for more in range(max(decimals + 1, needed), MOST_DECIMALS + 1):
        if not _lost(made(explainer.with_decimals(more))):
            return f"decimals={more} shows them."
    return f"Not even {MOST_DECIMALS} decimals show them all; leave decimals out."


def _lost(sections: Sequence[Section]) -> _Lost:
    zero: dict[str, float] = {}
    infinite: dict[str, None] = {}
    for quantity in _quantities(sections):
        exact = quantity.exact
        if exact is None or not math.isfinite(exact):
            continue
        if not math.isfinite(quantity.value):
            infinite[formula_text(quantity)] = None
        elif quantity.value == 0 != exact:
            zero[formula_text(quantity)] = abs(exact)
    smallest = min(zero.values(), default=0.0)
    return _Lost(tuple(zero), tuple(infinite), smallest)


def _quantities(sections: Sequence[Section]) -> Iterator[Symbol | Partial]:
    """Each symbol of the equations, and each partial derivative that has a line."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Equation):
                if isinstance(block.left, Symbol | Partial):
                    yield block.left
                for step in block.steps:
                    yield from step.symbols()


def _sum_of_predictions(explainer: Explainer) -> float | None:
    """What the probabilities of a softmax add up to on paper, if that is not 1."""
    if explainer.forward.layer(explainer.depth).activation.name != "softmax":
        return None
    outputs = range(explainer.forward.outputs[-1].size)
    total = math.fsum(explainer.equations.output(explainer.depth, unit).value for unit in outputs)
    total = round(total, explainer.numbers.decimals)
    return None if total == 1 else total
