"""Layers, initial weights, and the one buffer with its views."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.core.random import Purpose, uniform
from glassnet.nn.activations.relu import Relu
from glassnet.nn.activations.tanh import Tanh
from glassnet.nn.architecture import Architecture
from glassnet.nn.initialisers import FromArray, Glorot, He, Initialiser, LeCun, default_initialiser
from glassnet.nn.layers import Dense, Scale
from glassnet.nn.parameters import ParameterViews


def first_weights(
    initialiser: Initialiser, from_units: int, to_units: int, seed: int, layer: int = 1
) -> np.ndarray:
    weights = np.empty((from_units, to_units))
    initialiser.fill(weights, seed, layer)
    return weights


@pytest.mark.parametrize(
    ("initialiser", "variance"), [(Glorot(), 2 / 500), (He(), 2 / 300), (LeCun(), 1 / 300)]
)
def test_initial_weights_have_their_variance(
    initialiser: Glorot | He | LeCun, variance: float
) -> None:
    weights = first_weights(initialiser, 300, 200, seed=4)
    # 60,000 uniform numbers: their variance is known to about 0.4 %.
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 5 * np.sqrt(variance / weights.size)


def test_initial_weights_are_a_function_of_seed_and_layer() -> None:
    weights = [first_weights(Glorot(), 3, 2, seed, layer) for seed in (1, 2) for layer in (1, 2)]
    assert len({array.tobytes() for array in weights}) == 4
    assert np.array_equal(weights[0], first_weights(Glorot(), 3, 2, 1, 1))


def test_a_large_layer_is_drawn_piece_by_piece_as_a_whole() -> None:
    # More weights than are drawn at once; the limit is √(6 / (1100 + 1000)).
    weights = first_weights(Glorot(), 1100, 1000, seed=3)
    numbers = uniform(3, Purpose.WEIGHTS, 1, 1_100_000)
    assert np.array_equal(weights.reshape(-1), (2 * numbers - 1) * np.sqrt(6 / 2100))


def test_relu_starts_from_he_and_others_from_glorot() -> None:
    assert default_initialiser(Relu()) == He()
    assert default_initialiser(Tanh()) == Glorot()


def test_given_weights_must_fit() -> None:
    with pytest.raises(ValueError, match=r"layer 2 have shape \(1, 2\); expected \(3, 2\)"):
        FromArray([[1, 2]]).fill(np.zeros((3, 2)), seed=0, layer=2)


@pytest.mark.parametrize(
    ("units", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError)]
)
def test_units_are_whole_numbers_above_0(units: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        Dense(units, "tanh")


def test_an_unknown_initialiser_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown initialiser 'zeros'; known are: glorot, he"):
        Dense(2, "tanh", initial="zeros")


def test_parameters_stand_layer_by_layer_without_gaps() -> None:
    architecture = Architecture.of(2, [Dense(3, "tanh"), Dense(2, "tanh", bias=False)])
    assert architecture.parameter_count == 2 * 3 + 3 + 3 * 2
    buffer = np.arange(15.0)
    first, second = architecture.weights(buffer)
    assert first.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert second.tolist() == [[9, 10], [11, 12], [13, 14]]
    first_biases, second_biases = architecture.biases(buffer)
    assert first_biases is not None
    assert first_biases.tolist() == [6, 7, 8]
    assert second_biases is None
    first[0, 0] = 100
    assert buffer[0] == 100


def test_setting_checks_everything_before_it_changes_anything() -> None:
    buffer = np.zeros(6)
    views = ParameterViews("weights", [buffer[:2].reshape(1, 2), buffer[2:].reshape(2, 2)])
    with pytest.raises(ValueError, match=r"weights of layer 2 have shape \(2, 2\), not \(1, 2\)"):
        views.set_all([[[1, 2]], [[3, 4]]])
    assert not buffer.any()
    views.set_all([[[1, 2]], [[3, 4], [5, 6]]])
    assert buffer.tolist() == [1, 2, 3, 4, 5, 6]
    with pytest.raises(ValueError, match="finite"):
        views[0] = [[1, np.nan]]
    with pytest.raises(TypeError, match="must be numbers"):
        views[0] = [["a", "b"]]
    with pytest.raises(ValueError, match="of 2 layers, not 1"):
        views.set_all([[[1, 2]]])


def test_a_transposed_matrix_is_refused_with_the_hint() -> None:
    buffer = np.zeros(10)
    views = ParameterViews("weights", [buffer[:6].reshape(2, 3), buffer[6:].reshape(2, 2)])
    hint = r"W has shape \(from, to\).* the matrix given is its transpose: give np.transpose of it"
    with pytest.raises(ValueError, match=rf"layer 1 have shape \(2, 3\), not \(3, 2\): {hint}"):
        views[0] = [[1, 4], [2, 5], [3, 6]]
    assert not buffer.any()
    views[0] = np.transpose([[1, 4], [2, 5], [3, 6]])
    assert buffer[:6].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("values", [[[1, 2, 3]], [1, 2, 3, 4], [[1, 2], [3, 4], [5, 6]]])
def test_another_shape_is_not_taken_for_a_transpose(values: list[Any]) -> None:
    views = ParameterViews("weights", [np.zeros((2, 2))])
    with pytest.raises(ValueError, match=r"have shape \(2, 2\), not \([\d, ]+\)$"):
        views[0] = values


def test_weights_are_a_list_that_sets_the_network() -> None:
    buffer = np.arange(6.0)
    views: Any = ParameterViews("weights", [buffer[:2].reshape(1, 2), buffer[2:].reshape(2, 2)])
    assert isinstance(views, list)
    others = [np.zeros(3)]
    assert sum(w.size for w in views + others) == 9
    for plain in (views.copy(), views[:], copy.copy(views), list(views)):
        assert type(plain) is list
        plain.append(None)
        assert plain[0] is views[0]
    for deep in (copy.deepcopy(views), pickle.loads(pickle.dumps(views))):  # noqa: S301 - our own
        deep[0][...] = 100
    assert buffer.tolist() == [0, 1, 2, 3, 4, 5]
    views[-1] = np.full((2, 2), 7)
    assert buffer.tolist() == [0, 1, 7, 7, 7, 7]
    views[:1] = [[[8, 9]]]
    views[1][0] += 1
    assert buffer.tolist() == [8, 9, 8, 8, 7, 7]
    views[::-1] = [np.ones((2, 2)), [[2, 3]]]
    assert buffer.tolist() == [2, 3, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="weights of 2 layers, not 1"):
        views[:] = [[[0, 0]]]
    with pytest.raises(IndexError):
        views[2] = [[1]]
    assert buffer.tolist() == [2, 3, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda views: views.append(None),
        lambda views: views.extend([None]),
        lambda views: views.insert(0, None),
        lambda views: views.pop(),
        lambda views: views.remove(None),
        lambda views: views.clear(),
        lambda views: views.sort(),
        lambda views: views.reverse(),
        lambda views: views.__iadd__([None]),
        lambda views: views.__imul__(2),
        lambda views: views.__delitem__(0),
    ],
)
def test_the_number_of_layers_stays(change: Callable[[ParameterViews], None]) -> None:
    views = ParameterViews("biases", [None, np.zeros(2)])
    with pytest.raises(TypeError, match="the network keeps its 2 layers; set the biases of one"):
        change(views)
    assert len(views) == 2


def test_a_scale_layer_has_one_weight_for_each_unit_before() -> None:
    architecture = Architecture.of(3, [Scale(bias=True), Dense(2, "tanh")])
    assert architecture.units == (3, 3, 2)
    assert architecture.parameter_count == 3 + 3 + 3 * 2 + 2
    (scale, dense), buffer = architecture.weights(np.arange(14.0)), np.arange(14.0)
    assert scale.tolist() == [0, 1, 2]
    assert dense.shape == (3, 2)
    start = architecture.initial_parameters(0, np.dtype("float64"))
    assert start[:6].tolist() == [1, 1, 1, 0, 0, 0]
    assert len(buffer) == architecture.parameter_count


def test_the_start_of_a_network_is_the_same_function_with_and_without_a_multiplier() -> None:
    # 1 / √16 = 1/4, so the weights are 4 times as large, and the weighted sum the same.
    plain = Architecture.of(16, [Dense(3, "tanh")])
    ntk = Architecture.of(16, [Dense(3, "tanh", multiplier="ntk")])
    first, second = (a.initial_parameters(5, np.dtype("float64")) for a in (plain, ntk))
    assert ntk.places[0].multiplier == 0.25
    assert np.array_equal(4 * first, second)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"multiplier": "kaiming"}, "a multiplier must be a number or 'ntk', not 'kaiming'"),
        ({"multiplier": 0}, "multiplier must be above 0 and finite, not 0"),
        ({"weight_rate": -1}, "weight_rate must be at least 0 and finite, not -1"),
        ({"bias_rate": float("nan")}, "bias_rate must be at least 0 and finite, not nan"),
    ],
)
def test_impossible_factors_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dense(2, "tanh", **options)  # type: ignore[arg-type]
