"""The same maths in another framework: gradients and training steps equal JAX's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.engine import engine
from glassnet.engine.interface import Steps, Training
from glassnet.structure.activation import Array
from tests.networks import Case, random_case

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install 'glassnet[parity]'")


@pytest.fixture(autouse=True)
def double_precision() -> Any:
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


def jax_error(case: Case) -> Callable[[Any, Array, Array], Any]:
    """The network's mean error as a JAX function of the parameter buffer."""
    nn, jnp = jax.nn, jax.numpy
    activations = {
        "identity": lambda x: x,
        "sigmoid": nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": nn.relu,
        "softmax": nn.softmax,
    }
    costs = {
        "categorical_crossentropy": lambda p, d: -(d * jnp.log(p)).sum(axis=1),
        "binary_crossentropy": lambda p, d: (
            -(d * jnp.log(p) + (1 - d) * jnp.log(1 - p)).mean(axis=1)
        ),
        "mean_squared_error": lambda p, d: ((p - d) ** 2).mean(axis=1),
    }
    architecture = case.net.architecture

    def error(parameters: Any, x: Array, desired: Array) -> Any:
        y = x
        for layer, place in zip(architecture.layers, architecture.places, strict=True):
            weights = parameters[place.weights].reshape(place.from_units, place.to_units)
            y = y @ weights
            if place.biases is not None:
                y = y + parameters[place.biases]
            y = activations[layer.activation.name](y)
        return costs[case.objective.cost.name](y, desired).mean()

    return error


@pytest.mark.parametrize("seed", range(12))
def test_gradients_equal_autograd(seed: int) -> None:
    case = random_case(seed, dtype="float64", widest=40, most_rows=60)
    value, gradient = jax.value_and_grad(jax_error(case))(case.net.parameters, case.x, case.desired)
    trace = engine().trace(
        case.net.architecture, case.objective, case.net.parameters, case.x, case.desired
    )
    difference = np.linalg.norm(trace.gradient - np.asarray(gradient))
    assert difference <= 1e-11 * np.linalg.norm(trace.gradient), case
    assert trace.errors.mean() == pytest.approx(float(value), rel=1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_ten_steps_of_gradient_descent_equal_autograds(seed: int) -> None:
    from dataclasses import replace

    from glassnet.update.optimizer import SGD

    case = replace(random_case(seed, dtype="float64", widest=20, most_rows=30), optimizer=SGD(0.05))
    gradient = jax.jit(jax.grad(jax_error(case)))
    parameters = case.net.parameters
    for _ in range(10):
        parameters = parameters - 0.05 * gradient(parameters, case.x, case.desired)
    rows = len(case.x)
    training = Training(
        case.net.architecture,
        case.objective,
        case.optimizer,
        case.net.parameters.copy(),
        case.x,
        case.desired,
    )
    order = np.tile(np.arange(rows), 10)
    engine().run(training, Steps(order, np.arange(11) * rows, np.full(10, 0.05)))
    assert np.abs(training.parameters - np.asarray(parameters)).max() < 1e-9, case
