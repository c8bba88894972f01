"""Costs: how far a prediction is from the ideal, and the pairs of output activation and cost.

A network is never trained with a bare cost. It is trained with an :class:`Objective`: an output
activation together with a cost that fits it. There are two kinds, and each knows how to go from the
output layer's net inputs to the cost and back:

* :class:`CrossEntropyObjective`: cross-entropy behind the activation that makes probabilities for
  it. Computed from the net inputs, so that nothing overflows; δ(L) = p − d.
* :class:`ComposedObjective`: any activation, then any other cost, by the chain rule.

``regression`` has the costs of predicted values, ``costs`` all of them by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.validation import real_number
from glassnet.formula.tree import Formula, Number, Product, Symbol, ln, sum_of
from glassnet.nn.activations.activation import Activation, Array, Sigmoid, Softmax
from glassnet.nn.named import Named

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "ComposedObjective",
    "Cost",
    "CrossEntropyObjective",
    "Objective",
    "OutputsCost",
    "SummedBinaryCrossentropy",
    "wrong_pair",
]


class Cost(Named, ABC):
    """The error E of one example. Arrays are (examples, outputs), costs (examples,) in float64."""

    #: Whether E is the sum over the outputs, not their mean.
    summed = False

    @abstractmethod
    def paired_with(self, activation: Activation) -> "Objective":
        """Return the objective of an output activation and this cost.

        Raises
        ------
        ValueError
            If the two do not fit.
        """

    @abstractmethod
    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return, for each output, the formula of what it adds to E."""

    @abstractmethod
    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return ∂E/∂p of one output."""

    def ideal_formula(self, desired: Symbol, outputs: int) -> Formula:
        """Return what an output is compared with: d, unless the cost softens it."""
        return desired

    def divisor(self, outputs: int) -> int:
        """Return by what the sum over so many outputs is divided: 1 where E is the sum."""
        return 1 if self.summed else outputs

    def formula(
        self, predicted: Sequence[Symbol], desired: Sequence[Symbol], most: int | None = None
    ) -> Formula:
        """Return E by predicted and desired outputs; sums show at most `most` terms."""
        return sum_of(self.terms(predicted, desired), most)


class Objective(ABC):
    """An output activation with a cost that fits it."""

    activation: Activation
    cost: Cost

    @abstractmethod
    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E of each example, (examples,) in float64, by the output layer's net inputs."""

    @abstractmethod
    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return δ(L) = ∂E/∂in(L)."""


class CategoricalCrossentropy(Cost):
    """E = −Σ_j d_j ln p_j, for outputs that are probabilities which sum to 1 (softmax).

    Parameters
    ----------
    label_smoothing : float
        s, from 0 to below 1: each d_j becomes (1 − s) d_j + s/m, with m outputs, so that no class
        is asked to be certain (Szegedy et al. 2016, section 7).
    """

    name = "categorical_crossentropy"
    summed = True
    parameter_name = "label_smoothing"

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = real_number("label_smoothing", label_smoothing, 0, 1, most_too=False)

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; the activation must be softmax."""
        if not isinstance(activation, Softmax):
            raise wrong_pair(self, activation, "'softmax'")
        return SoftmaxCrossentropy(self)

    def smoothed(self, desired: Array) -> Array:
        """Return (1 − s) d + s/m."""
        if not self.label_smoothing:
            return desired
        number = desired.dtype.type
        stays, evenly = 1 - self.label_smoothing, self.label_smoothing / desired.shape[1]
        smoothed: Array = number(stays) * desired + number(evenly)
        return smoothed

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return −d_j ln p_j."""
        return [
            -(self.ideal_formula(d, len(desired)) * ln(p))
            for p, d in zip(predicted, desired, strict=True)
        ]

    def ideal_formula(self, desired: Symbol, outputs: int) -> Formula:
        """Return d_j, smoothed where labels are."""
        if not self.label_smoothing:
            return desired
        return (1 - self.label_smoothing) * desired + self.label_smoothing / Number(float(outputs))

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return −d_j / p_j."""
        return -(self.ideal_formula(desired, outputs) / predicted)


