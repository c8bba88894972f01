"""Costs: how far a prediction is from the ideal, and the pairs of output activation and cost.

A network is never trained with a bare cost. It is trained with an :class:`Objective`: an output
activation together with a cost that fits it. There are two kinds, and each knows how to go from the
output layer's net inputs to the cost and back:

* :class:`CrossEntropyObjective`: cross-entropy behind the activation that makes probabilities for
  it. Computed from the net inputs, so that nothing overflows; δ(L) = p − d.
* :class:`ComposedObjective`: any activation, then any other cost, by the chain rule.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.formula.tree import Formula, Number, Product, Symbol, ln, sum_of
from glassnet.structure.activation import (
    Activation,
    Array,
    Sigmoid,
    Softmax,
)

__all__ = [
    "COSTS",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "ComposedObjective",
    "Cost",
    "CrossEntropyObjective",
    "MeanSquaredError",
    "Objective",
    "cost_named",
    "default_cost",
]


class Cost(ABC):
    """The error E of one example. Arrays are (examples, outputs), costs (examples,) in float64."""

    name: str

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

    def formula(
        self, predicted: Sequence[Symbol], desired: Sequence[Symbol], most: int | None = None
    ) -> Formula:
        """Return E by predicted and desired outputs; sums show at most `most` terms."""
        return sum_of(self.terms(predicted, desired), most)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(self.name)


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
    """E = −Σ_j d_j ln p_j, for outputs that are probabilities which sum to 1 (softmax)."""

    name = "categorical_crossentropy"

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; the activation must be softmax."""
        if not isinstance(activation, Softmax):
            raise _wrong_pair(self, activation, Softmax())
        return SoftmaxCrossentropy()

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return −d_j ln p_j."""
        return [-(d * ln(p)) for p, d in zip(predicted, desired, strict=True)]

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return −d_j / p_j."""
        return -(desired / predicted)


class BinaryCrossentropy(Cost):
    """E = −(1/m) Σ_j (d_j ln p_j + (1 − d_j) ln(1 − p_j)), each output a yes or no (sigmoid)."""

    name = "binary_crossentropy"

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; the activation must be sigmoid."""
        if not isinstance(activation, Sigmoid):
            raise _wrong_pair(self, activation, Sigmoid())
        return SigmoidCrossentropy()

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return −d_j ln p_j − (1 − d_j) ln(1 − p_j), divided by m where m > 1."""
        whole: list[Formula] = [
            -(d * ln(p)) - (1 - d) * ln(1 - p) for p, d in zip(predicted, desired, strict=True)
        ]
        return _mean_terms(whole)

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return (p − d) / (p (1 − p)), divided by m where m > 1."""
        return _divided((predicted - desired) / (predicted * (1 - predicted)), outputs)


class MeanSquaredError(Cost):
    """E = (1/m) Σ_j (p_j − d_j)², the mean over the m outputs."""

    name = "mean_squared_error"

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; every activation fits."""
        return ComposedObjective(activation, self)

    def errors(self, predicted: Array, desired: Array) -> Array:
        """Return E of each example."""
        difference = predicted.astype(np.float64) - desired
        mean: Array = (difference * difference).mean(axis=1)
        return mean

    def derivative(self, predicted: Array, desired: Array) -> Array:
        """Return ∂E/∂p_j = 2 (p_j − d_j) / m."""
        outputs = predicted.dtype.type(predicted.shape[1])
        d_predicted: Array = 2 / outputs * (predicted - desired)
        return d_predicted

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return (p_j − d_j)², divided by m where m > 1."""
        return _mean_terms([(p - d) ** 2 for p, d in zip(predicted, desired, strict=True)])

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return 2 (p_j − d_j), divided by m where m > 1."""
        return _divided(2 * (predicted - desired), outputs)


class CrossEntropyObjective(Objective):
    """Cross-entropy behind the activation that makes probabilities for it: δ(L) = p − d."""


