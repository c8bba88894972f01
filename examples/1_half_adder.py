"""Lesson 1: a perceptron learns the carry, never the sum; with a hidden layer, both are learned.

A half adder adds two bits. Its carry is 1 where both bits are 1 (AND), its sum where exactly one
is (XOR). A perceptron has no hidden layer: it weighs its inputs, and the line where the sum of
them is 0 divides the plane of the two bits. For the carry there is such a line. For the sum there
is none: the two rows with sum 1 lie across from each other, and so do the two with sum 0. Each
unit of a hidden layer draws a line of its own, and the output combines them.

Run: python examples/1_half_adder.py [page.html] [paper.tex] [planes.png]
"""

import sys

import glassnet as gn

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
CARRY, SUM = [0, 0, 0, 1], [0, 1, 1, 0]


def learned(layers: list[int], y: list[int]) -> tuple[gn.Network, gn.History]:
    """A network that has seen the four rows 3,000 times."""
    net = gn.Network(layers, hidden="sigmoid", output="sigmoid", dtype="float64", seed=1)
    history = net.fit(X, y, optimizer=gn.SGD(2.0), epochs=3000, batch_size=4, progress=False)
    return net, history


def show_plane(net: gn.Network) -> None:
    """What is predicted over the plane of the two bits: █ for 1, · for 0."""
    print("\nsecond bit")
    for tenth in range(12, -3, -2):
        row = [[tenth_of_first / 10, tenth / 10] for tenth_of_first in range(-2, 13)]
        print(f"{tenth / 10:10.1f}  " + " ".join("█" if p else "·" for p in net.predict(row)))
    print(" " * 12 + "-0.2       first bit       1.2")


networks = {}
for layers in ([2, 1], [2, 4, 1]):
    kind = "perceptron" if len(layers) == 2 else "network with a hidden layer of 4"
    for name, y in (("carry", CARRY), ("sum", SUM)):
        net, history = learned(layers, y)
        networks[f"{name}, {kind}"] = net, y
        print(f"\n═══ The {name}, by a {kind}\n")
        print(history)
        print("  bits   target  prediction")
        for bits, target, p in zip(X, y, net.predict_proba(X)[:, 0], strict=True):
            print(f"{bits}  {target}       {p:.3f}")
        right = sum(net.predict(X) == y)
        print(f"{right} of 4 rows are right; the loss ends at {net.evaluate(X, y):.4f}.")
        show_plane(net)

print("""
The perceptron's loss on the sum stops at 0.6931 = ln 2: whatever line is drawn,
at least one row lies on the wrong side of it, and the best it can do is to
predict one half for every row.""")

net, _ = networks["sum, network with a hidden layer of 4"]
explanation = gn.explain(net, x=[1, 1], target=0, learning_rate=2.0)
for path in sys.argv[1:]:
    if not path.endswith(".png"):  # a page or a paper: how the sum of 1 and 1 is predicted
        explanation.save(path)
        continue
    import matplotlib.pyplot as plt  # the planes, with the lines of the units

    figure, axes = plt.subplots(2, 2, figsize=(10, 10))
    for ax, (title, (net, y)) in zip(axes.flat, networks.items(), strict=True):
        gn.plot_boundary(net, X, y, lines=True, ax=ax)
        ax.set_title(title)
    figure.savefig(path)
