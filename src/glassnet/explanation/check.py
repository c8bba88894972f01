"""The independent check: central differences of the error, in more digits than the engine has.

Nothing here is shared with the code that computed the gradients: the network's function is
written down once more, and only its values are used. Each weight is moved a little up and down,
and the error's change is compared with the gradient: in the widest numbers in which that takes
about a second at most. Those are 50 digits for all weights of small networks; else the machine's
long double, or, for networks of millions of weights, its double, with one Richardson step, on the
weights that are shown and a seeded sample of the others.

At a kink (relu at 0) the error has two one-sided derivatives; any value between them is right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.explanation.arithmetic import Arithmetic, FiftyDigits, Floating, Values
from glassnet.explanation.notation import WeightPlace
from glassnet.explanation.numbers import Step, index_of, place_at
from glassnet.explanation.plain import plain_activation, plain_error
from glassnet.randomness import Purpose, random_bits
from glassnet.structure.architecture import Architecture

__all__ = ["Check", "Pair", "check_also", "check_gradient"]

#: A larger difference than this fails the check.
TOLERANCES = {"float64": 1e-8, "float32": 1e-3}

# What each arithmetic does in about half a second, in multiply-adds.
MOST_DECIMAL_OPERATIONS = 2_000_000
MOST_LONG_OPERATIONS = 50_000_000
MOST_DOUBLE_OPERATIONS = 1_500_000_000
# So many weights at most are drawn of a network that is too large to compare all.
MOST_SAMPLED = 4_000
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
    count = step.architecture.parameter_count
    if count <= MOST_DECIMAL_OPERATIONS // 100:
        places = [place_at(step.architecture, index) for index in range(count)]
        if _operations(step, places) <= MOST_DECIMAL_OPERATIONS:
            return _check(step, FiftyDigits(), places)
    arithmetic, operations = Floating(np.longdouble), MOST_LONG_OPERATIONS
    if _operations(step, wanted) > operations:
        arithmetic, operations = Floating(np.float64), MOST_DOUBLE_OPERATIONS
    return _check(step, arithmetic, _affordable(step, _sample(step, wanted), operations))


def check_also(step: Step, check: Check, place: WeightPlace) -> Check:
    """Return a check with one more weight, if it is not among those compared."""
    if any(pair.place == place for pair in check.pairs):
        return check
    long_double = Floating(np.longdouble)
    same = check.arithmetic == long_double.name
    more = _check(step, long_double if same else Floating(np.float64), [place])
    return replace(check, pairs=check.pairs + more.pairs)


def _check(step: Step, arithmetic: Arithmetic, places: list[WeightPlace]) -> Check:
    function = _BatchFunction(step, arithmetic)
    estimates = dict.fromkeys(places, _NOTHING)
    left = places
    for step_size in arithmetic.step_sizes:
        estimates |= _differences(function, left, step_size)
        # Where a kink is near, a smaller step may not reach it.
        left = [place for place in left if estimates[place].at_kink]
    if left and isinstance(arithmetic, Floating):  # there, 50 digits decide
        decided = _affordable(step, left, MOST_DECIMAL_OPERATIONS)
        if decided:
            function = _BatchFunction(step, FiftyDigits())
            estimates |= _differences(function, decided, *function.arithmetic.step_sizes)
        undecided = set(left) - set(decided)
        places = [place for place in places if place not in undecided]
    floors = _floors(step)
    pairs = tuple(_pair(step, place, estimates[place], floors[place.layer - 1]) for place in places)
    count, dtype = step.architecture.parameter_count, step.parameters.dtype.name
    return Check(arithmetic.name, pairs, count, TOLERANCES[dtype])


@dataclass(frozen=True)
class _Estimate:
    """A derivative, between its one-sided values at a kink, and how finely it is known."""

    lowest: float
    central: float
    highest: float
    at_kink: bool
    resolution: float


_NOTHING = _Estimate(math.nan, math.nan, math.nan, at_kink=False, resolution=0.0)


def _differences(
    function: "_BatchFunction", places: Sequence[WeightPlace], step_size: float
) -> dict[WeightPlace, _Estimate]:
    """Central differences, by steps that move the net inputs by about so much."""
    estimates: dict[WeightPlace, _Estimate] = {}
    for layer in sorted({place.layer for place in places}):
        in_layer = [place for place in places if place.layer == layer]
        for first in range(0, len(in_layer), VARIANTS_AT_ONCE):
            some = in_layer[first : first + VARIANTS_AT_ONCE]
            estimates |= dict(zip(some, _central(function, layer, some, step_size), strict=True))
    return estimates


def _central(
    function: "_BatchFunction", layer: int, places: Sequence[WeightPlace], step_size: float
) -> list[_Estimate]:
    """Central differences for weights of one layer."""
    h = function.steps(places, step_size)
    up, up_sides = function.errors(layer, places, h)
    down, down_sides = function.errors(layer, places, -h)
    kink = (up_sides != down_sides).any(axis=1)
    central = (up - down) / (2 * h)
    if isinstance(function.arithmetic, Floating):
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


class _BatchFunction:
    """The mean error of a batch as a function of the weights, for numbers of any kind."""

    def __init__(self, step: Step, arithmetic: Arithmetic) -> None:
        architecture, batch = step.architecture, step.batch
        self.arithmetic = arithmetic
        weights = [arithmetic.array(w) for w in architecture.weights(step.parameters)]
        biases = [
            None if b is None else arithmetic.array(b) for b in architecture.biases(step.parameters)
        ]
        kept = None
        if batch.masks is not None:
            kept = batch.masks.kept(architecture, len(batch), batch.x.dtype)
        self.counted = [
            (
                arithmetic.array(np.array(batch.count(example)))[()],
                _NetworkFunction(
                    step,
                    arithmetic,
                    weights,
                    biases,
                    arithmetic.array(batch.x[example]),
                    arithmetic.array(batch.desired[example]),
                    None if kept is None else [arithmetic.array(m[example]) for m in kept],
                ),
            )
            for example in range(len(batch))
            if batch.count(example) != 0
        ]
        self.total = arithmetic.array(np.array(batch.total))[()]
        self.error = sum(count * function.error for count, function in self.counted) / self.total

    def steps(self, places: Sequence[WeightPlace], step_size: float) -> Values:
        """By how much to move each weight, so that its net inputs move by about as much."""
        sizes = [
            step_size
            / max(1.0, *(abs(float(function.source(place))) for _, function in self.counted))
            for place in places
        ]
        return self.arithmetic.array(np.array(sizes))

    def errors(
        self, layer: int, places: Sequence[WeightPlace], by: Values
    ) -> tuple[Values, np.ndarray]:
        """The error with each weight moved by so much, one at a time; and each relu's side of 0."""
        total: Values = 0 * by
        sides = []
        for count, function in self.counted:
            errors, its_sides = function.errors(layer, places, by)
            total = total + count * errors
            sides.append(its_sides)
        return total / self.total, np.hstack(sides)