class SoftmaxCrossentropy(CrossEntropyObjective):
    """Softmax with categorical cross-entropy."""

    activation = Softmax()
    cost = CategoricalCrossentropy()

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E = Σ_j d_j (ln Σ_k exp(in_k − a) − (in_j − a)) with a = max in, the first."""
        shifted, rest, _ = _shifted(net_input)
        log_sum = np.log1p(rest.astype(np.float64))
        errors: Array = (desired * (log_sum[:, None] - shifted)).sum(axis=1)
        return errors

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return p − d; for the most probable class from 1 − p, which has all its digits there."""
        p = self.activation.value(net_input)
        delta: Array = p - desired
        _, rest, at = _shifted(net_input)
        rows = np.arange(len(p))
        d = desired[rows, at]
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


class SigmoidCrossentropy(CrossEntropyObjective):
    """Sigmoid with binary cross-entropy."""

    activation = Sigmoid()
    cost = BinaryCrossentropy()

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return the mean of max(in, 0) − d in + ln(1 + exp(−|in|)) over the outputs."""
        net_input = net_input.astype(np.float64)
        tail = np.log1p(np.exp(-np.abs(net_input)))
        errors: Array = (np.maximum(net_input, 0) - desired * net_input + tail).mean(axis=1)
        return errors

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return (p − d) / m as ((1 − d) σ(in) − d σ(−in)) / m, which does not cancel."""
        p, complement = self.activation.value(net_input), self.activation.value(-net_input)
        outputs = net_input.dtype.type(net_input.shape[1])
        delta: Array = ((1 - desired) * p - desired * complement) / outputs
        return delta


@dataclass(frozen=True)
class ComposedObjective(Objective):
    """An activation, then a cost of the outputs: δ(L) by the chain rule through both."""

    activation: Activation
    cost: MeanSquaredError

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E of each example."""
        return self.cost.errors(self.activation.value(net_input), desired)

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return ∂E/∂p through the activation."""
        d_predicted = self.cost.derivative(self.activation.value(net_input), desired)
        return self.activation.backward(net_input, d_predicted)


COSTS: dict[str, Cost] = {
    cost.name: cost
    for cost in (CategoricalCrossentropy(), BinaryCrossentropy(), MeanSquaredError())
}


def cost_named(cost: str | Cost) -> Cost:
    """Return the cost of that name; a Cost is returned unchanged.

    Raises
    ------
    ValueError
        If there is no cost of that name.
    """
    if isinstance(cost, Cost):
        return cost
    if not isinstance(cost, str) or cost not in COSTS:
        raise ValueError(f"unknown cost {cost!r}; known are: {', '.join(COSTS)}")
    return COSTS[cost]


def default_cost(activation: Activation) -> Cost:
    """Return the cost that follows an output activation unless another is given.

    Examples
    --------
    >>> default_cost(Softmax())
    CategoricalCrossentropy()
    >>> default_cost(Sigmoid())
    BinaryCrossentropy()
    """
    if isinstance(activation, Softmax):
        return CategoricalCrossentropy()
    if isinstance(activation, Sigmoid):
        return BinaryCrossentropy()
    return MeanSquaredError()


def _wrong_pair(cost: Cost, given: Activation, right: Activation) -> ValueError:
    fitting = default_cost(given)
    return ValueError(
        f"the cost {cost.name!r} needs the output activation {right.name!r}, but the network "
        f"ends in {given.name!r}; give the output layer {right.name!r}, or use the cost "
        f"{fitting.name!r}"
    )


def _divided(formula: Formula, outputs: int) -> Formula:
    return formula if outputs == 1 else formula / outputs


def _mean_terms(terms: list[Formula]) -> list[Formula]:
    if len(terms) == 1:
        return terms
    one_over_m = Number(1.0) / len(terms)
    return [Product((one_over_m, term)) for term in terms]
