"""The Poisson loss, for counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol, ln
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.exponential import Exponential
from glassnet.nn.activations.sigmoid import Sigmoid
from glassnet.nn.activations.softmax import Softmax
from glassnet.nn.activations.softplus import Softplus
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.loss import OutputLoss, divided, divided_terms, mismatch_error

__all__ = ["Poisson", "PoissonOfExponential", "SummedPoisson"]


class Poisson(ElementwiseLoss):
    """E = (1/m) Σ_j (p_j − t_j ln p_j): −ln of the Poisson distribution, up to a constant.

    For counts t and their expected values p, which must be positive: after exponential, softplus,
    sigmoid or softmax.
    """

    name = "poisson"
    #: Smaller predictions are replaced by it in the logarithm and the division.
    SMALLEST = 2.0**-100

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; the activation's outputs must be positive."""
        if isinstance(activation, Exponential):
            return PoissonOfExponential(activation, self)
        if not isinstance(activation, Softplus | Sigmoid | Softmax):
            raise mismatch_error(self, activation, "'exponential' or 'softplus'")
        return super().paired_with(activation)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return p − t ln p."""
        values: Array = predicted - target * np.log(np.maximum(predicted, self.SMALLEST))
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return 1 − t / p."""
        smallest = predicted.dtype.type(self.SMALLEST)
        derivatives: Array = 1 - target / np.maximum(predicted, smallest)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return p − t ln p."""
        return predicted - target * ln(self._bounded(predicted))

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return 1 − t / p."""
        return 1 - target / self._bounded(predicted)

    def _bounded(self, predicted: Symbol) -> Formula:
        """Return p, or max(p, 2^-100) where that makes a difference."""
        if np.min(predicted.value) >= self.SMALLEST:
            return predicted
        return Call("max", (Number(self.SMALLEST), predicted))


class SummedPoisson(Poisson):
    """E = Σ_j (p_j − t_j ln p_j): the sum over the outputs, not the mean."""

    name = "summed_poisson"
    known_elsewhere = False
    summed = True


@dataclass(frozen=True)
class PoissonOfExponential(OutputLoss):
    """Exponential with the Poisson loss, from the net inputs: ln p = in, and δ = p − t."""

    activation: Exponential
    loss: Poisson

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return p − t ln p for each output: ln p is in, so that no p is too small."""
        terms = [p - t * ln(p) for p, t in zip(predicted, target, strict=True)]
        return divided_terms(terms, self.loss.divisor(len(terms)))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return 1 − t / p."""
        return divided(1 - target / predicted, self.loss.divisor(outputs))

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return exp(in) − t in, the outputs' mean or sum."""
        net_input = net_input.astype(np.float64)
        terms = self.activation.value(net_input) - target * net_input
        losses: Array = terms.sum(axis=1) / self.loss.divisor(terms.shape[1])
        return losses

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return p − t, divided by m if E is a mean."""
        divisor = net_input.dtype.type(self.loss.divisor(net_input.shape[1]))
        delta: Array = (self.activation.value(net_input) - target) / divisor
        return delta
