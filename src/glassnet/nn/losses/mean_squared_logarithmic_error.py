"""The mean squared logarithmic error, for positive numbers."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol, ln
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.loss import OutputLoss, mismatch_error

__all__ = ["MeanSquaredLogarithmicError"]


class MeanSquaredLogarithmicError(ElementwiseLoss):
    """E = (1/m) Σ_j (ln(1 + p_j) − ln(1 + t_j))²: nearly the squared relative error.

    As ``keras.losses.mean_squared_logarithmic_error``: predictions and targets below 1e-7 count
    as 1e-7. Outputs must not be negative: after relu or softplus, for example.
    """

    name = "mean_squared_logarithmic_error"
    other_names = ("msle",)
    SMALLEST = 1e-7

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; no output of the activation may be negative."""
        if not activation.never_negative:
            raise mismatch_error(self, activation, "'relu' or 'softplus'")
        return super().paired_with(activation)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return 1e-7."""
        return (np.full_like(target, self.SMALLEST),)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return (ln(1 + p) − ln(1 + t))²."""
        values: Array = self._difference(predicted, target) ** 2
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return 2 (ln(1 + p) − ln(1 + t)) / (1 + p); 0 for p up to 1e-7."""
        slope = 2 * self._difference(predicted, target) / (1 + predicted)
        derivatives: Array = np.where(predicted > self.SMALLEST, slope, 0)
        return derivatives.astype(predicted.dtype)

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return (ln(1 + p) − ln(1 + t))²."""
        return (self._logarithm(predicted) - self._logarithm(target)) ** 2

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return 2 (ln(1 + p) − ln(1 + t)) / (1 + p)."""
        if predicted.value <= self.SMALLEST:
            return Number(0.0)
        difference = self._logarithm(predicted) - self._logarithm(target)
        return 2 * difference / (1 + predicted)

    def _difference(self, predicted: Array, target: Array) -> Array:
        logarithms = [np.log1p(np.maximum(each, self.SMALLEST)) for each in (predicted, target)]
        difference: Array = logarithms[0] - logarithms[1]
        return difference

    def _logarithm(self, symbol: Symbol) -> Formula:
        """Return ln(1 + x), with max(x, 1e-7) where that makes a difference."""
        if np.min(symbol.value) >= self.SMALLEST:
            return ln(1 + symbol)
        return ln(1 + Call("max", (Number(self.SMALLEST), symbol)))
