"""Losses, and the pairs of output activation and loss."""

import math
import re

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
    ("kl_divergence", "softmax"),
    ("categorical_focal_crossentropy", "softmax"),
    ("binary_focal_crossentropy", "sigmoid"),
    ("balanced_binary_focal_crossentropy", "sigmoid"),
    ("hinge", "identity"),
    ("hinge", "tanh"),
    ("squared_hinge", "identity"),
    ("log_cosh", "identity"),
    ("log_cosh", "relu"),
    ("mean_squared_logarithmic_error", "softplus"),
    ("mean_squared_logarithmic_error", "hard_sigmoid"),
    ("mean_absolute_percentage_error", "identity"),
]


def objective_of(loss: str, activation: str) -> OutputLoss:
    return loss_named(loss).paired_with(activation_named(activation))


def desired_for(loss: str) -> np.ndarray:
    if loss in ("categorical_crossentropy", "kl_divergence", "categorical_focal_crossentropy"):
        return np.array([[0.0, 1.0, 0.0], [0.2, 0.5, 0.3]])
    if loss == "mean_absolute_percentage_error":  # a target of 0 leaves no digits
        return np.array([[0.5, -1.0, 2.0], [4.0, 3.0, 1.0]])
    if "binary" in loss:
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
        ("kl_divergence", "sigmoid", "softmax"),
        ("categorical_focal_crossentropy", "identity", "softmax"),
        ("binary_focal_crossentropy", "softmax", "sigmoid"),
        ("hinge", "sigmoid", "identity"),
        ("squared_hinge", "softmax", "identity"),
        ("hinge", "relu", "identity"),
        ("mean_squared_logarithmic_error", "identity", "relu"),
        ("mean_squared_logarithmic_error", "hard_tanh", "relu"),
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


@pytest.mark.parametrize(
    ("loss", "activation", "net_input", "target", "error"),
    [
        # (ln 2 − ln 4)² = ln² 2
        ("mean_squared_logarithmic_error", "relu", 1.0, 3.0, math.log(2) ** 2),
        # A negative target counts as 1e-7: (ln 2)² again, as ln(1 + 1e-7) is nearly 0.
        ("mean_squared_logarithmic_error", "relu", 1.0, -3.0, math.log(2 / (1 + 1e-7)) ** 2),
        ("mean_absolute_percentage_error", "identity", 3.0, -2.0, 250.0),
        ("log_cosh", "identity", 100.0, 0.0, 100 - math.log(2)),
        ("log_cosh", "identity", 1e-4, 0.0, 5e-9),  # d²/2 − d⁴/12
        ("hinge", "identity", 0.25, 1.0, 0.75),
        ("hinge", "identity", 0.25, 0.0, 1.25),  # 0 is the class −1
        ("squared_hinge", "identity", 0.5, -1.0, 2.25),
        # p = ½ and γ = 2: ¼ ln 2, of a target of 1 and of 0 alike
        ("binary_focal_crossentropy", "sigmoid", 0.0, 1.0, math.log(2) / 4),
        ("binary_focal_crossentropy", "sigmoid", 0.0, 0.0, math.log(2) / 4),
        # a target of 1 counts α = ¼, one of 0 counts ¾
        ("balanced_binary_focal_crossentropy", "sigmoid", 0.0, 1.0, math.log(2) / 16),
        ("balanced_binary_focal_crossentropy", "sigmoid", 0.0, 0.0, math.log(2) * 3 / 16),
    ],
)
def test_the_error_of_one_output(
    loss: str, activation: str, net_input: float, target: float, error: float
) -> None:
    computed = objective_of(loss, activation).losses(np.array([[net_input]]), np.array([[target]]))
    assert computed[0] == pytest.approx(error, rel=1e-8)


def test_losses_of_probabilities_by_hand() -> None:
    # p = (½, ½), t = (¼, ¾): ¼ ln ½ + ¾ ln 3/2
    divergence = objective_of("kl_divergence", "softmax")
    computed = divergence.losses(np.zeros((1, 2)), np.array([[0.25, 0.75]]))
    assert computed[0] == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    # −α (1 − p)^γ ln p = ¼ · ¼ ln 2
    focal = objective_of("categorical_focal_crossentropy", "softmax")
    assert focal.losses(np.zeros((1, 2)), np.array([[0.0, 1.0]]))[0] == pytest.approx(
        math.log(2) / 16
    )


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        ("binary_focal_crossentropy", "sigmoid"),
        ("categorical_focal_crossentropy", "softmax"),
        ("kl_divergence", "softmax"),
    ],
)
def test_nothing_cancels_in_32_bits_where_the_network_is_nearly_right(
    loss: str, activation: str
) -> None:
    net_input, target = np.array([[-5.0, 7.5]]), np.array([[0.0, 1.0]])
    output_loss = objective_of(loss, activation)
    narrow = output_loss.delta(net_input.astype(np.float32), target.astype(np.float32))
    assert narrow[0] == pytest.approx(output_loss.delta(net_input, target)[0], rel=3e-6)


def test_an_unknown_cost_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown loss 'triplet'; known are: ") as raised:
        loss_named("triplet")
    for name in built_in(Loss):
        assert name in str(raised.value)
    assert "Did you mean" not in str(raised.value)
    likely = "Did you mean 'binary_crossentropy' or 'categorical_crossentropy'?"
    with pytest.raises(ValueError, match=re.escape(likely)):
        loss_named("crossentropy")
    loss: Loss = loss_named("mean_squared_error")
    assert loss_named(loss) is loss
