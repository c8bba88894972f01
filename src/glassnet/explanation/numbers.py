"""The numbers of one step, taken from the engine: forward, backward, update and outcome."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.engine import Trace, engine
from glassnet.explanation.notation import WeightPlace
from glassnet.structure.activation import Array
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import Objective
from glassnet.structure.layer import Scale
from glassnet.update.optimizer import Optimizer
from glassnet.update.rule import UpdateRule

__all__ = ["Forward", "Step", "index_of", "place_at", "take_forward", "take_step"]


@dataclass(frozen=True)
class Forward:
    """One example on its way forward. Lists start with layer 1; arrays are (units,)."""

    architecture: Architecture
    parameters: Array
    x: Array
    net_inputs: list[Array]
    outputs: list[Array]

    def units(self, layer: int) -> Array:
        """Return y(layer); y(0) is x."""
        return self.x if layer == 0 else self.outputs[layer - 1]

    def weight(self, place: WeightPlace) -> float:
        """Return a weight's value."""
        return _value_at(self.architecture, self.parameters, place)


@dataclass(frozen=True)
class Step(Forward):
    """One example forward and backward, and, with an optimizer, the update and its outcome."""

    objective: Objective
    desired: Array
    deltas: list[Array]
    gradient: Array
    error: float
    optimizer: Optimizer | None
    new_parameters: Array
    new_predicted: Array
    new_error: float

    def gradient_at(self, place: WeightPlace) -> float:
        """Return ∂E/∂w of a weight."""
        return _value_at(self.architecture, self.gradient, place)

    def new_weight(self, place: WeightPlace) -> float:
        """Return a weight's value after the update."""
        return _value_at(self.architecture, self.new_parameters, place)

    def change(self, place: WeightPlace) -> float:
        """Return by how much the update changes a weight."""
        return self.new_weight(place) - self.weight(place)

    def places(self, layer: int) -> list[WeightPlace]:
        """Return all weights into a layer, bias last for each unit."""
        before, units = self.architecture.units[layer - 1 : layer + 1]
        own_only = isinstance(self.architecture.layers[layer - 1], Scale)
        biases: list[int | None] = [None] if self.architecture.layers[layer - 1].bias else []
        return [
            WeightPlace(layer, source, unit)
            for unit in range(units)
            for source in [*([unit] if own_only else range(before)), *biases]
        ]


def take_forward(
    architecture: Architecture, parameters: Array, objective: Objective, x: Array
) -> Forward:
    """Return one example's way forward; `x` is (1, inputs)."""
    anything = np.zeros((1, architecture.outputs), dtype=x.dtype)
    trace = engine().trace(architecture, objective, parameters, x, anything)
    return Forward(architecture, parameters, *_forward_rows(trace))


def take_step(
    architecture: Architecture,
    parameters: Array,
    objective: Objective,
    x: Array,
    desired: Array,
    optimizer: Optimizer | None,
) -> Step:
    """Return one example's step; `x` is (1, inputs), `desired` (1, outputs).

    The optimizer starts with its state at 0. Neither array nor parameters change.
    """
    active = engine()
    trace = active.trace(architecture, objective, parameters, x, desired)
    new_parameters = parameters.copy()
    if optimizer is not None:
        state = optimizer.initial_state(parameters)
        rule, rate = UpdateRule(optimizer), optimizer.learning_rate
        active.update(architecture, rule, new_parameters, state, trace.gradient, 1, rate)
    predicted, errors = active.evaluate(architecture, objective, new_parameters, x, desired)
    return Step(
        architecture,
        parameters,
        *_forward_rows(trace),
        objective=objective,
        desired=desired[0],
        deltas=[delta[0] for delta in trace.deltas],
        gradient=trace.gradient,
        error=float(trace.errors[0]),
        optimizer=optimizer,
        new_parameters=new_parameters,
        new_predicted=predicted[0],
        new_error=float(errors[0]),
    )


def index_of(architecture: Architecture, place: WeightPlace) -> int:
    """Return where a weight stands in the parameter buffer."""
    where = architecture.places[place.layer - 1]
    if place.source is None:
        # A bias stands behind the weights of its layer.
        return int(where.weights.stop) + place.unit
    if len(where.shape) == 1:  # a scale layer has one weight for each unit
        return int(where.weights.start) + place.unit
    return int(where.weights.start) + place.source * where.to_units + place.unit


def place_at(architecture: Architecture, index: int) -> WeightPlace:
    """Return which weight stands at an index of the parameter buffer."""
    for layer, where in enumerate(architecture.places, start=1):
        if index < where.weights.stop:
            source, unit = divmod(index - where.weights.start, where.to_units)
            return WeightPlace(layer, unit if len(where.shape) == 1 else source, unit)
        if where.biases is not None and index < where.biases.stop:
            return WeightPlace(layer, None, index - where.biases.start)
    raise IndexError(index)


def _forward_rows(trace: Trace) -> tuple[Array, list[Array], list[Array]]:
    net_inputs = [net_input[0] for net_input in trace.net_inputs]
    return trace.x[0], net_inputs, [output[0] for output in trace.outputs]


def _value_at(architecture: Architecture, buffer: NDArray[np.generic], place: WeightPlace) -> float:
    return float(buffer[index_of(architecture, place)])