class _NetworkFunction:
    """The error of one example as a function of the weights, for numbers of any kind."""

    def __init__(
        self,
        step: Step,
        arithmetic: Arithmetic,
        weights: list[Values],
        biases: list[Values | None],
        x: Values,
        desired: Values,
        kept: list[Values] | None,
    ) -> None:
        architecture = step.architecture
        self.arithmetic = arithmetic
        self.activations = [layer.activation for layer in architecture.layers]
        self.multipliers = [place.multiplier for place in architecture.places]
        self.cost = step.objective.cost
        self.weights, self.biases = weights, biases
        self.desired, self.kept = desired, kept
        # The unmoved network: outputs of all layers, the inputs first, each (1, units).
        self.outputs = [(x if kept is None else x * kept[0])[None, :]]
        self.net_inputs = []
        for number in range(len(self.weights)):
            net_input = self._net_input(number, self.outputs[-1])
            self.net_inputs.append(net_input)
            self.outputs.append(self._activate(number, net_input))
        self.error = self._error(self.net_inputs[-1], self.outputs[-1])[0]

    def errors(
        self, layer: int, places: Sequence[WeightPlace], by: Values
    ) -> tuple[Values, np.ndarray]:
        """The error with each weight moved by so much, one at a time; and each relu's side of 0.

        From the changed unit onwards only: all before it is as it was.
        """
        rows = np.arange(len(places))
        units = np.array([place.unit for place in places])
        number = layer - 1
        sources = np.array([self.source(place) for place in places], dtype=by.dtype)
        moved = sources * by
        net_input = np.repeat(self.net_inputs[number], len(places), axis=0)
        net_input[rows, units] += moved
        activation = self.activations[number]
        if activation.name == "softmax":
            y = self._activate(number, net_input)
        else:
            y = np.repeat(self.outputs[layer], len(places), axis=0)
            y[rows, units] = self._activate(number, net_input[rows, units], units)
        sides = [net_input > 0] if activation.has_kink else []
        for number in range(layer, len(self.weights)):
            if number == layer and activation.name != "softmax":
                net_input = self._net_input_behind(number, y, units)
            else:
                net_input = self._net_input(number, y)
            y = self._activate(number, net_input)
            if self.activations[number].has_kink:
                sides.append(net_input > 0)
        sides.append(y > self.desired)  # where costs of differences have their kinks
        together = np.hstack([np.zeros((len(places), 0)), *sides])
        return self._error(net_input, y), together

    def source(self, place: WeightPlace) -> Any:
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

    def _net_input_behind(self, number: int, y: Values, units: np.ndarray) -> Values:
        """The net inputs where in each row only one unit of the layer before has moved."""
        w, rows = self.weights[number], np.arange(len(units))
        if w.ndim == 1:
            return self._net_input(number, y)
        moved = (y[rows, units] - self.outputs[number][0, units])[:, None]
        multiplier = self.arithmetic.array(np.array(self.multipliers[number]))
        net_input: Values = self.net_inputs[number] + multiplier * moved * w[units]
        return net_input

    def _activate(self, number: int, x: Values, units: Any = slice(None)) -> Values:
        """The outputs of a layer, or of some of its units."""
        y = plain_activation(self.activations[number], x, self.arithmetic)
        return y if self.kept is None else y * self.kept[number + 1][units]

    def _error(self, net_input: Values, y: Values) -> Values:
        return plain_error(self.cost, net_input, y, self.desired, self.arithmetic)


