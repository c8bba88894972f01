"""Costs of predicted values: how far from the desired ones they are."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Number, Positive, Symbol, ln
from glassnet.nn.activations.activation import Activation, Array, Exponential, Sigmoid, Softmax
from glassnet.nn.activations.rectifiers import Softplus
from glassnet.nn.losses.loss import Objective, OutputsCost, wrong_pair

__all__ = [
    "HalfSquaredError",
    "Huber",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Pinball",
    "Poisson",
    "PoissonOfExponential",
    "SummedPoisson",
]


class MeanSquaredError(OutputsCost):
    """E = (1/m) Σ_j (p_j − d_j)²."""

    name = "mean_squared_error"

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return (p − d)²."""
        squares: Array = (predicted - desired) ** 2
        return squares

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return 2 (p − d)."""
        slopes: Array = 2 * (predicted - desired)
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return (p − d)²."""
        return (predicted - desired) ** 2

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return 2 (p − d)."""
        return 2 * (predicted - desired)


class HalfSquaredError(OutputsCost):
    """E = ½ Σ_j (p_j − d_j)², whose derivative is p − d: Rumelhart, Hinton and Williams 1986."""

    name = "half_squared_error"
    summed = True

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return ½ (p − d)²."""
        halves: Array = (predicted - desired) ** 2 / 2
        return halves

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return p − d."""
        slopes: Array = predicted - desired
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return ½ (p − d)²."""
        return 0.5 * (predicted - desired) ** 2

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return p − d."""
        return predicted - desired


class MeanAbsoluteError(OutputsCost):
    """E = (1/m) Σ_j |p_j − d_j|: its best constant is the median."""

    name = "mean_absolute_error"

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return |p − d|."""
        sizes: Array = np.abs(predicted - desired)
        return sizes

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return the sign of p − d, 0 where they are equal."""
        signs: Array = np.sign(predicted - desired)
        return signs

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return |p − d|."""
        return _absolute(predicted - desired)

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return [p > d] − [d > p]."""
        return Positive(predicted - desired) - Positive(desired - predicted)


class Huber(OutputsCost):
    """Half the square up to a threshold, a straight line beyond (Huber 1964).

    c = ½ (p − d)² where |p − d| ≤ t, and t (|p − d| − ½ t) elsewhere: outliers pull less.

    Parameters
    ----------
    threshold : float
        t, above 0, in the unit of the outputs.
    """

    name = "huber"
    parameter_name = "threshold"

    def __init__(self, threshold: float = 1.0) -> None:
        self.threshold = real_number("threshold", threshold, 0, least_too=False)

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return c."""
        size = np.abs(predicted - desired)
        line = self.threshold * (size - self.threshold / 2)
        costs: Array = np.where(size > self.threshold, line, size * size / 2)
        return costs

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return p − d, cut off at ± the threshold."""
        threshold = predicted.dtype.type(self.threshold)
        slopes: Array = np.clip(predicted - desired, -threshold, threshold)
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return a (|p − d| − a/2) with a = min(t, |p − d|), which is both cases in one."""
        size = _absolute(predicted - desired)
        bounded = Call("min", (Number(self.threshold), size))
        return bounded * (size - bounded / 2)

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return max(−t, min(t, p − d))."""
        upper = Call("min", (Number(self.threshold), predicted - desired))
        return Call("max", (Number(-self.threshold), upper))


class Pinball(OutputsCost):
    """The cost whose best constant is a quantile (Koenker and Bassett 1978, equation 1.1).

    c = q (d − p) where too little is predicted, (1 − q) (p − d) where too much.

    Parameters
    ----------
    quantile : float
        q, above 0 and below 1.
    """

    name = "pinball"
    parameter_name = "quantile"

    def __init__(self, quantile: float = 0.5) -> None:
        self.quantile = real_number("quantile", quantile, 0, 1, least_too=False, most_too=False)

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return c."""
        too_much = predicted - desired
        costs: Array = np.maximum((1 - self.quantile) * too_much, -self.quantile * too_much)
        return costs

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return 1 − q where p > d, −q where p < d, 0 where they are equal."""
        too_much = predicted - desired
        above, below = 1 - self.quantile, -self.quantile
        slopes: Array = np.where(too_much > 0, above, np.where(too_much < 0, below, 0))
        return slopes.astype(predicted.dtype)

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return max((1 − q) (p − d), q (d − p))."""
        above = (1 - self.quantile) * (predicted - desired)
        return Call("max", (above, self.quantile * (desired - predicted)))

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return (1 − q) [p > d] − q [d > p]."""
        above = (1 - self.quantile) * Positive(predicted - desired)
        return above - self.quantile * Positive(desired - predicted)


class Poisson(OutputsCost):
    """E = (1/m) Σ_j (p_j − d_j ln p_j): −ln of the Poisson distribution, but for a constant.

    For counts d and their expected numbers p, which must be positive: behind exponential,
    softplus, sigmoid or softmax.
    """

    name = "poisson"
    #: Predictions below are taken for it in the logarithm and the division.
    SMALLEST = 2.0**-100

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; the activation's outputs must be positive."""
        if isinstance(activation, Exponential):
            return PoissonOfExponential(activation, self)
        if not isinstance(activation, Softplus | Sigmoid | Softmax):
            raise wrong_pair(self, activation, "'exponential' or 'softplus'")
        return super().paired_with(activation)

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return p − d ln p."""
        costs: Array = predicted - desired * np.log(np.maximum(predicted, self.SMALLEST))
        return costs

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return 1 − d / p."""
        smallest = predicted.dtype.type(self.SMALLEST)
        slopes: Array = 1 - desired / np.maximum(predicted, smallest)
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return p − d ln p."""
        return predicted - desired * ln(predicted)

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return 1 − d / p."""
        return 1 - desired / predicted


class SummedPoisson(Poisson):
    """E = Σ_j (p_j − d_j ln p_j): all outputs count, however many."""

    name = "summed_poisson"
    summed = True


@dataclass(frozen=True)
class PoissonOfExponential(Objective):
    """Exponential with Poisson's cost, from the net inputs: ln p = in, and δ = p − d."""

    activation: Exponential
    cost: Poisson

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return exp(in) − d in, the outputs' mean or sum."""
        net_input = net_input.astype(np.float64)
        terms = self.activation.value(net_input) - desired * net_input
        errors: Array = terms.sum(axis=1) / self.cost.divisor(terms.shape[1])
        return errors

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return p − d, divided by m where E is a mean."""
        divisor = net_input.dtype.type(self.cost.divisor(net_input.shape[1]))
        delta: Array = (self.activation.value(net_input) - desired) / divisor
        return delta


def _absolute(formula: Formula) -> Formula:
    return Call("abs", (formula,))
