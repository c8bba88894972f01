"""Activations and losses of one's own: trained, explained, saved and loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.identity import Identity
from glassnet.nn.activations.registry import ACTIVATIONS, activation_named
from glassnet.nn.losses.registry import LOSSES, loss_named

# What a user would write, in a process of its own: the native engine has no kernel for it.
OWN = """
import numpy as np
import glassnet as gn
from glassnet.formula.tree import Call, Number
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss

class Sine(Elementwise):
    name = "sine"
    parameter_name = "frequency"
    def __init__(self, frequency=1.0):
        self.frequency = frequency
    def value(self, net_input):
        return np.sin(self.frequency * net_input)
    def derivative(self, net_input):
        return self.frequency * np.cos(self.frequency * net_input)
    def formula(self, net_inputs, unit, most=None):
        return Call("sin", (Number(self.frequency) * net_inputs[unit],))
    def derivative_formula(self, net_input, output):
        return Number(self.frequency) * Call("cos", (Number(self.frequency) * net_input,))

class Quartic(ElementwiseLoss):
    name = "quartic"
    def values(self, predicted, target):
        return (predicted - target) ** 4
    def derivatives(self, predicted, target):
        return 4 * (predicted - target) ** 3
    def term(self, predicted, target):
        return (predicted - target) ** 4
    def term_derivative(self, predicted, target):
        return 4 * (predicted - target) ** 3
"""
TRAINING = """
X = np.random.default_rng(0).normal(size=(20, 3))
net = gn.Network([3, 4, 2], hidden=Sine(2.0), output="identity", dtype="float64")
net.fit(X, np.stack([X[:, 0], X[:, 1] ** 2], axis=1), loss=Quartic(), epochs=3)
step = gn.explain(net, X[0], [1, 2], optimizer=gn.Adam())
assert step.check.passed, step.check
assert len(step.check.pairs) == 26
assert "floating point" in str(step.check)
assert "sin(2·" in step.to_text()
net.save("own.safetensors")
opened = gn.load("own.safetensors")
assert opened.predict(X).tobytes() == net.predict(X).tobytes()
assert opened.architecture.layers[0].activation == Sine(2.0)
assert opened.loss == Quartic()
"""
WRONG_DERIVATIVE = """
Sine.derivative = lambda self, net_input: np.sin(net_input)
net = gn.Network([3, 4, 2], hidden=Sine(), output="softmax", dtype="float64")
assert not gn.explain(net, [1, 2, 3], 0).check.passed
"""
OPENED = """
import glassnet as gn
gn.load("own.safetensors")
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GLASSNET_ENGINE": "reference"}
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_an_own_activation_and_cost_are_learned_explained_saved_and_loaded(tmp_path: Path) -> None:
    done = run(OWN + TRAINING, tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(OPENED, tmp_path)
    assert "unknown activation 'sine'" in done.stderr
    assert "Your own is known once its class is defined" in done.stderr


def test_a_wrong_derivative_of_ones_own_fails_the_check(tmp_path: Path) -> None:
    done = run(OWN + WRONG_DERIVATIVE, tmp_path)
    assert done.returncode == 0, done.stderr


class Cube(Elementwise):
    """in³."""

    def value(self, net_input: Array) -> Array:
        return net_input**3

    def derivative(self, net_input: Array) -> Array:
        return 3 * net_input**2

    def formula(self, net_inputs: list[Symbol], unit: int, most: int | None = None) -> Formula:  # type: ignore[override]
        return net_inputs[unit] ** 3

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        return 3 * net_input**2


def test_one_without_a_name_or_with_that_of_another_is_refused() -> None:
    with pytest.raises(ValueError, match="Cube has no name; give its class one"):
        activation_named(Cube())
    false_identity = type("False", (Identity,), {})()
    with pytest.raises(ValueError, match="called 'identity', the name of a built-in one"):
        activation_named(false_identity)
    false_cost = type("False", (type(LOSSES["poisson"]),), {})()
    with pytest.raises(ValueError, match="called 'poisson', the name of a built-in one"):
        loss_named(false_cost)


def test_built_in_ones_are_as_they_were() -> None:
    assert activation_named("relu") is ACTIVATIONS["relu"]
    assert loss_named("huber") is LOSSES["huber"]
