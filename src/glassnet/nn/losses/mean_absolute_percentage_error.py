"""The mean absolute percentage error."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss, rounded
from glassnet.nn.losses.mean_absolute_error import absolute

__all__ = ["MeanAbsolutePercentageError"]


class MeanAbsolutePercentageError(ElementwiseLoss):
    """E = (100/m) Σ_j |p_j − t_j| / |t_j|: how far off in percent of the target.

    As ``keras.losses.mean_absolute_percentage_error``: |t| below 1e-7 counts as 1e-7.
    """

    name = "mean_absolute_percentage_error"
    other_names = ("mape",)
    SMALLEST = 1e-7

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return the targets."""
        return (target,)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return 100 |p − t| / |t|."""
        values: Array = np.abs(predicted - target) * self._scale(target)
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return 100 / |t| with the sign of p − t, 0 if they are equal."""
        derivatives: Array = np.sign(predicted - target) * self._scale(target)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return 100 |p − t| / |t|."""
        return 100 * absolute(predicted - target) / self._size(target)

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return 100 ([p > t] − [t > p]) / |t|."""
        p = rounded(predicted)
        sign = IversonBracket(p - target) - IversonBracket(target - p)
        return 100 * sign / self._size(target)

    def _scale(self, target: Array) -> Array:
        scale: Array = 100 / np.maximum(np.abs(target), target.dtype.type(self.SMALLEST))
        return scale

    def _size(self, target: Symbol) -> Formula:
        """Return |t|, or max(|t|, 1e-7) where that makes a difference."""
        if abs(target.value) >= self.SMALLEST:
            return absolute(target)
        return Call("max", (Number(self.SMALLEST), absolute(target)))
