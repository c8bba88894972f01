"""Lesson 4: one step of learning, every number by hand.

Three units in a row: the input 10, one hidden sigmoid unit, one sigmoid output that should be 1.
The loss is −ln p. The step: the gradient of each weight by the chain rule, the update against it
with α = 0.5, and the new prediction, nearer to 1. Each line is rounded to four decimals, as on
paper: a pocket calculator follows.

Run: python examples/4_one_step_by_hand.py [page.html] [paper.tex]
"""

import sys

import glassnet as gn

unit = gn.Dense(1, "sigmoid", bias=False)
net = gn.Network([1, unit, unit], dtype="float64")
net.weights = [[[-0.20]], [[2.90]]]

step = gn.explain(net, x=[10], target=1, learning_rate=0.5, decimals=4)
print(step)
print(step.weight("w1[1,1]"))  # the first weight's way to the loss

for path in sys.argv[1:]:
    step.save(path)
