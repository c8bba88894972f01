"""Each mistake that a backward pass may have makes the check fail: the source, changed, is run."""

import inspect
from types import ModuleType

import numpy as np
import pytest

import glassnet as gn
from glassnet.engine import DropoutMasks, reference
from glassnet.explanation import step as numbers
from glassnet.explanation.check.check import Check, check_gradient
from glassnet.explanation.step import Batch, take_step

# What stands in the reference engine, and what a mistake would make of it.
MUTATIONS = {
    "units in the wrong order": ("delta @ W.T if", "delta[:, ::-1] @ W.T if"),
    "the multiplier forgotten on the way back": ("d_output = c * (", "d_output = ("),
    "the multiplier forgotten in the gradient": ("(c) * mean * summed", "(1) * mean * summed"),
    "the derivative of the activation forgotten": (
        "delta = activation.backward(net_inputs[l - 1], d_output)",
        "delta = d_output",
    ),
    "the derivative taken elsewhere": (
        "activation.backward(net_inputs[l - 1],",
        "activation.backward(-net_inputs[l - 1] + 1,",
    ),
    "the dropout forgotten on the way back": (
        "d_output = d_output * factors[l]",
        "d_output = d_output * 1",
    ),
    "a sign": ("summed = y.T @ delta", "summed = -y.T @ delta"),
    "the mean forgotten": ("type(1 / examples if examples", "type(1 if examples"),
    "the weights of examples forgotten": (
        "delta = delta * sample_weight[:, None]",
        "delta = delta * 1",
    ),
    "the bias unit's output forgotten": (
        "d_b[...] = mean * delta.sum(axis=0)",
        "d_b[...] = 0 * delta.sum(axis=0)",
    ),
    "outputs squared": ("summed = y.T @ delta", "summed = (y * y).T @ delta"),
}


def checked(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> Check:
    """The check of a step whose numbers come from the changed source."""
    source = inspect.getsource(reference)
    assert source.count(old) == 1, old
    module = ModuleType("changed")
    exec(source.replace(old, new), module.__dict__)  # noqa: S102 - our own source
    monkeypatch.setattr(numbers, "engine", module.Reference)
    scaled = gn.Dense(3, "gelu", multiplier=0.7)
    layers = [gn.Dense(4, "tanh"), scaled, gn.Dense(2, "softmax")]
    net = gn.Network([3, *layers], dtype="float64", seed=2)
    for b in net.biases:
        assert b is not None
        b[...] = 0.1
    random = np.random.default_rng(1)
    batch = Batch(
        random.normal(size=(3, 3)),
        np.eye(2)[[0, 1, 1]],
        np.array([1.0, 2.5, 0.5]),
        DropoutMasks([0.1, 0.4, 0.3], seed=4, step=3),
    )
    step = take_step(net.architecture, net.parameters, net.output_loss(None), batch, None)
    return check_gradient(step)


def test_the_source_as_it_is_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    check = checked(monkeypatch, "summed = y.T @ delta", "summed = y.T @ delta")
    assert check.passed
    assert check.largest_difference < 1e-12


@pytest.mark.parametrize("mistake", MUTATIONS)
def test_a_mistake_in_the_backward_pass_fails(
    mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = checked(monkeypatch, *MUTATIONS[mistake])
    assert not check.passed
    assert "DO NOT AGREE" in str(check)