class BinaryCrossentropy(Cost):
    """E = −(1/m) Σ_j (d_j ln p_j + (1 − d_j) ln(1 − p_j)), each output a yes or no (sigmoid)."""

    name = "binary_crossentropy"

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; the activation must be sigmoid."""
        if not isinstance(activation, Sigmoid):
            raise wrong_pair(self, activation, "'sigmoid'")
        return SigmoidCrossentropy(self)

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return −d_j ln p_j − (1 − d_j) ln(1 − p_j), divided by m where E is their mean."""
        whole: list[Formula] = [
            -(d * ln(p)) - (1 - d) * ln(1 - p) for p, d in zip(predicted, desired, strict=True)
        ]
        return divided_terms(whole, self.divisor(len(whole)))

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return (p − d) / (p (1 − p)), divided by m where E is a mean."""
        slope = (predicted - desired) / (predicted * (1 - predicted))
        return divided(slope, self.divisor(outputs))


class SummedBinaryCrossentropy(BinaryCrossentropy):
    """E = −Σ_j (d_j ln p_j + (1 − d_j) ln(1 − p_j)): all labels count, however many."""

    name = "summed_binary_crossentropy"
    summed = True


class OutputsCost(Cost):
    """A cost of each of the m outputs, c(p_j, d_j); E is their mean, or their sum."""

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; every activation fits unless the cost says otherwise."""
        return ComposedObjective(activation, self)

    @abstractmethod
    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return c of each output."""

    @abstractmethod
    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return ∂c/∂p of each output."""

    @abstractmethod
    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return the formula of c."""

    @abstractmethod
    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return the formula of ∂c/∂p."""

    def errors(self, predicted: Array, desired: Array) -> Array:
        """Return E of each example."""
        wide = np.float64
        costs = self.costs(predicted.astype(wide), desired.astype(wide))
        errors: Array = costs.sum(axis=1) / self.divisor(costs.shape[1])
        return errors

    def derivative(self, predicted: Array, desired: Array) -> Array:
        """Return ∂E/∂p_j: ∂c/∂p_j, divided by m where E is a mean."""
        divisor = predicted.dtype.type(self.divisor(predicted.shape[1]))
        d_predicted: Array = self.slopes(predicted, desired) / divisor
        return d_predicted

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return c(p_j, d_j), divided by m where E is their mean."""
        terms = [self.term(p, d) for p, d in zip(predicted, desired, strict=True)]
        return divided_terms(terms, self.divisor(len(terms)))

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return ∂c/∂p_j, divided by m where E is a mean."""
        return divided(self.slope_formula(predicted, desired), self.divisor(outputs))


class CrossEntropyObjective(Objective):
    """Cross-entropy behind the activation that makes probabilities for it: δ(L) = p − d."""


@dataclass(frozen=True)
class SoftmaxCrossentropy(CrossEntropyObjective):
    """Softmax with categorical cross-entropy."""

    cost: CategoricalCrossentropy
    activation = Softmax()

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E = Σ_j d_j (ln Σ_k exp(in_k − a) − (in_j − a)) with a = max in, the first."""
        shifted, rest, _ = _shifted(net_input)
        log_sum = np.log1p(rest.astype(np.float64))
        ideal = self.cost.smoothed(desired)
        errors: Array = (ideal * (log_sum[:, None] - shifted)).sum(axis=1)
        return errors

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return p − d; for the most probable class from 1 − p, which has all its digits there."""
        p, ideal = self.activation.value(net_input), self.cost.smoothed(desired)
        delta: Array = p - ideal
        _, rest, at = _shifted(net_input)
        rows = np.arange(len(p))
        d = ideal[rows, at]
        delta[rows, at] = (1 - d) * p[rows, at] - d * (rest / (1 + rest))
        return delta


def _shifted(net_input: Array) -> tuple[Array, Array, Array]:
    """Return in − max, Σ exp(in − max) over the units but the largest, and which that is."""
    rows = np.arange(len(net_input))
    at: Array = net_input.argmax(axis=1)
    shifted = net_input - net_input[rows, at][:, None]
    e = np.exp(shifted)
    e[rows, at] = 0
    return shifted, e.sum(axis=1), at


@dataclass(frozen=True)
class SigmoidCrossentropy(CrossEntropyObjective):
    """Sigmoid with binary cross-entropy."""

    cost: BinaryCrossentropy
    activation = Sigmoid()

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return max(in, 0) − d in + ln(1 + exp(−|in|)), the outputs' mean or sum."""
        net_input = net_input.astype(np.float64)
        tail = np.log1p(np.exp(-np.abs(net_input)))
        terms = np.maximum(net_input, 0) - desired * net_input + tail
        errors: Array = terms.sum(axis=1) / self.cost.divisor(terms.shape[1])
        return errors

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return p − d as (1 − d) σ(in) − d σ(−in), which does not cancel; of a mean, a part."""
        p, complement = self.activation.value(net_input), self.activation.value(-net_input)
        divisor = net_input.dtype.type(self.cost.divisor(net_input.shape[1]))
        delta: Array = ((1 - desired) * p - desired * complement) / divisor
        return delta


@dataclass(frozen=True)
class ComposedObjective(Objective):
    """An activation, then a cost of the outputs: δ(L) by the chain rule through both."""

    activation: Activation
    cost: OutputsCost

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E of each example."""
        return self.cost.errors(self.activation.value(net_input), desired)

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return ∂E/∂p through the activation."""
        d_predicted = self.cost.derivative(self.activation.value(net_input), desired)
        return self.activation.backward(net_input, d_predicted)


def wrong_pair(cost: Cost, given: Activation, right: str) -> ValueError:
    """Return the error of a cost behind an output activation that does not fit it."""
    return ValueError(
        f"the cost {cost.name!r} needs the output activation {right}, but the network ends in "
        f"{given.name!r}; give the output layer {right}, or use the cost {given.default_cost!r}"
    )


def divided(formula: Formula, divisor: int) -> Formula:
    """Return a formula divided by a number, unless that is 1."""
    return formula if divisor == 1 else formula / divisor


def divided_terms(terms: list[Formula], divisor: int) -> list[Formula]:
    """Return the terms of a sum that is divided by a number, each with its part."""
    if divisor == 1:
        return terms
    one_over_m = Number(1.0) / divisor
    return [Product((one_over_m, term)) for term in terms]
