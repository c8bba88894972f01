"""Lesson 1: a perceptron learns the carry (AND), never the sum (XOR); a hidden layer learns both.

A half adder adds two bits. Its carry is 1 where both bits are 1, its sum where exactly one is.
One straight line separates the carry's 1 from its 0s. No line does so for the sum, and a network
without a hidden layer can only draw lines.

Run: python examples/half_adder.py [page.html] [paper.tex]
"""

from collections.abc import Sequence

import numpy as np
from show import show

import glassnet as gn
from glassnet.formula.document import Curve, Curves, Document, DocumentTable, Paragraph, Section
from glassnet.tables.samples import half_adder

COLUMNS = ("carry", "sum")
EPOCHS, EPOCHS_BETWEEN_LOOKS = 3000, 30


def network(layers: Sequence[int], seed: int) -> gn.Network:
    """Sigmoid units throughout; the two outputs are carry and sum."""
    hidden = "sigmoid" if len(layers) > 2 else None
    return gn.Network(layers, hidden=hidden, output="sigmoid", seed=seed)


def train(net: gn.Network, epochs: int = EPOCHS) -> None:
    """Gradient descent on all four rows at once."""
    X, y = half_adder()
    net.fit(X, y, optimizer=gn.SGD(2.0), epochs=epochs, batch_size=4, progress=False)


def losses(net: gn.Network) -> tuple[float, ...]:
    """The binary cross-entropy of the carry and of the sum."""
    X, y = half_adder()
    p = net.predict_proba(X).astype(np.float64)
    carry, total = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=0)
    return float(carry), float(total)


def right(net: gn.Network) -> tuple[int, ...]:
    """The number of the four rows that are right, for the carry and for the sum."""
    X, y = half_adder()
    carry, total = (net.predict(X) == y).sum(axis=0)
    return int(carry), int(total)


def lesson(seed: int = 1) -> Document:
    """Train both networks and show their losses over time."""
    sections = []
    for name, layers in (("perceptron", [2, 2]), ("network with a hidden layer of 4", [2, 4, 2])):
        net = network(layers, seed)
        epochs, over_time = [0.0], [losses(net)]
        while epochs[-1] < EPOCHS:
            train(net, EPOCHS_BETWEEN_LOOKS)
            epochs.append(epochs[-1] + EPOCHS_BETWEEN_LOOKS)
            over_time.append(losses(net))
        carry, total = (tuple(column) for column in zip(*over_time, strict=True))
        curves = (
            Curve("carry", tuple(epochs), carry),
            Curve("sum", tuple(epochs), total),
        )
        results = zip(COLUMNS, over_time[-1], right(net), strict=True)
        rows = tuple((column, loss, f"{count} of 4") for column, loss, count in results)
        blocks = (
            Curves("epoch", "loss", curves, f"Loss of the {name}, over time"),
            DocumentTable(("learned", "loss at the end", "rows right"), rows),
        )
        sections.append(Section(f"The {name}", blocks))
    words = (
        "The perceptron's loss on the sum stops at 0.6931 = ln 2: the best it can do is to predict "
        "one half for every row. Each unit of a hidden layer draws a line of its own, and the "
        "output combines them: that is enough for the sum."
    )
    sections.append(Section("Why", (Paragraph(words),)))
    return Document("A half adder, learned", tuple(sections))


if __name__ == "__main__":
    show(lesson())
