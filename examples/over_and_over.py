"""Lesson 4: the step, over and over.

One step moves the weights a little. Learning is that step repeated, on one batch after the other,
until the loss no longer falls. More epochs help up to a point, more examples help beyond it, and
sometimes the descent ends in a valley that is not the deepest one.

Run: python examples/over_and_over.py [page.html] [paper.tex]
"""

import numpy as np
from numpy.typing import NDArray
from show import show

import glassnet as gn
from glassnet.formula.document import Curve, Curves, Document, DocumentTable, Paragraph, Section
from glassnet.tables.samples import digits, half_adder

# Seeds of the same small network on the same four rows: one finds the deep valley, one does not.
SEED_THAT_LEARNS, SEED_THAT_IS_STUCK = 0, 3


def images() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All digits as rows of 64 pixels from 0 to 1, and which digit each is."""
    table = digits()
    pixels = [column for name, column in table.columns.items() if name != "digit"]
    return np.stack(pixels, axis=1) / 16, table.columns["digit"].astype(np.int64)


def repeated(examples: int, epochs: int = 60) -> gn.History:
    """Train on the first examples, and validate on the last 360 after each epoch."""
    X, y = images()
    net = gn.Network([64, 32, 10], hidden="sigmoid", output="softmax", seed=0)
    return net.fit(
        X[:examples],
        y[:examples],
        optimizer=gn.SGD(0.5),
        epochs=epochs,
        validation=(X[-360:], y[-360:]),
        progress=False,
    )


def half_adder_sum(seed: int) -> tuple[gn.Network, gn.History]:
    """Train two hidden units on XOR by plain gradient descent."""
    X, y = half_adder()
    net = gn.Network([2, 2, 1], hidden="sigmoid", output="sigmoid", seed=seed)
    history = net.fit(
        X, y[:, 1], optimizer=gn.SGD(1.0), epochs=20_000, batch_size=4, progress=False
    )
    return net, history


def lesson() -> Document:
    """Loss against epochs, accuracy against examples, and a local optimum."""
    history = repeated(1400)
    epochs = tuple(float(number) for number in range(1, history.epochs + 1))
    repetitions = Curves(
        "epoch",
        "loss",
        (
            Curve("training examples", epochs, tuple(history.losses)),
            Curve("validation examples", epochs, tuple(history.validation_losses)),
        ),
        "Loss on handwritten digits against the number of epochs",
    )
    amounts = []
    for count in (50, 100, 200, 400, 800, 1400):
        # The same number of steps for each, so that only the examples differ.
        rules = repeated(count, epochs=60 * 1400 // count)
        accuracy = rules.metrics["accuracy"][-1]
        amounts.append((str(count), rules.validation_losses[-1], accuracy))
    curves, rows = [], []
    for seed, words in ((SEED_THAT_LEARNS, "learns"), (SEED_THAT_IS_STUCK, "stuck")):
        net, rules = half_adder_sum(seed)
        every = range(0, rules.epochs, 200)
        x, y = (
            tuple(float(epoch) for epoch in every),
            tuple(rules.losses[epoch] for epoch in every),
        )
        curves.append(Curve(f"seed {seed}: {words}", x, y))
        predictions = ", ".join(f"{p:.2f}" for p in net.predict_proba(half_adder()[0])[:, 0])
        rows.append((f"seed {seed}", rules.losses[-1], predictions))
    optimum = (
        Paragraph(
            "The same two hidden units, the same four rows of XOR, another random start: descent "
            "from there ends in a local optimum, a valley whose floor stays at ½ ln 2 = 0.347. The "
            "prediction for two rows is one half; in the deepest valley all four are right."
        ),
        Curves("epoch", "loss", tuple(curves), "Loss over time from two starts"),
        DocumentTable(
            ("start", "loss at the end", "predictions (targets: 0, 1, 1, 0)"), tuple(rows)
        ),
    )
    columns = ("training examples", "validation loss", "validation accuracy")
    return Document(
        "Over and over",
        (
            Section("Epochs", (repetitions,)),
            Section("Examples", (DocumentTable(columns, tuple(amounts)),)),
            Section("A local optimum", optimum),
        ),
    )


if __name__ == "__main__":
    show(lesson())
