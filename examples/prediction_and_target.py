"""Lesson 3: the prediction beside its target, and how the loss punishes the difference.

A classifier answers with a vector of probabilities. The target is the one-hot vector: 1 for the
right class, 0 for the others. Categorical cross-entropy, −Σ t ln p, looks only at the probability
of the right class and punishes it the more, the further it is from 1.

Run: python examples/prediction_and_target.py [page.html] [paper.tex]
"""

import math

import numpy as np
from show import show

import glassnet as gn
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


def classifier() -> gn.TrainingResult:
    """A network that has seen the digits for a few epochs: good, and still unsure of some."""
    return gn.train(digits(), "digit", gn.Recipe("plain", epochs=5, validation=0), progress=False)


def punished(p: float) -> float:
    """The cross-entropy of a right class that was given the probability p."""
    return -math.log(p)


def lesson() -> Document:
    """Three predictions beside their targets, and the loss as a curve."""
    trained = classifier()
    model, rows = trained.model, trained.held_out.in_memory()
    probabilities = model.predict_proba(rows)
    labels = rows.columns["digit"]
    of_label = probabilities[np.arange(len(rows)), [int(digit) for digit in labels]]
    order = np.argsort(of_label)
    blocks: list[Block] = []
    for row, words in ((order[-1], "sure and right"), (order[15], "unsure"), (order[0], "wrong")):
        target = tuple(float(name == labels[row]) for name in map(str, range(10)))
        predicted = tuple(float(p) for p in probabilities[row])
        caption = (
            f"A {labels[row]}, {words}: −ln {of_label[row]:.4g} = {punished(of_label[row]):.4g}"
        )
        series = (("predicted", predicted), ("target", target))
        blocks.append(Bars(tuple(map(str, range(10))), series, caption))
    ps = [p / 100 for p in range(1, 101)]
    curve = Curve("−ln p", tuple(ps), tuple(punished(p) for p in ps))
    table = tuple((p, punished(p)) for p in (1.0, 0.9, 0.5, 0.1, 0.01, 0.001))
    punishment = (
        Paragraph("Twice as far from a probability of 1 costs more than twice as much:"),
        Table(("p of the right class", "−ln p"), table),
        Curves("p of the right class", "loss", (curve,), "Categorical cross-entropy"),
    )
    return Document(
        "Prediction and target",
        (
            Section("Three of the held-out digits", tuple(blocks)),
            Section("How cross-entropy punishes", punishment),
        ),
    )


if __name__ == "__main__":
    show(lesson())
