"""The reference engine: the equations, one readable line each, in NumPy.

It is the specification that the native engine is held to. What it deliberately does not do: be
fast, share work between threads, or promise the same bits on every machine (its sums are NumPy's).
"""

import math

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import Inputs, SparseRows, dense
from glassnet.core.array import Array
from glassnet.engine.interface import (
    DropoutMasks,
    Engine,
    Program,
    Steps,
    Trace,
    Training,
    parameter_groups,
    total_weight,
)
from glassnet.errors import NotFiniteError
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.optim.update_rule import StepInfo, UpdateRule

__all__ = ["Reference"]


class Reference(Engine):
    """Forward pass, backpropagation and update as they stand in a textbook."""

    name = "reference"

    def compile(
        self, architecture: Architecture, loss: Loss, rule: UpdateRule | None = None
    ) -> "ReferenceProgram":
        """Return the program; every activation, loss and rule will do."""
        return ReferenceProgram(architecture, loss)


class ReferenceProgram(Program):
    """The equations of one network."""

    def predict(self, parameters: Array, x: Inputs, threads: int | None = None) -> Array:
        """Return y(L)."""
        if not np.isfinite(x.values if isinstance(x, SparseRows) else x).all():
            raise NotFiniteError("x")
        return _forward(self.architecture, parameters, x, [])[1][-1]

    def evaluate(
        self, parameters: Array, x: Inputs, targets: Array, threads: int | None = None
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return y(L) and E of each example."""
        net_inputs, outputs = _forward(self.architecture, parameters, x, [])
        return outputs[-1], self.output_loss.losses(net_inputs[-1], targets)

    def trace(
        self,
        parameters: Array,
        x: Array,
        targets: Array,
        sample_weight: Array | None = None,
        masks: DropoutMasks | None = None,
    ) -> Trace:
        """Return in(l), y(l), δ(l) and the gradient of the (weighted) mean loss."""
        factors = masks.factors(self.architecture, len(x), x.dtype) if masks else []
        x = x * factors[0] if factors else x
        net_inputs, outputs = _forward(self.architecture, parameters, x, factors)
        losses = self.output_loss.losses(net_inputs[-1], targets)
        delta = self.output_loss.delta(net_inputs[-1], targets)  # δ(L) = ∂E/∂in(L)
        if sample_weight is not None:
            delta = delta * sample_weight[:, None]  # the sample weight multiplies δ
        deltas = _backward(self.architecture, parameters, net_inputs, delta, factors)
        examples = len(x) if sample_weight is None else total_weight(sample_weight)
        gradient = _gradient(self.architecture, x, outputs, deltas, examples)
        return Trace(x, net_inputs, outputs, deltas, gradient, losses)

    def update(
        self, rule: UpdateRule, parameters: Array, state: Array, gradient: Array, info: StepInfo
    ) -> None:
        """Let the rule take its step."""
        rule.step(parameters, state, gradient, parameter_groups(self.architecture), info)

    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Repeat: forward, backward, update.

        Numbers that overflow become infinite without a warning, as in the native engine; who
        trains looks at the losses.
        """
        losses = np.empty(len(steps), dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            for step, learning_rate in enumerate(steps.learning_rates):
                batch = steps.order[steps.batch_starts[step] : steps.batch_starts[step + 1]]
                if steps.squared_weights is not None:
                    steps.squared_weights[step] = self._squared_weights(training.parameters)
                losses[step] = self._step(training, batch, float(learning_rate))
        return losses

    def _squared_weights(self, parameters: Array) -> float:
        """Return Σ w² over the weights of all layers."""
        return sum(
            float(np.square(w, dtype=np.float64).sum())
            for w in self.architecture.weights(parameters)
        )

    def gradient(self, training: Training) -> tuple[float, Array]:
        """Return the mean loss over all examples, and its gradient."""
        with np.errstate(over="ignore", invalid="ignore"):
            everything = np.arange(len(training.x))
            trace, total = self._batch(training, everything)
        return total / training.batch_weight(everything), trace.gradient

    def _step(self, training: Training, batch: NDArray[np.int64], learning_rate: float) -> float:
        training.steps_done += 1
        trace, total = self._batch(training, batch)
        info = StepInfo(training.steps_done, learning_rate, training.batch_weight(batch))
        self.update(training.rule, training.parameters, training.state, trace.gradient, info)
        return total

    def _batch(self, training: Training, batch: NDArray[np.int64]) -> tuple[Trace, float]:
        sample_weight = None if training.sample_weight is None else training.sample_weight[batch]
        masks = None
        if training.dropout is not None:
            masks = DropoutMasks(training.dropout, training.seed, training.steps_done)
        x, targets = dense(training.x[batch]), training.targets[batch]
        trace = self.trace(training.parameters, x, targets, sample_weight, masks)
        weights = 1 if sample_weight is None else sample_weight
        losses = trace.losses
        if training.largest_term != math.inf:
            losses = self._capped_losses(trace.net_inputs[-1], targets, training.largest_term)
        return trace, float(np.dot(losses, weights).sum())

    def _capped_losses(self, net_input: Array, targets: Array, largest: float) -> Array:
        """Return E of each example, to which each output adds at most `largest`."""
        if isinstance(self.output_loss.activation, Softmax):  # one target is 1, the others are 0
            return np.minimum(self.output_loss.losses(net_input, targets), largest)
        losses = np.zeros(len(targets))
        for output in range(targets.shape[1]):
            own = slice(output, output + 1)
            added = self.output_loss.losses(net_input[:, own], targets[:, own])
            losses += np.minimum(added, largest)
        return losses


def _forward(
    architecture: Architecture, parameters: Array, x: Inputs, factors: list[Array]
) -> tuple[list[Array], list[Array]]:
    weights, biases = architecture.weights(parameters), architecture.biases(parameters)
    net_inputs, outputs, y = [], [], x
    for l, (layer, W, b) in enumerate(zip(architecture.layers, weights, biases, strict=True)):
        c = x.dtype.type(architecture.places[l].multiplier)
        weighted = y @ W if W.ndim == 2 else y * W  # a scale layer weighs each unit by itself
        net_input = c * weighted if b is None else c * weighted + b  # in(l) = c y(l-1) W(l) + b(l)
        y = layer.activation.value(net_input)  #                       y(l) = g(in(l))
        if factors:
            y = y * factors[l + 1]  #                                     some outputs left out
        net_inputs.append(net_input)
        outputs.append(y)
    return net_inputs, outputs


def _backward(
    architecture: Architecture,
    parameters: Array,
    net_inputs: list[Array],
    delta: Array,
    factors: list[Array],
) -> list[Array]:
    weights = architecture.weights(parameters)
    deltas = [delta]
    for l in range(len(architecture.layers) - 1, 0, -1):
        W, c = weights[l], delta.dtype.type(architecture.places[l].multiplier)
        d_output = c * (delta @ W.T if W.ndim == 2 else delta * W)  # ∂E/∂y(l) = c δ(l+1) W(l+1)ᵀ
        if factors:
            d_output = d_output * factors[l]
        activation = architecture.layers[l - 1].activation
        delta = activation.backward(net_inputs[l - 1], d_output)  # δ(l) = ∂E/∂y(l) · g′(in(l))
        deltas.insert(0, delta)
    return deltas


def _gradient(
    architecture: Architecture,
    x: Array,
    outputs: list[Array],
    deltas: list[Array],
    examples: float,
) -> Array:
    gradient = np.empty(architecture.parameter_count, dtype=x.dtype)
    d_weights, d_biases = architecture.weights(gradient), architecture.biases(gradient)
    mean = x.dtype.type(1 / examples if examples else 0)
    for l, (y, delta) in enumerate(zip([x, *outputs[:-1]], deltas, strict=True)):
        c, d_W, d_b = architecture.places[l].multiplier, d_weights[l], d_biases[l]
        summed = y.T @ delta if d_W.ndim == 2 else (y * delta).sum(axis=0)
        d_W[...] = x.dtype.type(c) * mean * summed  # ∂E/∂W(l) = c y(l-1)ᵀ δ(l), the batch's mean
        if d_b is not None:
            d_b[...] = mean * delta.sum(axis=0)  #    the bias unit's output is 1
    return gradient
