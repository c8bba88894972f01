"""Lesson 5: the step, over and over.

One step moves the weights a little. Learning is that step repeated, on one batch after the other,
until the loss no longer falls. More epochs help up to a point, more examples help beyond it, and
sometimes the descent ends in a valley that is not the deepest one.

Run: python examples/5_many_steps.py [page.html] [paper.tex]
"""

import sys

from sklearn.datasets import load_digits

import glassnet as gn

print("═══ The step of lesson 4, three times\n")
unit = gn.Dense(1, "sigmoid", bias=False)
net = gn.Network([1, unit, unit], dtype="float64")
net.weights = [[[-0.20]], [[2.90]]]
steps = gn.explain(net, x=[10], target=1, learning_rate=0.5, steps=3, decimals=4)
print(steps)

print("═══ Epochs: handwritten digits\n")
X, y = load_digits(return_X_y=True)
X = X / 16
validation = X[1400:], y[1400:]


def digits_learned(examples: int, epochs: int) -> gn.History:
    """Train on the first examples, and validate on the held-out ones after each epoch."""
    net = gn.Network([64, 32, 10], hidden="sigmoid", output="softmax", seed=0)
    return net.fit(
        X[:examples],
        y[:examples],
        optimizer=gn.SGD(0.5),
        epochs=epochs,
        validation=validation,
        progress=False,
    )


print(digits_learned(1400, 60))

print("═══ Examples: as many steps for each, so that only the examples differ\n")
print("training examples  validation loss  validation accuracy")
for examples in (50, 100, 200, 400, 800, 1400):
    history = digits_learned(examples, 60 * 1400 // examples)
    loss, accuracy = history.validation_losses[-1], history.metrics["accuracy"][-1]
    print(f"{examples:17}  {loss:15.4f}  {accuracy:19.3f}")

print("\n═══ A local optimum: two starts of the same network on the four rows of XOR\n")
bits, xor = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
for seed, words in ((0, "learns"), (3, "is stuck")):
    net = gn.Network([2, 2, 1], hidden="sigmoid", output="sigmoid", seed=seed)
    history = net.fit(bits, xor, optimizer=gn.SGD(1.0), epochs=20_000, batch_size=4, progress=False)
    predictions = ", ".join(f"{p:.2f}" for p in net.predict_proba(bits)[:, 0])
    print(f"seed {seed} {words}: loss {history.losses[-1]:.4f}, predictions {predictions}")
print("""The targets are 0, 1, 1, 0. The second start ends in a valley whose floor stays
at ½ ln 2 = 0.347: two rows are right, the others are predicted one half.""")

for path in sys.argv[1:]:
    steps.save(path)
