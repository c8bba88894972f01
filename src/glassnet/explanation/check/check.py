"""The independent check: central differences of the loss, in more digits than the engine has.

No code is shared with the computation of the gradients: the network's function is written a second
time, and only its values are used. Each weight is moved slightly up and down, and the change of
the loss is compared with the gradient, in the widest arithmetic that takes at most about a second.
For small networks that is 50 digits and all weights; otherwise the machine's long double, or its
double for millions of weights, with one step of Richardson extrapolation, for the weights that are
shown (at least a thousand of them, where there are more) and a seeded sample of the others.

Where the numbers are so large that a difference has no digits left, the check says nothing.

At a kink (relu at 0) the loss has two one-sided derivatives; any value between them is accepted.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from glassnet.core.random import Purpose, random_bits
from glassnet.explanation.check.arithmetic import FiftyDigits, Floating, WideArithmetic
from glassnet.explanation.check.lines import LineCheck
from glassnet.explanation.check.rounding import SATURATED, Unseen, tolerance_of
from glassnet.explanation.check.textbook_network import BatchFunction
from glassnet.explanation.places import WeightPlace, index_of, place_at
from glassnet.explanation.step import Step
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.architecture import Architecture

__all__ = ["Check", "Pair", "check_also", "check_gradient", "no_gradients"]

# At most this many weights are sampled from a network too large to compare all of them.
MAX_SAMPLED = 4_000
# At most this many of the weights that are always compared, where all take longer.
MOST_ALWAYS = 1_000
# Variants of the network that are computed at once.
VARIANTS_AT_ONCE = 1024


@dataclass(frozen=True)
class Pair:
    """One weight's gradient from the engine and from the check, and their relative difference.

    It is 0 where the two cannot be compared.
    """

    place: WeightPlace
    gradient: float
    independent: float
    difference: float
    at_kink: bool
    not_comparable: bool


@dataclass(frozen=True)
class Check:
    """The result of the independent check.

    Attributes
    ----------
    arithmetic : str
        The arithmetic in which the differences were computed.
    pairs : tuple of Pair
        The gradients that were compared.
    weights : int
        The number of weights in the network, including biases.
    tolerance : float
        A larger relative difference fails the check.
    lines : LineCheck, optional
        What the equations of the page give when they are evaluated again.
    """

    arithmetic: str
    pairs: tuple[Pair, ...]
    weights: int
    tolerance: float
    lines: LineCheck | None = None

    @property
    def largest_difference(self) -> float:
        """The largest |a − b| / max(|a|, |b|, a thousandth of the layer's largest gradient)."""
        return max((pair.difference for pair in self.pairs), default=0.0)

    @property
    def passed(self) -> bool | None:
        """Whether all gradients agree and all lines hold; None if no gradient can be compared."""
        if not self.gradients_agree or (self.lines and self.lines.failures):
            return False
        return None if self.pairs and not self.compared else True

    @property
    def gradients_agree(self) -> bool:
        """Whether all differences are within the tolerance; NaN fails."""
        return all(pair.difference <= self.tolerance for pair in self.pairs)

    @property
    def kinks(self) -> int:
        """The number of weights at a kink of the loss."""
        return sum(pair.at_kink for pair in self.pairs)

    @property
    def compared(self) -> int:
        """The number of gradients that this arithmetic can compare."""
        return sum(not pair.not_comparable for pair in self.pairs)

    def __str__(self) -> str:
        if not self.pairs:
            return str(self.lines)
        text = self._verdict()
        if self.kinks:
            text += (
                f" Weights at a kink: {self.kinks}; there any value between the two one-sided "
                "derivatives is accepted."
            )
        return f"{text} {self.lines}" if self.lines else text

    def _verdict(self) -> str:
        count, left = self.compared, len(self.pairs) - self.compared
        few = (
            "are too small, beside the other numbers of this step, to be compared with central "
            f"differences in {self.arithmetic}"
        )
        if not count:
            return f"The gradients {few}; the check says nothing about them."
        which = f"All {count:,}" if count == self.weights else f"{count:,} of {self.weights:,}"
        verdict = "agree" if self.gradients_agree else "DO NOT AGREE"
        text = (
            f"{which} gradients {verdict} with central differences in {self.arithmetic} (relative "
            f"difference up to {self.largest_difference:.2g}, allowed {self.tolerance:.2g})."
        )
        return f"{text} {left} others {few}." if left else text


def no_gradients(dtype: str) -> Check:
    """Return the check of a forward pass, which has no gradients to compare."""
    return Check("", (), 0, tolerance_of(dtype, 0))


def check_gradient(step: Step, always: Sequence[WeightPlace] = ()) -> Check:
    """Compare a step's gradients with central differences.

    Parameters
    ----------
    step : Step
    always : sequence of WeightPlace
        Weights to compare first, if not all are compared; a thousand of them in any case.
    """
    count = step.architecture.parameter_count
    decimal, long_double, double = FiftyDigits(), Floating(np.longdouble), Floating(np.float64)
    if count <= decimal.most_operations // 100:
        places = [place_at(step.architecture, index) for index in range(count)]
        if _operations(step, places, decimal) <= decimal.most_operations:
            return _check(step, decimal, places)
    fits = _operations(step, always, long_double) <= long_double.most_operations
    arithmetic = long_double if fits else double
    places = _sample(step, always)
    affordable = len(_affordable(step, places, arithmetic))
    in_any_case = min(len(set(always)), MOST_ALWAYS)
    return _check(step, arithmetic, places[: max(affordable, in_any_case)])


def check_also(step: Step, check: Check, place: WeightPlace) -> Check:
    """Return a check with one more weight, if it is not among those compared."""
    if any(pair.place == place for pair in check.pairs):
        return check
    long_double = Floating(np.longdouble)
    same = check.arithmetic == long_double.name
    more = _check(step, long_double if same else Floating(np.float64), [place])
    return replace(check, pairs=check.pairs + more.pairs)


@np.errstate(all="ignore")  # what is then infinite, or no number, is not compared
def _check(step: Step, arithmetic: WideArithmetic, places: list[WeightPlace]) -> Check:
    function = BatchFunction(step, arithmetic, step.parameters)
    estimates = dict.fromkeys(places, _NOTHING)
    left = places
    for step_size in arithmetic.step_sizes:
        estimates |= _differences(function, left, step_size)
        # A smaller step may stay clear of a nearby kink.
        left = [place for place in left if estimates[place].at_kink]
    if left and isinstance(arithmetic, Floating):
        # At kinks, 50 digits decide.
        decided = _affordable(step, left, FiftyDigits())
        if decided:
            function = BatchFunction(step, FiftyDigits(), step.parameters)
            estimates |= _differences(function, decided, *function.arithmetic.step_sizes)
        undecided = set(left) - set(decided)
        places = [place for place in places if place not in undecided]
    floors, unseen = _floors(step), Unseen(step)
    tolerance = tolerance_of(step.parameters.dtype.name, len(step.architecture.layers))
    pairs = tuple(
        _pair(
            place,
            step.gradient_at(place),
            estimates[place],
            floors[place.layer - 1],
            unseen.of(place),
            tolerance,
        )
        for place in places
    )
    return Check(arithmetic.name, pairs, step.architecture.parameter_count, tolerance)


@dataclass(frozen=True)
class _Estimate:
    """An estimated derivative, its one-sided values, and its resolution."""

    lowest: float
    central: float
    highest: float
    at_kink: bool
    resolution: float


_NOTHING = _Estimate(math.nan, math.nan, math.nan, at_kink=False, resolution=0.0)


def _differences(
    function: BatchFunction, places: Sequence[WeightPlace], step_size: float
) -> dict[WeightPlace, _Estimate]:
    """Central differences, with steps that move the net inputs by about `step_size`."""
    estimates: dict[WeightPlace, _Estimate] = {}
    in_order = sorted(places, key=lambda place: place.layer)
    for first in range(0, len(in_order), VARIANTS_AT_ONCE):
        some = in_order[first : first + VARIANTS_AT_ONCE]
        estimates |= dict(zip(some, _central(function, some, step_size), strict=True))
    return estimates


def _central(
    function: BatchFunction, places: Sequence[WeightPlace], step_size: float
) -> list[_Estimate]:
    """Central differences for weights in the order of their layers."""
    h = function.steps(places, step_size)
    up, up_sides = function.losses(places, h)
    down, down_sides = function.losses(places, -h)
    kink = (up_sides != down_sides).any(axis=1)
    central = (up - down) / (2 * h)
    if isinstance(function.arithmetic, Floating):
        # Richardson extrapolation: the error of second order in h cancels.
        half_up, _ = function.losses(places, h / 2)
        half_down, _ = function.losses(places, -h / 2)
        central = (4 * (half_up - half_down) / h - central) / 3
    right, left = (up - function.loss) / h, (function.loss - down) / h
    resolution = function.arithmetic.rounding * max(1.0, abs(float(function.loss)))
    return [
        _Estimate(
            float(min(r, l)),
            float(c),
            float(max(r, l)),
            bool(k),
            resolution / max(float(step), sys.float_info.min),
        )
        for r, l, c, k, step in zip(right, left, central, kink, h, strict=True)
    ]


def _variant_operations(architecture: Architecture, arithmetic: WideArithmetic) -> list[int]:
    """For each layer, the operations for one moved weight: its unit, then all following layers."""
    exponential = arithmetic.exponential
    costs, behind = [], exponential * architecture.outputs
    one_row = whole = 0  # weights of the next layer that take part if one unit moves, or all
    for place, layer in zip(architecture.places[::-1], architecture.layers[::-1], strict=True):
        spreads = not isinstance(layer.activation, Elementwise)
        own = exponential * place.to_units + whole if spreads else exponential + one_row
        costs.append(4 * (behind + own))
        behind += whole + exponential * place.to_units
        one_row, whole = place.to_units, math.prod(place.shape)
    return costs[::-1]


def _operations(step: Step, places: Sequence[WeightPlace], arithmetic: WideArithmetic) -> int:
    """The operations that the check of some weights takes, including the unmoved network."""
    costs = _variant_operations(step.architecture, arithmetic)
    unmoved = step.architecture.parameter_count
    return len(step.batch) * (unmoved + sum(costs[place.layer - 1] for place in places))


def _affordable(
    step: Step, places: Sequence[WeightPlace], arithmetic: WideArithmetic
) -> list[WeightPlace]:
    """The first of some places, as many as can be checked in about half a second."""
    costs = np.array(_variant_operations(step.architecture, arithmetic))
    spent = np.cumsum(costs[[place.layer - 1 for place in places]]) if places else np.zeros(0)
    allowed = arithmetic.most_operations / len(step.batch) - step.architecture.parameter_count
    return list(places[: int((spent <= allowed).sum())])


def _sample(step: Step, always: Sequence[WeightPlace]) -> list[WeightPlace]:
    """The wanted weights, then the others; both in a seeded random order, a sample if many."""
    count = step.architecture.parameter_count
    bits = random_bits(0, Purpose.CHECK, 0, min(count, MAX_SAMPLED))
    if count <= len(bits):
        order = np.argsort(bits, kind="stable")
    else:
        order = (bits % np.uint64(count)).astype(np.int64)
    wanted = [index_of(step.architecture, place) for place in always]
    mixed = np.argsort(random_bits(0, Purpose.CHECK, 1, len(wanted)), kind="stable")
    indices = [wanted[n] for n in mixed] + order.tolist()
    return [place_at(step.architecture, index) for index in dict.fromkeys(indices)]


def _floors(step: Step) -> list[float]:
    """A thousandth of each layer's largest gradient."""
    return [
        1e-3 * float(np.abs(step.gradient[place.parameters]).max())
        for place in step.architecture.places
    ]


def _pair(
    place: WeightPlace,
    gradient: float,
    estimate: _Estimate,
    floor: float,
    unseen: float,
    tolerance: float,
) -> Pair:
    independent = estimate.central
    if estimate.at_kink:
        independent = min(max(gradient, estimate.lowest), estimate.highest)
    apart = abs(gradient - independent)
    size = max(abs(gradient), abs(independent), floor)
    difference = apart / size if size else 0.0
    within = apart <= estimate.resolution + unseen
    not_comparable = not math.isfinite(estimate.central) or (difference > tolerance and within)
    shown = 0.0 if not_comparable else difference
    if max(abs(gradient), abs(independent)) <= SATURATED:
        not_comparable = False  # both are 0, as far as the network's precision goes
    return Pair(place, gradient, independent, shown, estimate.at_kink, not_comparable)
