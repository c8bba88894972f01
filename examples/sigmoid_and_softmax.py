"""Lesson 5: sigmoid beside softmax.

The sigmoid squashes one number into (0, 1), whatever the others are. Softmax turns a list of
numbers into one that sums to 1: what one class gains, the others lose. The sigmoid's slope follows
from its value alone, σ′ = y (1 − y), and is largest in the middle.

Run: python examples/sigmoid_and_softmax.py [page.html] [paper.tex]
"""

import numpy as np
from show import show

import glassnet as gn
from glassnet.formula.document import (
    Bars,
    Cell,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Paragraph,
    Section,
)
from glassnet.nn.activations.registry import activation_named
from glassnet.tables.samples import digits


def squashed() -> tuple[tuple[float, float, float], ...]:
    """For some net inputs: in, y = σ(in), and σ′ = y (1 − y)."""
    inputs = np.linspace(-6, 6, 49)
    y = activation_named("sigmoid").value(inputs[:, None])[:, 0]
    return tuple((float(x), float(v), float(v * (1 - v))) for x, v in zip(inputs, y, strict=True))


def shared(net_inputs: list[float]) -> list[float]:
    """Softmax of a list of net inputs."""
    return [float(p) for p in activation_named("softmax").value(np.array([net_inputs]))[0]]


def two_images() -> tuple[list[str], dict[str, list[float]], float]:
    """Two different digits through one trained network, with their outputs side by side.

    Returns the classes, the outputs for each image, and the number of the 64 pixels that differ.
    """
    trained = gn.train(
        digits(), "digit", gn.Recipe("plain", epochs=30, validation=0), progress=False
    )
    rows = trained.held_out.in_memory()
    true = rows.columns["digit"]
    three, eight = (int(np.flatnonzero(true == digit)[0]) for digit in ("3", "8"))
    outputs = trained.model.predict_proba(rows.rows(np.array([three, eight])))
    pixels = np.stack([column for name, column in rows.columns.items() if name != "digit"])
    differing = float((pixels[:, three] != pixels[:, eight]).mean() * 64)
    names = {"an image of a 3": outputs[0].tolist(), "an image of an 8": outputs[1].tolist()}
    return [str(digit) for digit in range(10)], names, differing


def lesson() -> Document:
    """One number squashed, a list that sums to 1, and two images through one network."""
    values = squashed()
    x, y, slope = (tuple(column) for column in zip(*values, strict=True))
    sigmoid = (
        Curves("in", "value", (Curve("y = σ(in)", x, y), Curve("σ′ = y (1 − y)", x, slope))),
        DocumentTable(("in", "y = σ(in)", "σ′ = y (1 − y)"), tuple(row for row in values[::8])),
    )
    first, second = [1.0, 2.0, 3.0], [1.0, 2.0, 5.0]
    rows: list[tuple[Cell, ...]] = []
    for net_inputs in (first, second):
        alone = [float(v) for v in activation_named("sigmoid").value(np.array([net_inputs]))[0]]
        for name, outputs in (("sigmoid of each", alone), ("softmax", shared(net_inputs))):
            rows.append((str(net_inputs), name, *outputs, sum(outputs)))
    softmax = (
        Paragraph(
            "Only the third net input changes. The other sigmoids stay the same; softmax changes "
            "all outputs."
        ),
        DocumentTable(("net inputs", "", "1st", "2nd", "3rd", "sum"), tuple(rows)),
    )
    classes, images, differing = two_images()
    bars = Bars(
        tuple(classes),
        tuple((name, tuple(outputs)) for name, outputs in images.items()),
        f"Two images that differ in {differing:.0f} of 64 pixels, through the same network",
    )
    return Document(
        "Sigmoid and softmax",
        (
            Section("Sigmoid: one number squashed", sigmoid),
            Section("Softmax: a list that sums to 1", softmax),
            Section("Two images, two predictions", (bars,)),
        ),
    )


if __name__ == "__main__":
    show(lesson())
