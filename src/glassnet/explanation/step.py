"""The numbers of one step, taken from the engine: forward, backward, update and outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.engine import DropoutMasks, Program, Trace
from glassnet.engine.interface import total_weight
from glassnet.explanation.places import WeightPlace, index_of
from glassnet.nn.architecture import Architecture
from glassnet.nn.layers import Layer
from glassnet.nn.losses.loss import OutputLoss
from glassnet.optim.update_rule import StepInfo, UpdateRule

__all__ = [
    "Batch",
    "Forward",
    "Step",
    "Update",
    "gradients_of_examples",
    "take_forward",
    "take_step",
]


@dataclass(frozen=True)
class Forward:
    """One example on its way forward. Lists start with layer 1; arrays are (units,).

    Attributes
    ----------
    dropout_mask : list of array, optional
        What dropout multiplied the outputs of layers 0 ... L with: 0, or 1 / (1 − rate).
    """

    program: Program
    parameters: Array
    x: Array
    net_inputs: list[Array]
    outputs: list[Array]
    dropout_mask: list[Array] | None

    @property
    def architecture(self) -> Architecture:
        """The network's layers."""
        return self.program.architecture

    @property
    def output_loss(self) -> OutputLoss:
        """The output activation with the loss."""
        return self.program.output_loss

    def layer(self, layer: int) -> Layer:
        """Return a layer by its number, from 1."""
        return self.architecture.layers[layer - 1]

    def units(self, layer: int) -> Array:
        """Return y(layer), as the next layer meets it; y(0) is x, where no dropout acts on it."""
        if layer == 0:
            return self.x if self.dropout_mask is None else self.x * self.dropout_mask[0]
        return self.outputs[layer - 1]

    def has_dropout(self, layer: int) -> bool:
        """Return whether dropout acts on a layer's outputs."""
        return self.dropout_mask is not None and bool((self.dropout_mask[layer] != 1).any())

    def activated(self, layer: int) -> Array:
        """Return g(in(layer)), as it is before dropout."""
        if self.dropout_mask is None:
            return self.outputs[layer - 1]
        value: Array = self.layer(layer).activation.value(self.net_inputs[layer - 1][None, :])[0]
        return value

    @cached_property
    def weights(self) -> list[Array]:
        """W(1) ... W(L)."""
        return self.architecture.weights(self.parameters)

    def weight(self, place: WeightPlace) -> float:
        """Return a weight's value."""
        return float(self.parameters[index_of(self.architecture, place)])


@dataclass(frozen=True)
class Batch:
    """The examples of a step.

    Attributes
    ----------
    x, targets : array of shape (examples, inputs) and (examples, outputs)
    sample_weight : array of shape (examples,), optional
        The weight of each example.
    masks : DropoutMasks, optional
        The step's dropout.
    rows : array of int64, optional
        Where the examples stand among those of the training.
    table_rows : array of int64, optional
        Which rows of a table they are.
    """

    x: Array
    targets: Array
    sample_weight: Array | None = None
    masks: DropoutMasks | None = None
    rows: NDArray[np.int64] | None = None
    table_rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def sample_weights(self) -> NDArray[np.float64]:
        """The weight of each example."""
        return (
            np.ones(len(self))
            if self.sample_weight is None
            else self.sample_weight.astype(np.float64)
        )

    @property
    def weight(self) -> float:
        """The sum of the examples' weights."""
        return total_weight(self.sample_weights)

    def dropout_mask(self, architecture: Architecture) -> list[Array] | None:
        """Return what dropout multiplies the outputs of layers 0 ... L with; None without it."""
        if self.masks is None:
            return None
        return self.masks.factors(architecture, len(self), self.x.dtype)


@dataclass(frozen=True)
class Update:
    """How the weights change: the rule, and what it remembers.

    Attributes
    ----------
    rule : UpdateRule
    number : int
        Of the step; the first is 1.
    learning_rate : float
    state : array of shape (number of state names, parameters)
        The optimizer's, before the step.
    """

    rule: UpdateRule
    number: int
    learning_rate: float
    state: Array

    def info(self, batch_weight: float) -> StepInfo:
        """Return which step it is, of a batch so heavy."""
        return StepInfo(self.number, self.learning_rate, batch_weight)


