"""Lesson 2: sigmoid beside softmax.

The sigmoid squashes one number into (0, 1), whatever the others are. Its slope follows from its
value alone, σ′ = y (1 − y), and is largest in the middle. Softmax turns a list of numbers into one
that sums to 1: what one class gains, the others lose.

Run: python examples/2_sigmoid_and_softmax.py [page.html] [paper.tex]
"""

import sys

from sklearn.datasets import load_digits

import glassnet as gn


def bar(p: float) -> str:
    """A bar as long as a probability."""
    return "█" * round(40 * p)


print("═══ Sigmoid: one number squashed\n")
sigmoid = gn.Network([1, 1], output="sigmoid", dtype="float64")
sigmoid.weights = [[[1.0]]]  # in = 1 · x
print("   in  y = σ(in)  σ′ = y (1 − y)")
for x in range(-6, 7):
    y = float(sigmoid.predict_proba([[x]])[0, 0])
    print(f"{x:5}  {y:9.4f}  {y * (1 - y):14.4f}  {bar(y)}".rstrip())

print("\n═══ Softmax: a list that sums to 1\n")
softmax = gn.Network([3, 3], output="softmax", dtype="float64")
softmax.weights = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]  # from → to: in = x
print("net inputs    sigmoid of each          softmax                  sum")
for net_inputs in ([1, 2, 3], [1, 2, 5]):
    alone = sigmoid.predict_proba([[x] for x in net_inputs])[:, 0]
    together = softmax.predict_proba([net_inputs])[0]
    texts = [" ".join(f"{y:.4f}" for y in outputs) for outputs in (alone, together)]
    print(f"{net_inputs!s:12}  {texts[0]:23}  {texts[1]:23}  {together.sum():.4f}")
print("Only the third net input changed. The other sigmoids stay; softmax changes all.\n")

explanation = gn.explain(softmax, x=[1, 2, 3])
print(explanation)

print("═══ Two images through one network\n")
X, y = load_digits(return_X_y=True)
digits = gn.Network([64, 32, 10], hidden="sigmoid", output="softmax", seed=0)
digits.fit(X[:1400] / 16, y[:1400], optimizer=gn.SGD(0.5), epochs=30, progress=False)
three, eight = X[1400:][y[1400:] == 3][0], X[1400:][y[1400:] == 8][0]
print(f"An image of a 3 and one of an 8; they differ in {(three != eight).sum()} of 64 pixels.\n")
print("digit  image of a 3                image of an 8")
outputs = digits.predict_proba([three / 16, eight / 16])
for digit, (p3, p8) in enumerate(outputs.T):
    print(f"{digit:5}  {p3:.3f} {bar(p3 / 2):20}  {p8:.3f} {bar(p8 / 2)}".rstrip())

for path in sys.argv[1:]:
    explanation.save(path)
