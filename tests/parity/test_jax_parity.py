"""The same maths in JAX: the error, and its gradient by JAX's automatic differentiation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from glassnet.core.array import Array
from glassnet.engine import engine
from glassnet.engine.interface import Steps
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule
from tests.random_networks import Case, random_case

jax = pytest.importorskip(
    "jax", reason="JAX is not installed: pip install 'glassnet[parity]'", exc_type=ImportError
)


@pytest.fixture(autouse=True)
def double_precision() -> None:
    jax.config.update("jax_enable_x64", True)


def jax_activation(activation: Activation) -> Callable[[Any], Any]:
    nn, numbers = jax.nn, activation.hyper_parameters
    functions: dict[str, Callable[[Any], Any]] = {
        "identity": lambda x: x,
        "sigmoid": nn.sigmoid,
        "tanh": nn.tanh,
        "relu": nn.relu,
        "leaky_relu": lambda x: nn.leaky_relu(x, numbers["slope"]),
        "elu": lambda x: nn.elu(x, numbers["alpha"]),
        "selu": nn.selu,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "silu": nn.silu,
        "mish": nn.mish,
        "softplus": nn.softplus,
        "celu": lambda x: nn.celu(x, numbers["alpha"]),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True),
        "softsign": nn.soft_sign,
        "relu6": nn.relu6,
        "hard_tanh": lambda x: jax.numpy.clip(x, numbers["minimum"], numbers["maximum"]),
        "hard_sigmoid": lambda x: jax.numpy.clip(numbers["slope"] * x + numbers["shift"], 0, 1),
        "hard_silu": nn.hard_silu,
        "exponential": jax.numpy.exp,
        "softmax": nn.softmax,
    }
    if activation.name not in functions:
        pytest.skip(f"JAX has no {activation.name}")
    return functions[activation.name]


def jax_cost(loss: Loss, net_input: Any, predicted: Any, targets: Any) -> Any:
    """The error of each example, by the textbook."""
    jnp, numbers, difference = jax.numpy, loss.hyper_parameters, predicted - targets
    match loss.name:
        case "categorical_crossentropy":
            smoothing = numbers["label_smoothing"]
            ideal = (1 - smoothing) * targets + smoothing / targets.shape[1]
            return -(ideal * jax.nn.log_softmax(net_input)).sum(axis=1)
        case "binary_crossentropy" | "summed_binary_crossentropy":
            smoothing = numbers["label_smoothing"]
            ideal = (1 - smoothing) * targets + smoothing / 2
            terms = -ideal * jax.nn.log_sigmoid(net_input)
            terms -= (1 - ideal) * jax.nn.log_sigmoid(-net_input)
        case "log_cosh":
            terms = jnp.log(jnp.cosh(difference))
        case "hinge" | "squared_hinge":
            t = jnp.where(targets == 0, -1, targets)
            terms = jnp.maximum(1 - t * predicted, 0) ** (1 if loss.name == "hinge" else 2)
        case "mean_squared_logarithmic_error":
            both = [jnp.log(jnp.maximum(each, 1e-7) + 1) for each in (predicted, targets)]
            terms = (both[0] - both[1]) ** 2
        case "mean_absolute_percentage_error":
            terms = 100 * jnp.abs(difference) / jnp.maximum(jnp.abs(targets), 1e-7)
        case "mean_squared_error":
            terms = difference**2
        case "half_squared_error":
            terms = difference**2 / 2
        case "mean_absolute_error":
            terms = jnp.abs(difference)
        case "huber":
            size, threshold = jnp.abs(difference), numbers["threshold"]
            line = threshold * (size - threshold / 2)
            terms = jnp.where(size > threshold, line, size**2 / 2)
        case "poisson" | "summed_poisson":
            terms = predicted - targets * jnp.log(predicted)
        case "pinball":
            q = numbers["quantile"]
            terms = jnp.maximum((1 - q) * difference, -q * difference)
        case _:
            terms = jax_terms_of_probabilities(loss, predicted, targets)
    return terms.sum(axis=1) if loss.summed else terms.mean(axis=1)


def jax_terms_of_probabilities(loss: Loss, predicted: Any, targets: Any) -> Any:
    """What each output adds, where Keras keeps probabilities from 0 and 1."""
    jnp, numbers = jax.numpy, loss.hyper_parameters
    match loss.name:
        case "kl_divergence":
            t = jnp.clip(targets, 1e-7, 1)
            terms = t * (jnp.log(t) - jnp.log(jnp.clip(predicted, 1e-7, 1)))
        case "categorical_focal_crossentropy":
            smoothing = numbers["label_smoothing"]
            ideal = (1 - smoothing) * targets + smoothing / targets.shape[1]
            p = jnp.clip(predicted, 1e-7, 1 - 1e-7)
            terms = -numbers["alpha"] * ideal * (1 - p) ** numbers["gamma"] * jnp.log(p)
        case "binary_focal_crossentropy" | "balanced_binary_focal_crossentropy":
            smoothing = numbers["label_smoothing"]
            t = (1 - smoothing) * targets + smoothing / 2
            p = jnp.clip(predicted, 1e-7, 1 - 1e-7)
            right = t * predicted + (1 - t) * (1 - predicted)
            terms = -((1 - right) ** numbers["gamma"])
            terms *= t * jnp.log(p) + (1 - t) * jnp.log(1 - p)
            if (alpha := numbers.get("alpha")) is not None:
                terms *= t * alpha + (1 - t) * (1 - alpha)
        case name:
            pytest.skip(f"{name} is not compared with JAX")
    return terms


def jax_error(case: Case) -> Callable[[Any], Any]:
    """The weighted mean error of a case's examples as a function of the parameter buffer."""
    architecture = case.net.architecture

    def error(parameters: Any) -> Any:
        y = case.x
        for place, layer in zip(architecture.places, architecture.layers, strict=True):
            w = parameters[place.weights].reshape(place.shape)
            net_input = place.multiplier * (y @ w if w.ndim == 2 else y * w)
            if place.biases is not None:
                net_input = net_input + parameters[place.biases]
            y = jax_activation(layer.activation)(net_input)
        errors = jax_cost(case.loss, net_input, y, case.targets)
        return jax.numpy.average(errors, weights=case.sample_weight)

    return error


@pytest.mark.parametrize("seed", range(25))
def test_error_and_gradient_equal_automatic_differentiation(seed: int) -> None:
    case = replace(
        random_case(seed, dtype="float64", widest=20, most_hidden=2, most_rows=40), dropout=None
    )
    value, gradient = jax.value_and_grad(jax_error(case))(case.net.parameters)
    trace = case.trace(engine())
    difference = np.linalg.norm(trace.gradient - np.asarray(gradient))
    assert difference <= 1e-11 * np.linalg.norm(trace.gradient), case
    mean = np.average(trace.losses, weights=case.sample_weight)
    assert mean == pytest.approx(float(value), rel=1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_ten_steps_of_gradient_descent_equal_autograds(seed: int) -> None:
    some = random_case(seed, dtype="float64", widest=20, most_rows=30, plain=True)
    case = replace(some, rule=UpdateRule(SGD(0.05)))
    gradient = jax.jit(jax.grad(jax_error(case)))
    parameters: Array = case.net.parameters
    for _ in range(10):
        parameters = parameters - 0.05 * gradient(parameters)
    training, rows = case.training(), len(case.x)
    order = np.tile(np.arange(rows), 10)
    case.program(engine()).run(training, Steps(order, np.arange(11) * rows, np.full(10, 0.05)))
    assert np.abs(training.parameters - np.asarray(parameters)).max() < 1e-9, case
