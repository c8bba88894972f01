"""Lesson 2: one step of learning, every number by hand.

Three units in a row: the input 10, one hidden sigmoid unit, one sigmoid output that should be 1.
The weights are random. The loss is −ln p. The step: the gradient of each weight by the chain rule,
the update against it with α = 0.5, and the new prediction, nearer to 1.

Run: python examples/one_step_by_hand.py [page.html] [paper.tex]
"""

from show import show

import glassnet as gn
from glassnet.explanation.explanation import Explanation
from glassnet.formula.document import Document


def network(seed: int = 8) -> gn.Network:
    """Three units in a row, with random weights and no bias units."""
    unit = gn.Dense(1, "sigmoid", bias=False)
    return gn.Network([1, unit, unit], dtype="float64", seed=seed)


def one_step(net: gn.Network) -> Explanation:
    """The step, with every number."""
    return gn.explain(net, x=[10], target=1, learning_rate=0.5)


def lesson() -> Document:
    """The whole step, then the first weight's chain rule as one product."""
    explanation = one_step(network())
    story = explanation.weight("w1[1,1]").document
    chain = next(section for section in story.sections if section.title == "Path to the loss")
    return Document("One step by hand", (*explanation.document.sections, chain))


if __name__ == "__main__":
    show(lesson())
