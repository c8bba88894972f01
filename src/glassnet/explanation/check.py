"""The independent check: central differences of the error, in more digits than the engine has.

Nothing here is shared with the code that computed the gradients: the network's function is
written down once more, and only its values are used. Each weight is moved a little up and down,
and the error's change is compared with the gradient. In 50 digits where that takes about a second
at most, otherwise in the machine's widest floating point with one Richardson step, and on a seeded
sample of the weights where all of them would take too long.

At a kink (relu at 0) the error has two one-sided derivatives; any value between them is right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.explanation.arithmetic import Arithmetic, FiftyDigits, Values, Widest
from glassnet.explanation.notation import WeightPlace
from glassnet.explanation.numbers import Step, index_of, place_at
from glassnet.explanation.plain import plain_activation, plain_error
from glassnet.randomness import Purpose, random_bits
from glassnet.structure.activation import Activation
from glassnet.structure.architecture import Architecture

__all__ = ["Check", "Pair", "check_gradient"]

#: A larger difference than this fails the check.
TOLERANCES = {"float64": 1e-8, "float32": 1e-3}

# What either arithmetic does in about a second, in multiply-adds.
MOST_DECIMAL_OPERATIONS = 2_000_000
MOST_WIDE_OPERATIONS = 50_000_000
# How many multiply-adds an exponential costs.
EXPONENTIAL = 20
# Variants of the network that are computed at once.
VARIANTS_AT_ONCE = 1024


@dataclass(frozen=True)
class Pair:
    """One weight's gradient: the engine's, the independent one, and how much they differ."""

    place: WeightPlace
    gradient: float
    independent: float
    difference: float
    at_kink: bool
    too_small: bool


@dataclass(frozen=True)
class Check:
    """The result of the independent check.

    Attributes
    ----------
    arithmetic : str
        In which numbers the differences were taken.
    pairs : tuple of Pair
        All that were compared.
    weights : int
        How many weights the network has, biases included.
    tolerance : float
        A larger relative difference fails the check.
    """

    arithmetic: str
    pairs: tuple[Pair, ...]
    weights: int
    tolerance: float

    @property
    def largest_difference(self) -> float:
        """The largest |a − b| / max(|a|, |b|, a thousandth of the layer's largest gradient)."""
        return max(pair.difference for pair in self.pairs)

    @property
    def passed(self) -> bool:
        """Whether no difference is above the tolerance; one that is not a number fails."""
        return all(pair.difference <= self.tolerance for pair in self.pairs)

    @property
    def kinks(self) -> int:
        """How many weights sit at a kink of the error."""
        return sum(pair.at_kink for pair in self.pairs)

    @property
    def too_small(self) -> int:
        """How many gradients are too small for this arithmetic to compare."""
        return sum(pair.too_small for pair in self.pairs)

    def __str__(self) -> str:
        compared = len(self.pairs)
        which = f"all {compared}" if compared == self.weights else f"{compared} of {self.weights}"
        verdict = "agree" if self.passed else "DO NOT AGREE"
        text = (
            f"The gradients of {which} weights and biases and central differences in "
            f"{self.arithmetic} {verdict}: the largest relative difference is "
            f"{self.largest_difference:.2g} (allowed: {self.tolerance:g})."
        )
        if self.kinks:
            text += (
                f" {self.kinks} of them sit at a kink, where any value between the two one-sided "
                "derivatives is right."
            )
        if self.too_small:
            text += f" {self.too_small} of them are too small for it to compare."
        return text


def check_gradient(step: Step, wanted: Sequence[WeightPlace] = ()) -> Check:
    """Compare a step's gradients with central differences.

    Parameters
    ----------
    step : Step
    wanted : sequence of WeightPlace
        Weights that must be among those compared, where not all are.
    """
    architecture = step.architecture
    count = architecture.parameter_count
    arithmetic: Arithmetic = FiftyDigits()
    places = [place_at(architecture, index) for index in range(count)] if count < 20_000 else []
    if not places or _operations(architecture, places) > MOST_DECIMAL_OPERATIONS:
        arithmetic = Widest()
        places = _affordable(architecture, _sample(step, wanted), MOST_WIDE_OPERATIONS)
    estimates = _differences(step, arithmetic, places)
    if isinstance(arithmetic, Widest):
        # Where a kink is near, the wider step misleads: there, 50 digits decide.
        near = [place for place in places if estimates[place].at_kink]
        decided = _affordable(architecture, near, MOST_DECIMAL_OPERATIONS)
        estimates |= _differences(step, FiftyDigits(), decided)
        undecided = set(near) - set(decided)
        places = [place for place in places if place not in undecided]
    floors = _floors(step)
    pairs = tuple(_pair(step, place, estimates[place], floors[place.layer - 1]) for place in places)
    return Check(arithmetic.name, pairs, count, TOLERANCES[step.parameters.dtype.name])


@dataclass(frozen=True)
class _Estimate:
    """A derivative, between its one-sided values at a kink, and how finely it is known."""

    lowest: float
    central: float
    highest: float
    at_kink: bool
    resolution: float


def _differences(
    step: Step, arithmetic: Arithmetic, places: Sequence[WeightPlace]
) -> dict[WeightPlace, _Estimate]:
    function = _NetworkFunction(step, arithmetic)
    estimates: dict[WeightPlace, _Estimate] = {}
    for layer in range(1, len(step.architecture.layers) + 1):
        in_layer = [place for place in places if place.layer == layer]
        for first in range(0, len(in_layer), VARIANTS_AT_ONCE):
            some = in_layer[first : first + VARIANTS_AT_ONCE]
            estimates |= dict(zip(some, _central(function, layer, some), strict=True))
    return estimates


def _central(
    function: "_NetworkFunction", layer: int, places: Sequence[WeightPlace]
) -> list[_Estimate]:
    """Central differences for weights of one layer."""
    h = function.step_sizes(places)
    up, up_sides = function.errors(layer, places, h)
    down, down_sides = function.errors(layer, places, -h)
    kink = (up_sides != down_sides).any(axis=1)
    central = (up - down) / (2 * h)
    if isinstance(function.arithmetic, Widest):
        # Richardson: the error of the step's second order cancels.
        half_up, _ = function.errors(layer, places, h / 2)
        half_down, _ = function.errors(layer, places, -h / 2)
        central = (4 * (half_up - half_down) / h - central) / 3
    right, left = (up - function.error) / h, (function.error - down) / h
    resolution = function.arithmetic.rounding * max(1.0, abs(float(function.error)))
    return [
        _Estimate(float(min(r, l)), float(c), float(max(r, l)), bool(k), resolution / float(step))
        for r, l, c, k, step in zip(right, left, central, kink, h, strict=True)
    ]


class _NetworkFunction:
    """The error of one example as a function of the weights, for numbers of any kind."""

    def __init__(self, step: Step, arithmetic: Arithmetic) -> None:
        architecture = step.architecture
        self.arithmetic = arithmetic
        self.activations = [layer.activation for layer in architecture.layers]
        self.multipliers = [place.multiplier for place in architecture.places]
        self.cost = step.objective.cost
        self.weights = [arithmetic.array(w) for w in architecture.weights(step.parameters)]
        self.biases = [
            None if b is None else arithmetic.array(b) for b in architecture.biases(step.parameters)
        ]
        self.desired = arithmetic.array(step.desired)
        # The unmoved network: outputs of all layers, the inputs first, each (1, units).
        self.outputs = [arithmetic.array(step.x)[None, :]]
        self.net_inputs = []
        for number in range(len(self.weights)):
            net_input = self._net_input(number, self.outputs[-1])
            self.net_inputs.append(net_input)
            self.outputs.append(self._activate(self.activations[number], net_input))
        self.error = self._error(self.net_inputs[-1], self.outputs[-1])[0]

    def step_sizes(self, places: Sequence[WeightPlace]) -> Values:
        """By how much to move each weight, so that its net input moves by about as much."""
        sizes = [
            self.arithmetic.step_size / max(1.0, abs(float(self._source(place))))
            for place in places
        ]
        return self.arithmetic.array(np.array(sizes))

    def errors(
        self, layer: int, places: Sequence[WeightPlace], by: Values
    ) -> tuple[Values, np.ndarray]:
        """The error with each weight moved by so much, one at a time; and each relu's side of 0.

        From the changed unit onwards only: all before it is as it was.
        """
        rows = np.arange(len(places))
        units = np.array([place.unit for place in places])
        number = layer - 1
        sources = np.array([self._source(place) for place in places], dtype=by.dtype)
        moved = sources * by
        net_input = np.repeat(self.net_inputs[number], len(places), axis=0)
        net_input[rows, units] += moved
        activation = self.activations[number]
        if activation.name == "softmax":
            y = self._activate(activation, net_input)
        else:
            y = np.repeat(self.outputs[layer], len(places), axis=0)
            y[rows, units] = self._activate(activation, net_input[rows, units])
        sides = [net_input > 0] if activation.has_kink else []
        for number in range(layer, len(self.weights)):
            net_input = self._net_input(number, y)
            y = self._activate(self.activations[number], net_input)
            if self.activations[number].has_kink:
                sides.append(net_input > 0)
        sides.append(y > self.desired)  # where costs of differences have their kinks
        together = np.hstack([np.zeros((len(places), 0)), *sides])
        return self._error(net_input, y), together

    def _source(self, place: WeightPlace) -> Any:
        """What the weight is multiplied with."""
        if place.source is None:
            return 1.0
        multiplier = self.arithmetic.array(np.array(self.multipliers[place.layer - 1]))
        return multiplier * self.outputs[place.layer - 1][0, place.source]

    def _net_input(self, number: int, y: Values) -> Values:
        b = self.biases[number]
        w = self.weights[number]
        multiplier = self.arithmetic.array(np.array(self.multipliers[number]))
        net_input: Values = multiplier * (y @ w if w.ndim == 2 else y * w)
        return net_input if b is None else net_input + b

    def _activate(self, activation: Activation, x: Values) -> Values:
        return plain_activation(activation, x, self.arithmetic)

    def _error(self, net_input: Values, y: Values) -> Values:
        return plain_error(self.cost, net_input, y, self.desired, self.arithmetic)


def _variant_operations(architecture: Architecture) -> list[int]:
    """For each layer, what one moved weight costs: its unit, then all layers behind it."""
    costs, behind = [], EXPONENTIAL * architecture.outputs
    for place, layer in zip(architecture.places[::-1], architecture.layers[::-1], strict=True):
        own = architecture.outputs if layer.activation.name == "softmax" else 1
        costs.append(4 * (behind + EXPONENTIAL * own))
        behind += math.prod(place.shape) + EXPONENTIAL * place.to_units
    return costs[::-1]


def _operations(architecture: Architecture, places: Sequence[WeightPlace]) -> int:
    costs = _variant_operations(architecture)
    return sum(costs[place.layer - 1] for place in places)


def _affordable(
    architecture: Architecture, places: Sequence[WeightPlace], operations: int
) -> list[WeightPlace]:
    """The first of some places, as many as the operations allow, and at least one."""
    costs = np.array(_variant_operations(architecture))
    spent = np.cumsum(costs[[place.layer - 1 for place in places]]) if places else np.zeros(0)
    return list(places[: max(int((spent <= operations).sum()), 1)])


def _sample(step: Step, wanted: Sequence[WeightPlace]) -> list[WeightPlace]:
    """The wanted weights, then all the others in a seeded random order; of many, a part of them."""
    count = step.architecture.parameter_count
    bits = random_bits(0, Purpose.CHECK, 0, min(count, 200_000))
    if count <= len(bits):
        order = np.argsort(bits, kind="stable")
    else:
        order = (bits % np.uint64(count)).astype(np.int64)
    indices = [index_of(step.architecture, place) for place in wanted] + order.tolist()
    return [place_at(step.architecture, index) for index in dict.fromkeys(indices)]


def _floors(step: Step) -> list[float]:
    """A thousandth of each layer's largest gradient."""
    floors = []
    for place in step.architecture.places:
        end = (place.biases or place.weights).stop
        floors.append(1e-3 * float(np.abs(step.gradient[place.weights.start : end]).max()))
    return floors


def _pair(step: Step, place: WeightPlace, estimate: _Estimate, floor: float) -> Pair:
    gradient = step.gradient_at(place)
    independent = estimate.central
    if estimate.at_kink:
        independent = min(max(gradient, estimate.lowest), estimate.highest)
    apart = abs(gradient - independent)
    size = max(abs(gradient), abs(independent), floor)
    difference = apart / size if size else 0.0
    # What the engine's precision can no longer hold becomes 0 there.
    resolution = estimate.resolution + float(np.finfo(step.gradient.dtype).tiny)
    too_small = difference > TOLERANCES[step.parameters.dtype.name] and apart <= resolution
    shown = 0.0 if too_small else difference
    return Pair(place, gradient, independent, shown, estimate.at_kink, too_small)
