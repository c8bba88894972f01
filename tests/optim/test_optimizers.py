"""Optimizers: steps worked out by hand, and formulas that give the same step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.formula.tree import Symbol
from glassnet.optim.adam import Adam, AdamW
from glassnet.optim.adam_epsilon_hat import AdamEpsilonHat
from glassnet.optim.momentum import Momentum, Nesterov
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.optim.rmsprop import RMSprop
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import ParameterGroup, StepInfo, UpdateRule
from tests.random_networks import PENALTIES, random_record


def optimizer_of(seed: int) -> Optimizer:
    return random_record(np.random.default_rng(seed), Optimizer)


def test_gradient_descent_by_hand() -> None:
    # w = 1, g = 2, α = 0.25: w = 1 − 0.25 · 2 = 0.5.
    w = np.array([1.0])
    SGD(0.25).step(w, np.zeros((0, 1)), np.array([2.0]), 1, 0.25)
    assert w.tolist() == [0.5]


def test_momentum_by_hand() -> None:
    # μ = 0.5, α = 0.25, g = 2 twice: v = −0.5, w = 1 − 0.5 = 0.5;
    # then v = 0.5 · (−0.5) − 0.5 = −0.75, w = 0.5 − 0.75 = −0.25.
    w, state, g = np.array([1.0]), np.zeros((1, 1)), np.array([2.0])
    for number in (1, 2):
        Momentum(0.25, 0.5).step(w, state, g, number, 0.25)
    assert w.tolist() == [-0.25]
    assert state.tolist() == [[-0.75]]


def test_adams_first_step_is_the_learning_rate_in_the_gradients_direction() -> None:
    # m = 0.1 g, v = 0.001 g²; corrected m̂ = g, v̂ = g²; so the step is α g / (|g| + ε).
    w, state = np.array([1.0, 1.0]), np.zeros((2, 2))
    Adam(0.01).step(w, state, np.array([5.0, -0.002]), 1, 0.01)
    assert w == pytest.approx([0.99, 1.01], abs=1e-7)


def test_adam_with_epsilon_hat_by_hand() -> None:
    # β₁ = 0.5, β₂ = 0.75, ε̂ = 1, α = 0.5, g = 2: m = 0.5 · 2 = 1, v = 0.25 · 4 = 1,
    # α₁ = 0.5 √0.25 / 0.5 = 0.5, w = 3 − 0.5 · 1 / (√1 + 1) = 2.75.
    w, state = np.array([3.0]), np.zeros((2, 1))
    AdamEpsilonHat(0.5, 0.5, 0.75, 1.0).step(w, state, np.array([2.0]), 1, 0.5)
    assert w.tolist() == [2.75]
    assert state.tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("number", [1, 2, 1000])
def test_epsilon_hat_is_an_epsilon_that_falls(number: int) -> None:
    # √v̂ + ε = (√v + ε √(1 − β₂ᵏ)) / √(1 − β₂ᵏ): the same step with ε̂ = ε √(1 − β₂ᵏ).
    gradient = np.array([1e-8, -3e-6, 0.5])
    falling = 1e-6 / np.sqrt(1 - 0.999**number)
    steps = []
    for rule in (AdamEpsilonHat(0.1, epsilon=1e-6), Adam(0.1, epsilon=falling)):
        w, state = np.zeros(3), np.zeros((2, 3))
        rule.step(w, state, gradient, number, 0.1)
        steps.append(w)
    assert steps[0] == pytest.approx(steps[1], rel=1e-12)


def test_nesterov_by_hand() -> None:
    # μ = 0.5, α = 0.25, g = 2: v = −0.5, w = 1 + 0.5 · (−0.5) − 0.5 = 0.25;
    # then v = 0.5 · (−0.5) − 0.5 = −0.75, w = 0.25 + 0.5 · (−0.75) − 0.5 = −0.625.
    w, state, g = np.array([1.0]), np.zeros((1, 1)), np.array([2.0])
    for number in (1, 2):
        Nesterov(0.25, 0.5).step(w, state, g, number, 0.25)
    assert w.tolist() == [-0.625]
    assert state.tolist() == [[-0.75]]


def test_rmsprop_by_hand() -> None:
    # ρ = 0.75, α = 0.5, g = 2: s = 0.25 · 4 = 1, w = 3 − 0.5 · 2 / 1 = 2 (ε = 2^−60 is lost).
    w, state = np.array([3.0]), np.zeros((1, 1))
    RMSprop(0.5, 0.75, 2.0**-60).step(w, state, np.array([2.0]), 1, 0.5)
    assert w.tolist() == [2.0]
    assert state.tolist() == [[1.0]]


def test_adamw_shrinks_the_weight_beside_the_gradient() -> None:
    # Without a gradient only the decay is left: w = 2 (1 − 0.5 · 0.25) = 1.75.
    w, state = np.array([2.0]), np.zeros((2, 1))
    everything = [ParameterGroup(slice(0, 1), rate=1.0, biases=True)]
    rule = UpdateRule(AdamW(0.5, weight_decay=0.25))
    rule.step(w, state, np.array([0.0]), everything, StepInfo(1, 0.5))
    assert w.tolist() == [1.75]


def test_small_state_becomes_zero() -> None:
    w, state = np.array([0.0]), np.array([[2.0**-100]])
    Momentum(0.1, 0.5).step(w, state, np.array([0.0]), 1, 0.1)
    assert state.tolist() == [[0.0]]


@given(
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.integers(0, 10_000).map(optimizer_of),
    st.integers(1, 5),
    st.sets(st.sampled_from(PENALTIES)),
    st.booleans(),
    st.sampled_from([None, 0.5]),
)
def test_the_formulas_give_the_step(
    weight: float,
    gradient: float,
    optimizer: Optimizer,
    number: int,
    penalties: set[Penalty],
    biases: bool,
    clip_norm: float | None,
) -> None:
    rule = UpdateRule(optimizer, tuple(penalties), clip_norm)
    random = np.random.default_rng(number)
    state = np.abs(random.normal(size=(len(optimizer.state_names), 1)))
    symbols = [
        Symbol(name, float(value[0]))
        for name, value in zip(optimizer.state_names, state, strict=True)
    ]
    w, g, rate = np.array([weight]), np.array([gradient]), optimizer.learning_rate
    info = StepInfo(number, rate, batch_weight=4)
    named = rule.formulas(
        Symbol("w", weight),
        Symbol("∂E/∂w", gradient),
        symbols,
        Symbol("α", rate),
        info,
        biases=biases,
        clip_factor=rule.clip_factor(g),
    )
    everything = [ParameterGroup(slice(0, 1), rate=1.0, biases=biases)]
    rule.step(w, state, g, everything, info)
    by_name = {name: formula.evaluate() for name, formula in named}
    assert by_name["w"] == pytest.approx(w[0], rel=1e-12, abs=1e-12)
    for name, value in zip(optimizer.state_names, state, strict=True):
        assert by_name[name] == pytest.approx(value[0], rel=1e-12, abs=1e-29)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "learning_rate must be above 0 and finite, not 0"),
        (lambda: SGD(float("nan")), "learning_rate must be above 0 and finite, not nan"),
        (lambda: Momentum(0.1, 1.1), "momentum must be from 0 to 1, not 1.1"),
        (lambda: Adam(beta1=-0.1), "beta1 must be from 0 to below 1"),
        (lambda: Adam(beta2=1.0), "beta2 must be from 0 to below 1"),
        (lambda: Adam(epsilon=0), "epsilon must be above 0"),
    ],
)
def test_impossible_settings_are_refused(make: type, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
