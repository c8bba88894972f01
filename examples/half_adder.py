"""Lesson 1: a perceptron learns the carry (AND), never the sum (XOR); a hidden layer learns both.

A half adder adds two bits. Its carry is 1 where both bits are 1, its sum where exactly one is.
One straight line separates the carry's 1 from its 0s. No line does so for the sum, and a network
without a hidden layer can only draw lines.

The plane of the two bits shows it.

Run: python examples/half_adder.py [page.html] [paper.tex]
"""

from collections.abc import Sequence

import numpy as np
from show import show

import glassnet as gn
from glassnet.formula.document import (
    Block,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Paragraph,
    Section,
)
from glassnet.plot.boundary import boundary
from glassnet.tables.samples import half_adder

COLUMNS = ("carry", "sum")
EPOCHS, EPOCHS_BETWEEN_LOOKS = 3000, 30


def network(layers: Sequence[int], seed: int) -> gn.Network:
    """Sigmoid units throughout; the two outputs are carry and sum."""
    hidden = "sigmoid" if len(layers) > 2 else None
    net = gn.Network(layers, hidden=hidden, output="sigmoid", seed=seed)
    net.feature_names = ["first bit", "second bit"]
    return net


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


def planes(net: gn.Network) -> list[Block]:
    """Each output over the plane of the two bits, with the four rows and the lines of units."""
    X, y = half_adder()
    lines = len(net.weights) > 1  # of the hidden units
    what = "the lines of the hidden units" if lines else "the line of the output"
    return [
        boundary(
            net,
            X,
            y[:, number],
            unit=f"output {number + 1}",
            lines=lines,
            caption=f"The {column} over the two bits, with {what}, where in = 0",
        )
        for number, column in enumerate(COLUMNS)
    ]


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
            *planes(net),
        )
        sections.append(Section(f"The {name}", blocks))
    words = (
        "One straight line separates the carry's 1 from its 0s. For the sum there is none: the two "
        "rows with sum 1 lie across from each other, and so do the two with sum 0. Whatever line "
        "is drawn, at least one of the four rows lies on the wrong side. "
        "The perceptron's loss on the sum stops at 0.6931 = ln 2: the best it can do is to predict "
        "one half for every row. Each unit of a hidden layer draws a line of its own, and the "
        "output combines them: that is enough for the sum."
    )
    sections.append(Section("Why", (Paragraph(words),)))
    return Document("A half adder, learned", tuple(sections))


if __name__ == "__main__":
    show(lesson())
