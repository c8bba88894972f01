"""Losses, and the pairs of output activation and loss."""

import math

import numpy as np
import pytest

from glassnet.formula.tree import Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.losses.loss import Loss, OutputLoss
from glassnet.nn.losses.registry import default_loss, loss_named
from tests.random_networks import built_in

PAIRS = [
    (loss, activation)
    for loss in built_in(Loss)
    for activation in built_in(Activation)
    if loss == "mean_squared_error" or activation_named(activation).default_loss == loss
] + [
    ("half_squared_error", "tanh"),
    ("summed_binary_crossentropy", "sigmoid"),
    ("summed_poisson", "exponential"),
    ("summed_poisson", "softplus"),
]


def objective_of(loss: str, activation: str) -> OutputLoss:
    return loss_named(loss).paired_with(activation_named(activation))


def desired_for(loss: str) -> np.ndarray:
    if loss == "categorical_crossentropy":
        return np.array([[0.0, 1.0, 0.0], [0.2, 0.5, 0.3]])
    if loss.endswith("binary_crossentropy"):
        return np.array([[0.0, 1.0, 1.0], [0.3, 0.0, 0.9]])
    return np.array([[0.5, -1.0, 2.0], [0.0, 3.0, 1.0]])


@pytest.mark.parametrize(("loss", "activation"), PAIRS)
def test_delta_is_the_derivative_of_the_error(loss: str, activation: str) -> None:
    output_loss, target = objective_of(loss, activation), desired_for(loss)
    net_input = np.array([[0.3, -1.2, 0.8], [2.0, 0.1, -0.4]])
    delta = output_loss.delta(net_input, target)
    h = 1e-6
    for unit in range(3):
        move = h * np.eye(3)[unit]
        up, down = (
            output_loss.losses(net_input + move, target),
            output_loss.losses(net_input - move, target),
        )
        assert delta[:, unit] == pytest.approx((up - down) / (2 * h), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(("loss", "activation"), PAIRS)
def test_the_formula_gives_the_error(loss: str, activation: str) -> None:
    output_loss, target = objective_of(loss, activation), desired_for(loss)
    net_input = np.array([[0.3, -1.2, 0.8], [2.0, 0.1, -0.4]])
    predicted = output_loss.activation.value(net_input)
    errors = output_loss.losses(net_input, target)
    for row in range(2):
        p = [Symbol("p", float(value)) for value in predicted[row]]
        d = [Symbol("d", float(value)) for value in target[row]]
        assert output_loss.formula(p, d).evaluate() == pytest.approx(errors[row], rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "activation", "right"),
    [
        ("categorical_crossentropy", "sigmoid", "softmax"),
        ("categorical_crossentropy", "identity", "softmax"),
        ("binary_crossentropy", "softmax", "sigmoid"),
        ("binary_crossentropy", "tanh", "sigmoid"),
    ],
)
def test_a_wrong_pair_is_refused_and_the_right_one_named(
    loss: str, activation: str, right: str
) -> None:
    with pytest.raises(ValueError, match=f"needs the output activation '{right}'") as raised:
        objective_of(loss, activation)
    assert repr(default_loss(activation_named(activation)).name) in str(raised.value)


def test_half_and_half_costs_ln_2() -> None:
    # softmax of equal net inputs is (1/2, 1/2): E = −ln ½ = ln 2. One sigmoid at 0 likewise.
    softmax = objective_of("categorical_crossentropy", "softmax")
    assert softmax.losses(np.zeros((1, 2)), np.array([[1.0, 0.0]])).tolist() == [math.log(2)]
    sigmoid = objective_of("binary_crossentropy", "sigmoid")
    assert sigmoid.losses(np.zeros((1, 1)), np.array([[1.0]])).tolist() == [math.log(2)]


def test_nothing_overflows_and_nothing_cancels_far_out() -> None:
    # With net inputs (0, 50): p_1 = 1/(1 + e^50) = e^−50 to all digits; p_2 − 1 = −e^−50.
    softmax = objective_of("categorical_crossentropy", "softmax")
    right = softmax.delta(np.array([[0.0, 50.0]]), np.array([[0.0, 1.0]]))
    assert right[0] == pytest.approx([math.exp(-50), -math.exp(-50)], rel=1e-14)
    # A certain mistake losses as much as it is certain: −ln p_1 = 50 + ln(1 + e^−50) = 50.
    assert softmax.losses(np.array([[0.0, 50.0]]), np.array([[1.0, 0.0]]))[0] == 50
    sigmoid = objective_of("binary_crossentropy", "sigmoid")
    assert sigmoid.delta(np.array([[50.0]]), np.array([[1.0]]))[0, 0] == pytest.approx(
        -math.exp(-50), rel=1e-14
    )
    assert np.isfinite(sigmoid.losses(np.array([[1e4]]), np.array([[0.0]]))).all()


def test_an_unknown_cost_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown loss 'hinge'; known are: ") as raised:
        loss_named("hinge")
    for name in built_in(Loss):
        assert name in str(raised.value)
    loss: Loss = loss_named("mean_squared_error")
    assert loss_named(loss) is loss
