"""Lesson 3: what is predicted beside what is ideal, and how the difference is punished.

A classifier answers with a vector of probabilities. The ideal is the one-hot vector: 1 for the
right class, 0 for the others. Categorical cross-entropy, −Σ d ln p, looks only at the probability
of the right class and punishes it the more, the further it is from 1.

Run: python examples/predicted_and_ideal.py [page.html] [paper.tex]
"""

import math

import numpy as np
from show import show

from glassnet.formula.document import (
    Bars,
    Block,
    Curve,
    Curves,
    Document,
    Paragraph,
    Section,
    Table,
)
from glassnet.tables.samples import digits
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.train import Trained, train


def classifier() -> Trained:
    """A network that has seen the digits for a few epochs: good, and still unsure of some."""
    return train(digits(), "digit", Recipe("plain", epochs=5, validation=0), progress=False)


def punished(p: float) -> float:
    """The cross-entropy of a right class that was given the probability p."""
    return -math.log(p)


def lesson() -> Document:
    """Three predictions beside their ideals, and the punishment as a curve."""
    trained = classifier()
    model, rows = trained.model, trained.held_out.in_memory()
    probabilities = model.predict_proba(rows)
    true = rows.columns["digit"]
    of_true = probabilities[np.arange(len(rows)), [int(digit) for digit in true]]
    order = np.argsort(of_true)
    blocks: list[Block] = []
    for row, words in ((order[-1], "sure and right"), (order[15], "unsure"), (order[0], "wrong")):
        ideal = tuple(float(name == true[row]) for name in map(str, range(10)))
        predicted = tuple(float(p) for p in probabilities[row])
        caption = f"A {true[row]}, {words}: −ln {of_true[row]:.4g} = {punished(of_true[row]):.4g}"
        series = (("predicted", predicted), ("ideal", ideal))
        blocks.append(Bars(tuple(map(str, range(10))), series, caption))
    ps = [p / 100 for p in range(1, 101)]
    curve = Curve("−ln p", tuple(ps), tuple(punished(p) for p in ps))
    table = tuple((p, punished(p)) for p in (1.0, 0.9, 0.5, 0.1, 0.01, 0.001))
    punishment = (
        Paragraph("Twice as far from certainty losses more than twice as much:"),
        Table(("p of the right class", "−ln p"), table),
        Curves("p of the right class", "loss", (curve,), "Categorical cross-entropy"),
    )
    return Document(
        "Predicted and ideal",
        (
            Section("Three of the held-out digits", tuple(blocks)),
            Section("How cross-entropy punishes", punishment),
        ),
    )


if __name__ == "__main__":
    show(lesson())
