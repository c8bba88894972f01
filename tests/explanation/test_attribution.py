"""Attributions: against finite differences, PyTorch's autograd, sums by hand, and completeness."""

from typing import Any

import numpy as np
import pytest

from glassnet.core.array import Array
from glassnet.core.record import records
from glassnet.explanation.attribution import (
    Attribution,
    Score,
    gradient_times_input,
    integrated_gradients,
    kinks_on_path,
)
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.layers import Dense, Scale
from tests.random_networks import random_case


def score_of(net: Network, *outputs: int) -> Score:
    """The net input of an output, less that of another."""
    signs = np.zeros(net.architecture.outputs)
    signs[outputs[0]] += 1
    if len(outputs) > 1:
        signs[outputs[1]] -= 1
    return Score(net.architecture, net.parameters, signs)


def random_score(seed: int) -> tuple[Score, Array, Array]:
    """Any network with its kinks and layers, an example, and a baseline, sometimes of zeros."""
    net = random_case(seed, widest=60, most_rows=2).net
    random = np.random.default_rng(seed)
    outputs = random.permutation(net.architecture.outputs)[:2].tolist()
    x = 2 * random.normal(size=net.architecture.inputs)
    baseline = np.zeros_like(x) if seed % 3 else random.normal(size=len(x))
    return score_of(net, *outputs), x, baseline


@pytest.mark.parametrize("seed", range(60))
def test_integrated_gradients_are_complete(seed: int) -> None:
    score, x, baseline = random_score(seed)
    found = Attribution.of(score, x, baseline)
    expected = found.value - found.baseline_value
    assert found.integrated_gradients.sum() == pytest.approx(expected, rel=1e-7, abs=1e-12)
    assert found.missing <= 1e-7
    units = found.units.sum() + found.biases
    assert units == pytest.approx(found.value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_gradients_are_those_of_finite_differences(seed: int) -> None:
    score, x, _ = random_score(seed)
    step = 1e-6 * np.eye(len(x))
    numeric = (score.values(x + step) - score.values(x - step)) / 2e-6
    size = np.abs(numeric).max() + 1e-9
    np.testing.assert_allclose(score.gradients(x[None, :])[0], numeric, atol=2e-4 * size)


@pytest.mark.parametrize("hidden", ["relu", "tanh", "gelu", "leaky_relu"])
def test_pytorch_finds_the_same(hidden: str) -> None:
    torch = pytest.importorskip("torch")
    functions = {
        "relu": torch.nn.ReLU(),
        "tanh": torch.nn.Tanh(),
        "gelu": torch.nn.GELU(),
        "leaky_relu": torch.nn.LeakyReLU(0.01),
    }
    net = Network([6, 9, 7, 3], hidden=hidden, output="softmax", dtype="float64", seed=5)
    random = np.random.default_rng(1)
    for bias in net.biases:
        assert bias is not None
        bias[...] = random.normal(size=bias.shape)
    weights = [torch.tensor(w) for w in net.weights]
    biases = [torch.tensor(b) for b in net.biases]

    def slopes(rows: Any) -> Any:
        x = torch.tensor(rows, requires_grad=True)
        y = x
        for number, (w, b) in enumerate(zip(weights, biases, strict=True)):
            y = y @ w + b if not number else functions[hidden](y) @ w + b
        (y[:, 2] - y[:, 0]).sum().backward()
        return x.grad.numpy()

    x, baseline = random.normal(size=6), random.normal(size=6)
    score = score_of(net, 2, 0)
    np.testing.assert_allclose(
        gradient_times_input(score, x), x * slopes(x[None, :])[0], rtol=1e-9, atol=1e-12
    )
    # The midpoint rule, of 200,000 intervals.
    at = (np.arange(200_000) + 0.5)[:, None] / 200_000
    mean = slopes(baseline + at * (x - baseline)).mean(axis=0)
    np.testing.assert_allclose(
        integrated_gradients(score, x, baseline), (x - baseline) * mean, atol=2e-5
    )


def test_the_kinks_of_two_layers_by_hand() -> None:
    # in1 = (4a − 1, 2a) → y1 = (0 until a = ¼, then 4a − 1; 2a). in2 = y1₁ − y1₂ + ¼:
    # ¼ − 2a until ¼, −¾ + 2a after; it is 0 at a = ⅛ and ⅜, and not above 0 between them.
    first = Dense(2, "relu", initial=[[4.0, 2.0]])
    second = Dense(1, "relu", initial=[[1.0], [-1.0]])
    net = Network([1, first, second, Dense(1, "identity", initial=[[1.0]])], dtype="float64")
    net.biases = [[-1.0, 0.0], [0.25], [0.0]]
    score, x, zero = score_of(net, 0), np.array([1.0]), np.zeros(1)
    np.testing.assert_allclose(kinks_on_path(score, x, zero), [0, 1 / 8, 1 / 4, 3 / 8, 1])
    # y2 goes from ¼ down to 0, and up to −¾ + 2.
    assert integrated_gradients(score, x, zero).tolist() == pytest.approx([1.25 - 0.25])


def test_without_biases_relu_networks_give_gradient_times_input() -> None:
    layers = [Dense(8, "relu", bias=False), Scale("relu"), Dense(2, "softmax", bias=False)]
    net = Network([5, *layers], dtype="float64", seed=4)
    score, x = score_of(net, 1, 0), np.random.default_rng(2).normal(size=5)
    expected = gradient_times_input(score, x)
    np.testing.assert_allclose(integrated_gradients(score, x, np.zeros(5)), expected, rtol=1e-9)


@pytest.mark.parametrize("name", [n for n, r in records(Activation).items() if n != "softmax"])
def test_every_activation_between_is_complete(name: str) -> None:
    if not records(Activation)[name].__module__.startswith("glassnet."):
        return
    net = Network([4, 6, 6, 2], hidden=name, output="softmax", dtype="float64", seed=3)
    score, x = score_of(net, 0, 1), np.array([1.0, -2.0, 0.5, 0.1])
    assert Attribution.of(score, x, np.zeros(4)).missing <= 1e-8


def test_a_straight_network_and_equal_ends() -> None:
    net = Network([3, 2], output="softmax", dtype="float64", seed=3)
    score, x = score_of(net, 0, 1), np.array([1.0, -2.0, 0.5])
    w = net.weights[0]
    assert w is not None
    np.testing.assert_allclose(integrated_gradients(score, x, np.zeros(3)), x * (w[:, 0] - w[:, 1]))
    assert integrated_gradients(score, x, x).tolist() == [0, 0, 0]
    assert Attribution.of(score, x, x).missing == 0


def test_wide_and_deep_networks_take_no_time_to_speak_of() -> None:
    for units in ([784, 300, 300, 10], [10, *[20] * 60, 2]):
        net = Network(units, hidden="relu", output="softmax", seed=1)
        x = np.random.default_rng(0).random(units[0])
        assert Attribution.of(score_of(net, 0, 1), x, np.full(units[0], 0.1)).missing <= 1e-7
