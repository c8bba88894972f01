"""The reference engine against central differences, and against numbers worked out by hand."""

import numpy as np
import pytest

from glassnet.core.array import Array
from glassnet.engine.interface import Steps, Training
from glassnet.engine.reference import Reference
from glassnet.network import Network
from glassnet.nn.layers import Dense
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.mean_squared_error import MeanSquaredError
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule
from tests.random_networks import Case, away_from_kinks, random_case

engine = Reference()


def mean_error(case: Case, parameters: Array) -> float:
    _, errors = case.program(engine).evaluate(parameters, case.x, case.targets)
    return float(errors.mean())


def central_differences(case: Case, step: float) -> Array:
    """The gradient by the mean error's values alone, fourth order in the step."""
    parameters = case.net.parameters
    gradient = np.empty_like(parameters)
    for place in range(len(parameters)):

        def moved(by: float, place: int = place) -> float:
            changed = parameters.copy()
            changed[place] += by
            return mean_error(case, changed)

        near = (moved(step) - moved(-step)) / (2 * step)
        far = (moved(2 * step) - moved(-2 * step)) / (4 * step)
        gradient[place] = (4 * near - far) / 3
    return gradient


@pytest.mark.parametrize("seed", range(40))
def test_gradients_equal_central_differences(seed: int) -> None:
    case = away_from_kinks(random_case(seed, dtype="float64", widest=6, most_rows=3), 1e-2)
    if not len(case.x):
        pytest.skip("each example brings a relu near its kink")
    gradient = case.program(engine).trace(case.net.parameters, case.x, case.targets).gradient
    difference = np.linalg.norm(gradient - central_differences(case, 1e-4))
    assert difference <= 1e-6 * np.linalg.norm(gradient) + 1e-12, case


def test_one_step_worked_out_by_hand() -> None:
    # One input 2, one sigmoid output, w = 0, b = 0, target 1, squared error:
    # in = 0, y = 1/2, E = (1/2 - 1)^2 = 1/4, dE/dy = 2 (1/2 - 1) = -1, g' = 1/2 · 1/2 = 1/4,
    # δ = -1/4, dE/dw = δ · 2 = -1/2, dE/db = -1/4. With α = 1: w = 1/2, b = 1/4.
    net = Network([1, Dense(1, "sigmoid")], dtype="float64")
    net.weights[0] = [[0.0]]
    program = engine.compile(net.architecture, MeanSquaredError())
    x, targets = np.array([[2.0]]), np.array([[1.0]])
    trace = program.trace(net.parameters, x, targets)
    assert trace.predicted.tolist() == [[0.5]]
    assert trace.losses.tolist() == [0.25]
    assert trace.deltas[0].tolist() == [[-0.25]]
    assert trace.gradient.tolist() == [-0.5, -0.25]
    training = Training(UpdateRule(SGD(1.0)), net.parameters, x, targets)
    steps = Steps(np.array([0]), np.array([0, 1]), np.array([1.0]))
    assert program.run(training, steps).tolist() == [0.25]
    assert net.parameters.tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("loss", "output"), [(CategoricalCrossentropy(), "softmax"), (MeanSquaredError(), "softmax")]
)
def test_a_batch_of_equal_examples_has_the_gradient_of_one(loss: Loss, output: str) -> None:
    net = Network([3, Dense(4, "tanh"), Dense(2, output)], dtype="float64", seed=1)
    program = engine.compile(net.architecture, loss)
    x, targets = np.array([[0.3, -1.0, 2.0]]), np.array([[0.0, 1.0]])
    one = program.trace(net.parameters, x, targets)
    many = program.trace(net.parameters, x.repeat(5, axis=0), targets.repeat(5, axis=0))
    assert np.allclose(many.gradient, one.gradient, rtol=1e-14, atol=0)
