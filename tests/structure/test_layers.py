"""Layers, initial weights, and the one buffer with its views."""

import numpy as np
import pytest

from glassnet.structure.activation import Relu, Tanh
from glassnet.structure.architecture import Architecture
from glassnet.structure.initialiser import Given, Glorot, He, LeCun, default_initialiser
from glassnet.structure.layer import Dense
from glassnet.structure.parameters import ParameterViews


@pytest.mark.parametrize(
    ("initialiser", "variance"), [(Glorot(), 2 / 500), (He(), 2 / 300), (LeCun(), 1 / 300)]
)
def test_initial_weights_have_their_variance(
    initialiser: Glorot | He | LeCun, variance: float
) -> None:
    weights = initialiser.weights(300, 200, seed=4, layer=1)
    assert weights.shape == (300, 200)
    # 60,000 uniform numbers: their variance is known to about 0.4 %.
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 5 * np.sqrt(variance / weights.size)


def test_initial_weights_are_a_function_of_seed_and_layer() -> None:
    weights = [Glorot().weights(3, 2, seed, layer) for seed in (1, 2) for layer in (1, 2)]
    assert len({array.tobytes() for array in weights}) == 4
    assert np.array_equal(weights[0], Glorot().weights(3, 2, 1, 1))


def test_relu_starts_from_he_and_others_from_glorot() -> None:
    assert default_initialiser(Relu()) == He()
    assert default_initialiser(Tanh()) == Glorot()


def test_given_weights_must_fit() -> None:
    with pytest.raises(ValueError, match=r"layer 2 have shape \(1, 2\); expected .* \(3, 2\)"):
        Given([[1, 2]]).weights(3, 2, seed=0, layer=2)


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
