"""The Poisson loss, for counts."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, ln
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.exponential import Exponential
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.activations.softplus import Softplus
from glassnet.nn.losses.loss import Objective, wrong_pair
from glassnet.nn.losses.output_loss import OutputsCost

__all__ = ["Poisson", "PoissonOfExponential", "SummedPoisson"]


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