def _variant_operations(architecture: Architecture) -> list[int]:
    """For each layer, what one moved weight costs: its unit, then all layers behind it."""
    costs, behind = [], EXPONENTIAL * architecture.outputs
    one_row = whole = 0  # of the weights right behind, where only one unit has moved or all have
    for place, layer in zip(architecture.places[::-1], architecture.layers[::-1], strict=True):
        spreads = layer.activation.name == "softmax"
        own = EXPONENTIAL * place.to_units + whole if spreads else EXPONENTIAL + one_row
        costs.append(4 * (behind + own))
        behind += whole + EXPONENTIAL * place.to_units
        one_row, whole = place.to_units, math.prod(place.shape)
    return costs[::-1]


def _operations(step: Step, places: Sequence[WeightPlace]) -> int:
    """What the check of some weights costs, the unmoved network included."""
    costs = _variant_operations(step.architecture)
    unmoved = step.architecture.parameter_count
    return len(step.batch) * (unmoved + sum(costs[place.layer - 1] for place in places))


def _affordable(step: Step, places: Sequence[WeightPlace], operations: int) -> list[WeightPlace]:
    """The first of some places, as many as the operations allow."""
    costs = np.array(_variant_operations(step.architecture))
    spent = np.cumsum(costs[[place.layer - 1 for place in places]]) if places else np.zeros(0)
    allowed = operations / len(step.batch) - step.architecture.parameter_count
    return list(places[: int((spent <= allowed).sum())])


def _sample(step: Step, wanted: Sequence[WeightPlace]) -> list[WeightPlace]:
    """The wanted weights, then all the others in a seeded random order; of many, a part of them."""
    count = step.architecture.parameter_count
    bits = random_bits(0, Purpose.CHECK, 0, min(count, MOST_SAMPLED))
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
