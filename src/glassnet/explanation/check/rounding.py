"""How far a step's gradients may be from the exact ones: by rounding, and by what gets too small.

A gradient is a product of as many factors as there are layers, and each layer rounds anew. Where a
unit is saturated, its derivative may be smaller than any number of the network's precision, which
then has 0 or its smallest number in its place; large weights make that visible.
"""

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.loss import CrossEntropyFromLogits

__all__ = ["SATURATED", "Unseen", "tolerance_of"]

#: A relative difference larger than this fails the check, up to so many layers.
TOLERANCES = {"float32": 1e-3, "float64": 1e-8}
LAYERS = 16
# What is smaller than so many of the smallest numbers may stand for 0, and 0 for it.
SMALLEST = 64
# The kernels follow tanh up to 40, where its derivative is 7e-35; exp up to the smallest number.
SATURATED = 1e-34
# A softmax's own derivative cancels where one output is nearly 1, by so many units in its place.
UNITS = 8


def tolerance_of(dtype: str, layers: int) -> float:
    """Return the relative difference between gradients that rounding may make."""
    return TOLERANCES[dtype] * max(1.0, layers / LAYERS)


class Unseen:
    """Of each weight's gradient, what the network's precision cannot tell from 0.

    Parameters
    ----------
    step : Step
    """

    def __init__(self, step: Step) -> None:
        info = np.finfo(step.parameters.dtype)
        self.least, self.unit = SMALLEST * float(info.tiny), UNITS * float(info.eps)
        self.layers = self._of_layers(step)
        met = [step.met_inputs, *step.trace.outputs]
        self.sources = [np.abs(y.astype(np.float64)).max(axis=0) for y in met]
        self.multipliers = [place.multiplier for place in step.architecture.places]

    def of(self, place: WeightPlace) -> float:
        """Return it for one weight."""
        delta = float(self.layers[place.layer - 1][place.unit])
        if place.source is None:
            return self.least + delta
        source = self.multipliers[place.layer - 1] * self.sources[place.layer - 1][place.source]
        return self.least * max(1.0, float(source)) + delta * float(source)

    def _of_layers(self, step: Step) -> list[NDArray[np.float64]]:
        """The same of each unit's δ, from the output layer on."""
        predicted, targets = step.trace.predicted.astype(np.float64), step.batch.targets
        reach: Array = np.maximum(1.0, np.abs(predicted - targets))  # ∂E/∂y
        if isinstance(loss := step.output_loss.loss, ElementwiseLoss):
            steep = np.abs(loss.derivatives(predicted, targets.astype(np.float64)))
            reach = np.maximum(reach, np.where(np.isfinite(steep), steep, 0.0))
        before: Array = np.zeros_like(reach)
        found: list[NDArray[np.float64]] = []
        for layer in range(len(step.architecture.layers), 0, -1):
            own = before + self._of_layer(step, layer, reach)
            found.append(own.max(axis=0))
            W = step.architecture.places[layer - 1].multiplier * np.abs(
                step.weights[layer - 1].astype(np.float64)
            )
            delta = np.abs(step.trace.deltas[layer - 1].astype(np.float64))
            reach, before = (delta @ W.T, own @ W.T) if W.ndim == 2 else (delta * W, own * W)
        return found[::-1]

    def _of_layer(self, step: Step, layer: int, reach: Array) -> Array:
        activation = step.layer(layer).activation
        delta = np.abs(step.trace.deltas[layer - 1].astype(np.float64))
        lost = delta <= SATURATED * reach
        if isinstance(activation, Elementwise) and activation.kinks:
            lost &= delta > 0  # a derivative of 0 is exact there
        unseen: Array = np.where(lost, SATURATED * reach, 0.0)
        last = layer == len(step.architecture.layers)
        cancelled = last and isinstance(step.output_loss, CrossEntropyFromLogits)
        if isinstance(activation, Elementwise):
            if last:
                slope = np.abs(activation.derivative(step.trace.net_inputs[-1]).astype(np.float64))
                unseen += np.where(self._at_kink_of_loss(step), reach * slope, 0.0)
            return unseen
        largest = reach.max(axis=1, keepdims=True)
        unseen += self._undecided(step, layer) * largest
        if not cancelled:
            unseen += self.unit * step.trace.outputs[layer - 1].astype(np.float64) * largest
        return unseen

    def _at_kink_of_loss(self, step: Step) -> Array:
        """Where rounding decides on which side of a kink of the loss the output is."""
        predicted = step.trace.predicted.astype(np.float64)
        near: Array = np.zeros(predicted.shape, dtype=np.bool_)
        for kinks in step.output_loss.loss.kinks(step.batch.targets.astype(np.float64)):
            near |= np.abs(predicted - kinks) <= self.unit * np.abs(kinks)
        return near

    def _undecided(self, step: Step, layer: int) -> Array:
        """How much of a softmax depends on rounding: where the two largest net inputs are alike."""
        W = np.abs(step.weights[layer - 1].astype(np.float64))
        y = np.abs([step.met_inputs, *step.trace.outputs][layer - 1].astype(np.float64))
        net_inputs = step.trace.net_inputs[layer - 1].astype(np.float64)
        added = step.architecture.places[layer - 1].multiplier * (y @ W if W.ndim == 2 else y * W)
        if (b := step.architecture.biases(step.parameters)[layer - 1]) is not None:
            added = added + np.abs(b.astype(np.float64))
        rounding = self.unit * added.max(axis=1, keepdims=True)
        ordered = np.sort(net_inputs, axis=1)[:, ::-1]
        gap = ordered[:, :1] - ordered[:, 1:2] if net_inputs.shape[1] > 1 else np.inf
        undecided: Array = np.where(gap <= rounding, np.minimum(1.0, rounding), 0.0)
        return undecided
