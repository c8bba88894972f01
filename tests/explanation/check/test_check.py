"""The independent check: it agrees with right gradients and fails on wrong ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from glassnet.core.array import Array
from glassnet.engine import DropoutMasks
from glassnet.explanation.check.arithmetic import FiftyDigits, Floating
from glassnet.explanation.check.check import check_gradient
from glassnet.explanation.check.textbook_network import BatchFunction
from glassnet.explanation.places import WeightPlace, index_of, place_at
from glassnet.explanation.step import Batch, Step, take_step
from glassnet.network import Network
from glassnet.nn.layers import Dense, Scale
from tests.random_networks import random_case


def step_of(seed: int, widest: int = 8, dtype: str = "float64", most_rows: int = 1) -> Step:
    case = random_case(seed, dtype=dtype, widest=widest, most_rows=most_rows)
    masks = DropoutMasks(case.dropout, seed=seed, step=3) if case.dropout else None
    batch = Batch(case.x, case.targets, case.sample_weight, masks)
    net = case.net
    return take_step(net.program(case.loss), net.parameters, batch, None)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_gradients_pass(seed: int, dtype: str) -> None:
    check = check_gradient(step_of(seed, dtype=dtype))
    assert check.passed, check
    assert len(check.pairs) == check.weights
    assert check.arithmetic == "50-digit arithmetic"


@pytest.mark.parametrize("seed", range(20))
def test_right_gradients_of_a_batch_pass(seed: int) -> None:
    check = check_gradient(step_of(seed, widest=4, most_rows=5))
    assert check.passed, check
    assert len(check.pairs) == check.weights


@pytest.mark.parametrize("seed", range(4))
def test_large_networks_are_checked_in_wide_arithmetic(seed: int) -> None:
    net = Network(
        [60, 90, 10], hidden=("relu", "tanh")[seed % 2], output="softmax", dtype="float64"
    )
    random = np.random.default_rng(seed)
    x, target = random.normal(size=(1, 60)), np.eye(10)[[seed]]
    wanted = WeightPlace(1, 3, 5)
    step = take_step(net.program(), net.parameters, Batch(x, target), None)
    check = check_gradient(step, [wanted])
    assert "floating point" in check.arithmetic
    assert check.passed, check
    assert wanted in {pair.place for pair in check.pairs}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("digits", [Floating(np.float64), FiftyDigits()])
def test_losses_of_moved_weights_are_those_of_the_whole_network(seed: int, digits: Any) -> None:
    step = step_of(seed, widest=4, most_rows=3)
    function = BatchFunction(step, digits, step.parameters)
    count = step.architecture.parameter_count
    some = np.unique(np.random.default_rng(seed).integers(count, size=9))
    moves = np.linspace(-0.3, 0.7, len(some))
    places = [place_at(step.architecture, int(index)) for index in some]
    losses, _ = function.losses(places, digits.number(moves))
    for index, move, loss in zip(some, moves, losses, strict=True):
        moved = step.parameters.copy()
        moved[index] += move
        whole = BatchFunction(step, digits, moved).loss
        assert float(loss) == pytest.approx(float(whole), rel=1e-12, abs=1e-12)


def test_a_deep_network_is_checked_in_every_layer() -> None:
    layers = [Dense(2, "tanh") for _ in range(600)]
    net = Network([2, *layers], dtype="float64", seed=1)
    step = take_step(net.program(), net.parameters, Batch(np.ones((1, 2)), np.ones((1, 2))), None)
    always = [WeightPlace(layer, 0, 1) for layer in range(1, 601)]
    check = check_gradient(step, always)
    assert check.passed, check
    assert set(always) <= {pair.place for pair in check.pairs}
    assert 600 <= len(check.pairs) < check.weights


def test_places_and_indices_belong_together() -> None:
    layers = Dense(3, "tanh", bias=False), Scale("tanh"), Dense(1, "tanh")
    architecture = Network([2, *layers]).architecture
    places = [place_at(architecture, index) for index in range(architecture.parameter_count)]
    assert places[5] == WeightPlace(1, 1, 2)
    assert places[6:9] == [WeightPlace(2, unit, unit) for unit in range(3)]
    assert places[-1] == WeightPlace(3, None, 0)
    assert [index_of(architecture, place) for place in places] == list(range(len(places)))
    for outside in (-1, len(places)):
        with pytest.raises(IndexError):
            place_at(architecture, outside)


MUTATIONS: dict[str, Callable[[Array], Array]] = {
    "a factor forgotten": lambda g: g * 2,
    "a sign": lambda g: -g,
    "an index swapped": lambda g: np.concatenate([g[1:], g[:1]]),
    "one weight wrong": lambda g: g + 1e-4 * np.abs(g).max() * (np.arange(len(g)) == 0),
    "not a number": lambda g: g * np.nan,
    "everything zero": np.zeros_like,
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_wrong_gradients_fail(name: str) -> None:
    net = Network([3, 4, 2], hidden="tanh", output="softmax", dtype="float64", seed=2)
    x, target = np.array([[0.5, -1.0, 2.0]]), np.array([[1.0, 0.0]])
    step = take_step(net.program(), net.parameters, Batch(x, target), None)
    wrong = replace(step, gradient=MUTATIONS[name](step.gradient))
    check = check_gradient(wrong)
    assert not check.passed
    assert "DO NOT AGREE" in str(check)


def test_at_a_kink_any_value_between_the_one_sided_derivatives_is_right() -> None:
    # in = 0 · 1 + 0 = 0: the error falls to the right with slope −2 · w2 and is flat to the left.
    net = Network([1, Dense(1, "relu"), Dense(1, "identity")], dtype="float64")
    net.weights = [[[0.0]], [[1.0]]]
    x, target = np.array([[1.0]]), np.array([[1.0]])
    step = take_step(net.program(), net.parameters, Batch(x, target), None)
    place = index_of(net.architecture, WeightPlace(1, 0, 0))
    for value, right in ((0.0, True), (-1.0, True), (-2.0, True), (-2.1, False), (0.1, False)):
        gradient = step.gradient.copy()
        gradient[place] = value
        check = check_gradient(replace(step, gradient=gradient))
        pair = next(pair for pair in check.pairs if pair.place == WeightPlace(1, 0, 0))
        assert pair.at_kink
        assert (pair.difference < 1e-8) is right
    assert "at a kink" in str(check)


def test_a_saturated_network_in_float32_still_passes() -> None:
    net = Network([2, 3, 2], hidden="sigmoid", output="softmax", seed=0)
    net.parameters *= 30
    x, target = np.array([[1.0, -2.0]], dtype=np.float32), np.eye(2, dtype=np.float32)[[0]]
    step = take_step(net.program(), net.parameters, Batch(x, target), None)
    assert check_gradient(step).passed


def test_every_place_has_an_index_and_back() -> None:
    architecture = random_case(3, widest=6).net.architecture
    for index in range(architecture.parameter_count):
        assert index_of(architecture, place_at(architecture, index)) == index


def test_arithmetic_has_the_digits_that_it_promises() -> None:
    decimal, wide = FiftyDigits(), Floating(np.longdouble)
    one = np.array([1.0])
    e = str(decimal.functions["exp"](decimal.number(one))[0])
    assert e.startswith("2.71828182845904523536028747135266249775724709")
    assert abs(float(wide.functions["log1p"](wide.number(one))[0]) - np.log(2)) < 1e-16


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("depth", [30, 45, 120])
def test_gradients_that_fade_in_deep_networks_are_no_disagreement(depth: int, dtype: str) -> None:
    units = [2] * (depth + 2)
    net = Network(units, hidden="sigmoid", output="softmax", dtype=dtype, seed=0)
    x, target = np.array([[1, 0]], dtype=dtype), np.array([[0, 1]], dtype=dtype)
    batch = Batch(x, target)
    check = check_gradient(take_step(net.program(), net.parameters, batch, None))
    assert check.passed, check
    assert check.compared
