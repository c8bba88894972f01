"""What the check allows for rounding, and where it says nothing."""

from dataclasses import replace

import pytest

import glassnet as gn
from glassnet.explanation.check.check import check_gradient
from glassnet.explanation.check.rounding import Unseen, tolerance_of
from glassnet.explanation.places import WeightPlace


def test_each_layer_rounds_anew() -> None:
    assert tolerance_of("float32", 3) == tolerance_of("float32", 16) == 1e-3
    assert tolerance_of("float32", 160) == pytest.approx(1e-2)
    assert tolerance_of("float64", 32) == pytest.approx(2e-8)


def deep(layers: int) -> gn.Network:
    return gn.Network([2, *[gn.Dense(4, "tanh")] * (layers - 1), gn.Dense(2, "softmax")], seed=2)


def test_a_deep_network_is_no_alarm() -> None:
    check = check_gradient(gn.explain(deep(60), x=[1, 0.5], target=1).step)
    assert check.tolerance == pytest.approx(60 / 16 * 1e-3)
    assert check.passed


def test_a_wrong_gradient_of_a_deep_network_fails() -> None:
    step = gn.explain(deep(60), x=[1, 0.5], target=1).step
    wrong = step.gradient.copy()
    place = step.architecture.places[30].parameters
    wrong[place] *= 1.01
    assert check_gradient(replace(step, gradient=wrong)).passed is False


def test_a_saturated_unit_has_a_derivative_that_is_not_seen() -> None:
    """tanh(1000) is 1 in any precision; the kernels give 7e-35 for its derivative, not 0."""
    net = gn.Network([1, gn.Dense(1, "tanh"), gn.Dense(1, "identity")], dtype="float64")
    net.weights, net.biases = [[[1e3]], [[2.0]]], [[0.0], [0.0]]
    step = gn.explain(net, x=[3.0], target=[1.0]).step
    unseen = Unseen(step)
    # δ2 is 2 (p − t) = 2; times w = 2 and x = 3.
    assert unseen.of(WeightPlace(1, 0, 0)) == pytest.approx(3 * 4 * 1e-34)
    assert unseen.of(WeightPlace(2, 0, 0)) < 1e-300
    assert check_gradient(step).passed


def test_where_no_gradient_can_be_compared_nothing_is_said() -> None:
    net = gn.Network([1, gn.Dense(1, "tanh")], dtype="float64")
    net.weights, net.biases = [[[1e3]]], [[0.0]]
    check = check_gradient(gn.explain(net, x=[3.0], target=[0.0]).step)
    assert check.passed is None
    assert check.compared == 0
    assert "the check says nothing about them" in str(check)


def test_large_net_inputs_move_further() -> None:
    """A step of 1e-15 would change nothing about 1e70 with 50 digits."""
    net = gn.Network([1, gn.Dense(1, "relu"), gn.Dense(1, "identity")], dtype="float64")
    net.weights, net.biases = [[[1e70]], [[1e-70]]], [[0.0], [0.0]]
    check = check_gradient(gn.explain(net, x=[1.0], target=[0.0]).step)
    assert check.passed
    assert check.compared == 4
