"""Activations: value, derivative and formula agree with each other."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from glassnet.formula.tree import Symbol
from glassnet.nn.activations.activation import Activation, Elementwise
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.activations.softmax import Softmax
from tests.random_networks import built_in, random_record


def activation_of(seed: int) -> Activation:
    return random_record(np.random.default_rng(seed), Activation)


NAMES = built_in(Activation)
elementwise = st.integers(0, 10_000).map(activation_of).filter(lambda a: isinstance(a, Elementwise))
inputs = st.floats(-20, 20).filter(lambda x: abs(x) > 1e-3)


@given(inputs, elementwise)
def test_the_derivative_is_that_of_the_value(x: float, activation: Elementwise) -> None:
    h = 1e-5
    assume(all(abs(x - kink) > h for kink in activation.kinks))  # there are two slopes
    near = activation.value(np.array([[x - h, x + h]]))[0]
    slope = (near[1] - near[0]) / (2 * h)
    assert activation.derivative(np.array([[x]]))[0, 0] == pytest.approx(slope, rel=1e-4, abs=1e-9)


@given(inputs, elementwise)
def test_the_formulas_give_value_and_derivative(x: float, activation: Elementwise) -> None:
    array = np.array([[x]])
    symbol = Symbol("in", x)
    y = activation.formula([symbol], 0).evaluate()
    assert y == pytest.approx(activation.value(array)[0, 0], rel=1e-12)
    derivative = activation.derivative_formula(symbol, Symbol("y", y)).evaluate()
    # y (1 − y) and 1 − y² lose digits near saturation; the arrays do not.
    assert derivative == pytest.approx(activation.derivative(array)[0, 0], rel=1e-9, abs=1e-15)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_softmax_makes_probabilities_by_its_formula(net_inputs: list[float]) -> None:
    y = Softmax().value(np.array([net_inputs]))[0]
    assert y.sum() == pytest.approx(1)
    symbols = [Symbol("in", x) for x in net_inputs]
    for unit in range(len(net_inputs)):
        assert Softmax().formula(symbols, unit).evaluate() == pytest.approx(y[unit], rel=1e-12)


def test_softmax_backward_is_the_jacobian() -> None:
    x, g, h = np.array([[0.5, -1.0, 2.0]]), np.array([[1.0, -2.0, 0.5]]), 1e-6
    delta = Softmax().backward(x, g)[0]
    for i in range(3):
        move = h * np.eye(3)[[i]]
        slope = (Softmax().value(x + move) - Softmax().value(x - move)) / (2 * h)
        assert delta[i] == pytest.approx(float((g * slope).sum()), rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows_at_the_ends(name: str) -> None:
    for dtype in ("float32", "float64"):
        x = np.array([[-1e30, 0.0, 1e30]], dtype=dtype)
        y = activation_named(name).value(x)
        assert y.dtype == dtype
        assert np.isfinite(y if name != "exponential" else y[:, :2]).all()


def test_sigmoid_and_its_derivative_keep_their_digits_where_they_saturate() -> None:
    # σ(40) = 1 − 4.2e-18, so that y (1 − y) is 0 in float64; in truth σ′(40) = e^−40 (1 − 2e-18).
    derivative = activation_named("sigmoid")
    assert isinstance(derivative, Elementwise)
    assert derivative.derivative(np.array([[40.0]]))[0, 0] == pytest.approx(np.exp(-40), rel=1e-14)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown activation 'swish'; known are: ") as raised:
        activation_named("swish")
    for name in NAMES:
        assert name in str(raised.value)
