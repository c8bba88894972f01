"""The native engine: an adapter to the compiled kernels."""

from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.engine import _kernels
from glassnet.engine.interface import Engine, Steps, Trace, Training
from glassnet.errors import LimitError
from glassnet.structure.activation import Array
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import Objective, default_cost
from glassnet.update.optimizer import SGD, Adam, Momentum, Optimizer

__all__ = ["Native"]

# The order of these names is the order in kernels/network.h.
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "softmax")
COSTS = ("categorical_crossentropy", "binary_crossentropy", "mean_squared_error")
RULES: tuple[type[Optimizer], ...] = (SGD, Momentum, Adam)

# Below so many multiply-adds a step (or a prediction) a second thread costs more than it brings.
WORTH_A_THREAD = 2_000_000


class Native(Engine):
    """The compiled kernels of one instruction set, on at most `threads` threads."""

    name = "native"

    def __init__(self, instruction_set: str, threads: int) -> None:
        self.instruction_set = instruction_set
        self.threads = threads

    def predict(
        self, architecture: Architecture, parameters: Array, x: Array, threads: int | None = None
    ) -> Array:
        """Return y(L)."""
        program = self._program(architecture, None)
        predicted = np.empty((len(x), architecture.outputs), dtype=x.dtype)
        no_costs = np.empty(0)
        team = self._team(threads, len(x) * architecture.parameter_count)
        _kernels.predict(program, parameters, x, None, predicted, no_costs, team)
        return predicted

    def evaluate(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
        threads: int | None = None,
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return y(L) and E of each example."""
        program = self._program(architecture, objective)
        predicted = np.empty((len(x), architecture.outputs), dtype=x.dtype)
        errors = np.empty(len(x))
        team = self._team(threads, len(x) * architecture.parameter_count)
        _kernels.predict(program, parameters, x, desired, predicted, errors, team)
        return predicted, errors

    def trace(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
    ) -> Trace:
        """Return in(l), y(l), δ(l) and the gradient of the mean error, by the kernels of `run`."""
        units, rows = architecture.units[1:], len(x)
        net_inputs, outputs, deltas = (np.empty(rows * sum(units), dtype=x.dtype) for _ in range(3))
        gradient, errors = np.empty_like(parameters), np.empty(rows)
        _kernels.trace(
            self._program(architecture, objective),
            parameters,
            np.ascontiguousarray(x),
            np.ascontiguousarray(desired),
            net_inputs,
            outputs,
            deltas,
            gradient,
            errors,
        )
        return Trace(
            x,
            _by_layer(net_inputs, units, rows),
            _by_layer(outputs, units, rows),
            _by_layer(deltas, units, rows),
            gradient,
            errors,
        )

    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        state: Array,
        gradient: Array,
        number: int,
        learning_rate: float,
    ) -> None:
        """Take the optimizer's step, by the kernel of `run`."""
        _kernels.update(
            self.instruction_set,
            _rule(optimizer),
            parameters,
            state.reshape(-1),
            gradient,
            number - 1,
            learning_rate,
        )

    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Take the steps inside compiled code, without the interpreter lock."""
        errors = np.empty(len(steps))
        largest_batch = int(np.diff(steps.batch_starts).max(initial=0))
        _kernels.run(
            self._program(training.architecture, training.objective),
            _rule(training.optimizer),
            training.parameters,
            training.state.reshape(-1),
            training.steps_done,
            training.x,
            training.desired,
            steps.order,
            steps.batch_starts,
            steps.learning_rates,
            errors,
            self._team(training.threads, 3 * largest_batch * training.architecture.parameter_count),
        )
        training.steps_done += len(steps)
        return errors

    def _program(self, architecture: Architecture, objective: Objective | None) -> Any:
        cost = objective.cost if objective else default_cost(architecture.layers[-1].activation)
        if cost.name not in COSTS:
            raise LimitError(f"the native engine does not know the cost {cost.name!r}")
        layers = tuple(
            (
                place.from_units,
                place.to_units,
                place.weights.start,
                place.biases.start if place.biases else -1,
                _number_of(layer.activation.name),
            )
            for place, layer in zip(architecture.places, architecture.layers, strict=True)
        )
        return _compiled_program(layers, COSTS.index(cost.name), self.instruction_set)

    def _team(self, threads: int | None, multiply_adds: int) -> int:
        if threads is not None:
            return threads
        return self.threads if multiply_adds >= WORTH_A_THREAD else 1


def _by_layer(array: Array, units: tuple[int, ...], rows: int) -> list[Array]:
    ends = list(accumulate(rows * count for count in units))[:-1]
    return [part.reshape(rows, -1) for part in np.split(array, ends)]


@lru_cache(maxsize=256)
def _compiled_program(
    layers: tuple[tuple[int, int, int, int, int], ...], cost: int, instruction_set: str
) -> Any:
    return _kernels.Program(list(layers), cost, instruction_set)


def _number_of(activation: str) -> int:
    if activation not in ACTIVATIONS:
        raise LimitError(f"the native engine does not know the activation {activation!r}")
    return ACTIVATIONS.index(activation)


def _rule(optimizer: Optimizer) -> tuple[int, float, float, float, float]:
    if type(optimizer) not in RULES:
        raise LimitError(f"the native engine does not know the optimizer {optimizer!r}")
    return (
        RULES.index(type(optimizer)),
        getattr(optimizer, "momentum", 0.0),
        getattr(optimizer, "beta1", 0.0),
        getattr(optimizer, "beta2", 0.0),
        getattr(optimizer, "epsilon", 0.0),
    )
