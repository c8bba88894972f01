"""Lesson 3: the prediction beside its target, and how the loss penalises the difference.

A classifier predicts a vector of probabilities. The target is the one-hot vector: 1 for the right
class, 0 for the others. Categorical cross-entropy, −Σ t ln p, depends only on the probability of
the right class, and the penalty grows faster and faster as that moves away from 1.

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
    DocumentTable,
    Paragraph,
    Section,
)
from glassnet.tables.samples import digits


def classifier() -> gn.TrainingResult:
    """A network trained on the digits for a few epochs: good, but still unsure of some."""
    return gn.train(digits(), "digit", gn.Recipe("plain", epochs=5, validation=0), progress=False)


def penalty(p: float) -> float:
    """The cross-entropy if the predicted probability of the right class is p."""
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
            f"A {labels[row]}, {words}: −ln {of_label[row]:.4g} = {penalty(of_label[row]):.4g}"
        )
        series = (("predicted", predicted), ("target", target))
        blocks.append(Bars(tuple(map(str, range(10))), series, caption))
    ps = [p / 100 for p in range(1, 101)]
    curve = Curve("−ln p", tuple(ps), tuple(penalty(p) for p in ps))
    table = tuple((p, penalty(p)) for p in (1.0, 0.9, 0.5, 0.1, 0.01, 0.001))
    penalty_section = (
        Paragraph("Twice the distance from a probability of 1 more than doubles the loss:"),
        DocumentTable(("p of the right class", "−ln p"), table),
        Curves("p of the right class", "loss", (curve,), "Categorical cross-entropy"),
    )
    return Document(
        "Prediction and target",
        (
            Section("Three of the held-out digits", tuple(blocks)),
            Section("The penalty of cross-entropy", penalty_section),
        ),
    )


if __name__ == "__main__":
    show(lesson())
