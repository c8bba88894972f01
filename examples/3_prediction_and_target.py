"""Lesson 3: the prediction beside the target, and how the loss penalises the difference.

A classifier predicts a vector of probabilities. The target is the one-hot vector: 1 for the right
class, 0 for the others. Categorical cross-entropy, −Σ t ln p, depends only on the probability of
the right class, and the penalty grows faster and faster as that moves away from 1.

Run: python examples/3_prediction_and_target.py [page.html] [paper.tex]
"""

import math
import sys

from sklearn.datasets import load_digits

import glassnet as gn

X, y = load_digits(return_X_y=True)
X = X / 16
net = gn.Network([64, 32, 10], hidden="sigmoid", output="softmax", seed=0)
# A few epochs only: good, but still unsure of some.
net.fit(X[:1400], y[:1400], optimizer=gn.SGD(0.5), epochs=5, progress=False)

held_out, labels = X[1400:], y[1400:]
predictions = net.predict_proba(held_out)
p_of_target = predictions[range(len(labels)), labels]
order = p_of_target.argsort()

print("═══ Three of the held-out digits\n")
for row, words in ((order[-1], "sure and right"), (order[40], "unsure"), (order[0], "wrong")):
    p = p_of_target[row]
    print(f"A {labels[row]}, {words}: −ln {p:.4g} = {-math.log(p):.4g}")
    print("digit  target  prediction")
    for digit, probability in enumerate(predictions[row]):
        target = int(digit == labels[row])
        print(f"{digit:5}  {target:6}  {probability:.3f} {'█' * round(40 * probability)}".rstrip())
    print()

print("═══ The penalty of cross-entropy\n")
print("p of the right class  −ln p")
for p in (1.0, 0.9, 0.5, 0.1, 0.01, 0.001):
    penalty = abs(math.log(p))
    print(f"{p:20}  {penalty:6.4f} {'█' * round(5 * penalty)}".rstrip())

print("\n═══ The wrong one, step by step\n")
explanation = gn.explain(net, x=held_out[order[0]], target=labels[order[0]], learning_rate=0.5)
print(explanation)

for path in sys.argv[1:]:
    explanation.save(path)