@dataclass(frozen=True)
class Step(Forward):
    """A step, one of its examples in full: forward and backward, the update and the outcome.

    Attributes
    ----------
    batch : Batch
    trace : Trace
        All examples forward and backward.
    example : int
        Which one is shown, counted from 0; `x`, `net_inputs`, `outputs`, `target`, `deltas` and
        `loss` are its own.
    deltas : list of array
        ∂E/∂in of the example's loss, times the example's weight.
    loss : float
        Of the example, times its weight.
    gradient : array of shape (parameters,)
        Of the mean loss of the batch.
    mean_loss : float
        Of the batch.
    update : Update, optional
    new_parameters, new_prediction, new_loss, new_mean_loss
        After the update; as before where there is none.
    """

    batch: Batch
    trace: Trace
    example: int
    target: Array
    deltas: list[Array]
    loss: float
    gradient: Array
    mean_loss: float
    update: Update | None
    new_parameters: Array
    new_prediction: Array
    new_loss: float
    new_mean_loss: float

    @property
    def alone(self) -> bool:
        """Whether the example is the whole batch and has weight 1."""
        return len(self.batch) == 1 and self.sample_weight == 1

    @property
    def sample_weight(self) -> float:
        """The weight of the shown example."""
        return float(self.batch.sample_weights[self.example])

    @cached_property
    def weights_only(self) -> Array:
        """The weights of all layers, without their biases."""
        return np.concatenate([self.parameters[p.weights] for p in self.architecture.places])

    @cached_property
    def changes(self) -> Array:
        """By how much the update changes each parameter."""
        changes: Array = self.new_parameters - self.parameters
        return changes

    def gradient_at(self, place: WeightPlace) -> float:
        """Return ∂E/∂w of a weight, E the mean loss of the batch."""
        return float(self.gradient[index_of(self.architecture, place)])

    def new_weight(self, place: WeightPlace) -> float:
        """Return a weight's value after the update."""
        return float(self.new_parameters[index_of(self.architecture, place)])

    def source(self, place: WeightPlace) -> float:
        """Return ∂in/∂w: the output that the weight weighs, times the layer's multiplier."""
        if place.source is None:
            return 1.0
        multiplier = self.architecture.places[place.layer - 1].multiplier
        return multiplier * float(self.units(place.layer - 1)[place.source])

    def example_gradient(self, place: WeightPlace) -> float:
        """Return δ · ∂in/∂w: the gradient of the shown example's loss alone."""
        return float(self.deltas[place.layer - 1][place.unit]) * self.source(place)

    def example_gradients(self, place: WeightPlace) -> NDArray[np.float64]:
        """Return the gradient of each example's loss; their mean is the batch's gradient."""
        return gradients_of_examples(self.architecture, self.trace, self.met_inputs, place)

    @cached_property
    def met_inputs(self) -> Array:
        """The inputs of all examples as the first layer meets them."""
        dropout_mask = self.batch.dropout_mask(self.architecture)
        return self.batch.x if dropout_mask is None else self.batch.x * dropout_mask[0]


def gradients_of_examples(
    architecture: Architecture, trace: Trace, met_inputs: Array, place: WeightPlace
) -> NDArray[np.float64]:
    """Return ∂E/∂w of one weight for the loss of each example, times the example's weight.

    Parameters
    ----------
    architecture : Architecture
    trace : Trace
        Of a batch.
    met_inputs : array of shape (examples, inputs)
        Its inputs as the first layer meets them: after dropout, if there is any.
    place : WeightPlace
    """
    of_unit = trace.deltas[place.layer - 1][:, place.unit]
    deltas: NDArray[np.float64] = of_unit.astype(np.float64)
    if place.source is None:
        return deltas
    multiplier = architecture.places[place.layer - 1].multiplier
    before = [met_inputs, *trace.outputs][place.layer - 1]
    own: NDArray[np.float64] = deltas * multiplier * before[:, place.source]
    return own


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # the page says where numbers end
def take_forward(program: Program, parameters: Array, x: Array) -> Forward:
    """Return one example's way forward; `x` is (1, inputs)."""
    anything = np.zeros((1, program.architecture.outputs), dtype=x.dtype)
    trace = program.trace(parameters, x, anything)
    net_inputs, outputs = _rows(0, trace.net_inputs, trace.outputs)
    return Forward(program, parameters, x[0], net_inputs, outputs, None)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def take_step(
    program: Program,
    parameters: Array,
    batch: Batch,
    update: Update | None,
    example: int = 0,
) -> Step:
    """Return a step on a batch, with one of its examples in full. Nothing given changes."""
    trace = after = _traced(program, parameters, batch)
    new = parameters
    if update is not None:
        new = _updated(program, parameters, batch, trace.gradient, update)
        after = _traced(program, new, batch)
    weight = float(batch.sample_weights[example])
    dropout_mask = batch.dropout_mask(program.architecture)
    net_inputs, outputs, deltas = _rows(example, trace.net_inputs, trace.outputs, trace.deltas)
    return Step(
        program,
        parameters,
        batch.x[example],
        net_inputs,
        outputs,
        None if dropout_mask is None else [factors[example] for factors in dropout_mask],
        batch=batch,
        trace=trace,
        example=example,
        target=batch.targets[example],
        deltas=deltas,
        loss=weight * float(trace.losses[example]),
        gradient=trace.gradient,
        mean_loss=_mean(trace, batch),
        update=update,
        new_parameters=new,
        new_prediction=after.predicted[example],
        new_loss=weight * float(after.losses[example]),
        new_mean_loss=_mean(after, batch),
    )


def _traced(program: Program, parameters: Array, batch: Batch) -> Trace:
    """Every number of the batch, forward and backward, at some parameters."""
    return program.trace(parameters, batch.x, batch.targets, batch.sample_weight, batch.masks)


def _updated(
    program: Program, parameters: Array, batch: Batch, gradient: Array, update: Update
) -> Array:
    """The parameters after the update, by the kernels that train."""
    new, state = parameters.copy(), update.rule.optimizer.initial_state(parameters)
    state[...] = update.state
    program.update(update.rule, new, state, gradient, update.info(batch.weight))
    return new


def _rows(example: int, *layers: Sequence[Array]) -> tuple[list[Array], ...]:
    return tuple([array[example] for array in arrays] for arrays in layers)


def _mean(trace: Trace, batch: Batch) -> float:
    return float(np.dot(trace.losses, batch.sample_weights)) / batch.weight if batch.weight else 0.0
