"""A batch's loss as a function of the weights, written a second time for the independent check.

Only its values are used, in any arithmetic. No code is shared with what is checked: activations and
losses are the formulas that a page shows, while the engines have code of their own for them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.explanation.check.arithmetic import Values, WideArithmetic
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.nn.activations.activation import Elementwise

__all__ = ["BatchFunction"]


class BatchFunction:
    """The mean loss of a batch as a function of the weights, in any arithmetic."""

    def __init__(self, step: Step, arithmetic: WideArithmetic, parameters: Array) -> None:
        architecture, batch = step.architecture, step.batch
        self.arithmetic = arithmetic
        self.weights = weights = [arithmetic.number(w) for w in architecture.weights(parameters)]
        self.biases = biases = [
            None if b is None else arithmetic.number(b) for b in architecture.biases(parameters)
        ]
        self.sample_weights = batch.sample_weights
        dropout_mask = batch.dropout_mask(architecture)
        self.counted = [
            (
                arithmetic.number(batch.sample_weights[example])[()],
                NetworkFunction(
                    step,
                    arithmetic,
                    weights,
                    biases,
                    arithmetic.number(batch.x[example]),
                    arithmetic.number(batch.targets[example]),
                    None
                    if dropout_mask is None
                    else [arithmetic.number(m[example]) for m in dropout_mask],
                ),
            )
            for example in range(len(batch))
            if batch.sample_weights[example] != 0
        ]
        self.total = arithmetic.number(np.array(batch.weight))[()]
        self.loss = sum(count * function.loss for count, function in self.counted) / self.total

    def of_example(self, example: int) -> "NetworkFunction | None":
        """Return the function of one example; None if its weight is 0."""
        counting = np.flatnonzero(self.sample_weights)
        places = dict(zip(counting.tolist(), self.counted, strict=True))
        return places[example][1] if example in places else None

    def steps(self, places: Sequence[WeightPlace], step_size: float) -> Values:
        """How far to move each weight, so that its net input moves by about `step_size`.

        A large net input moves further, since it would not notice so small a step.
        """
        functions = [function for _, function in self.counted]
        sizes = [
            step_size
            * max(
                1.0,
                *(function.net_input_size(place) / self.arithmetic.far for function in functions),
            )
            / max(1.0, *(abs(float(function.source(place))) for function in functions))
            for place in places
        ]
        moves: Values = self.arithmetic.number(np.maximum(sizes, np.finfo(np.float64).tiny))
        return moves

    def losses(self, places: Sequence[WeightPlace], by: Values) -> tuple[Values, np.ndarray]:
        """The losses with one weight moved by `by` at a time; and each kink's side.

        The places are in the order of their layers.
        """
        total: Values = 0 * by
        sides = []
        for count, function in self.counted:
            losses, its_sides = function.losses(places, by)
            total = total + count * losses
            sides.append(its_sides)
        return total / self.total, np.hstack(sides)


class NetworkFunction:
    """The loss of one example as a function of the weights, in any arithmetic."""

    def __init__(
        self,
        step: Step,
        arithmetic: WideArithmetic,
        weights: list[Values],
        biases: list[Values | None],
        x: Values,
        target: Values,
        dropout_mask: list[Values] | None,
    ) -> None:
        architecture = step.architecture
        self.arithmetic = arithmetic
        self.activations = [layer.activation for layer in architecture.layers]
        self.multipliers = [place.multiplier for place in architecture.places]
        self.output_loss = step.output_loss
        self.weights, self.biases = weights, biases
        self.target, self.dropout_mask = target, dropout_mask
        # The unmoved network: outputs of all layers, the inputs first, each (1, units).
        self.outputs = [(x if dropout_mask is None else x * dropout_mask[0])[None, :]]
        self.net_inputs = []
        for number in range(len(self.weights)):
            net_input = self._net_input(number, self.outputs[-1])
            self.net_inputs.append(net_input)
            self.outputs.append(self._activate(number, net_input))
        self.loss = self._loss(self.net_inputs[-1], self.outputs[-1])[0]

    def losses(self, places: Sequence[WeightPlace], by: Values) -> tuple[Values, np.ndarray]:
        """The losses with one weight moved by `by` at a time; and each kink's side.

        The places are in the order of their layers. From layer to layer, those of weights before
        go on, and those of its own weights join them: only what moved is computed again.
        """
        units = np.array([place.unit for place in places])
        sources = np.array([self.source(place) for place in places], dtype=by.dtype)
        moved = sources * by
        layers = [place.layer for place in places]
        y = net_input = np.empty((0, 0), dtype=by.dtype)
        before = 0  # those of weights before the previous layer
        sides = []
        for layer in range(layers[0], len(self.weights) + 1):
            known, all_known = len(y), bisect_right(layers, layer)
            if known:
                net_input = self._net_inputs_behind(layer - 1, y, before, units)
                y = self._activate(layer - 1, net_input)
            if all_known > known:
                joining = slice(known, all_known)
                joined = self._joined(layer - 1, units[joining], moved[joining])
                net_input, y = _stacked(net_input, joined[0]), _stacked(y, joined[1])
            sides += [
                _filled(net_input > kink, len(places)) for kink in self.activations[layer - 1].kinks
            ]
            before = known
        sides += [y > kink for kink in self.output_loss.loss.kinks(self.target)]
        together = np.hstack([np.zeros((len(places), 0)), *sides])
        return self._loss(net_input, y), together

    def _joined(self, number: int, units: np.ndarray, moved: Values) -> tuple[Values, Values]:
        """The net inputs and outputs of a layer if the net input of one of its units moves."""
        rows = np.arange(len(units))
        net_input = np.repeat(self.net_inputs[number], len(units), axis=0)
        net_input[rows, units] += moved
        if not isinstance(self.activations[number], Elementwise):
            return net_input, self._activate(number, net_input)
        y = np.repeat(self.outputs[number + 1], len(units), axis=0)
        y[rows, units] = self._activate(number, net_input[rows, units], units)
        return net_input, y

    def net_input_size(self, place: WeightPlace) -> float:
        """The size of the net input that the weight adds to."""
        return abs(float(self.net_inputs[place.layer - 1][0, place.unit]))

    def source(self, place: WeightPlace) -> Any:
        """The factor that the weight multiplies."""
        if place.source is None:
            return 1.0
        multiplier = self.arithmetic.number(np.array(self.multipliers[place.layer - 1]))
        return multiplier * self.outputs[place.layer - 1][0, place.source]

    def _net_input(self, number: int, y: Values) -> Values:
        b = self.biases[number]
        w = self.weights[number]
        multiplier = self.arithmetic.number(np.array(self.multipliers[number]))
        net_input: Values = multiplier * (y @ w if w.ndim == 2 else y * w)
        return net_input if b is None else net_input + b

    def _net_inputs_behind(self, number: int, y: Values, before: int, units: np.ndarray) -> Values:
        """The net inputs for outputs of the previous layer.

        From row `before` on, only one unit of it has moved, if it acts unit by unit.
        """
        w = self.weights[number]
        if w.ndim == 1 or not isinstance(self.activations[number - 1], Elementwise):
            return self._net_input(number, y)
        rows = np.arange(before, len(y))
        one = units[before : len(y)]
        moved = (y[rows, one] - self.outputs[number][0, one])[:, None]
        multiplier = self.arithmetic.number(np.array(self.multipliers[number]))
        net_input: Values = self.net_inputs[number] + multiplier * moved * w[one]
        return _stacked(self._net_input(number, y[:before]), net_input) if before else net_input

    def _activate(self, number: int, x: Values, units: Any = slice(None)) -> Values:
        """The outputs of a layer, or of some of its units."""
        y = self.activations[number].by_definition(x, self.arithmetic)
        return y if self.dropout_mask is None else y * self.dropout_mask[number + 1][units]

    def _loss(self, net_input: Values, y: Values) -> Values:
        return self.output_loss.by_definition(net_input, y, self.target, self.arithmetic)


def _stacked(above: Values, below: Values) -> Values:
    together: Values = np.concatenate([above, below]) if len(above) else below
    return together


def _filled(sides: np.ndarray, rows: int) -> np.ndarray:
    """As many rows; those that join later have no side yet."""
    return np.concatenate([sides, np.zeros((rows - len(sides), sides.shape[1]), dtype=bool)])
