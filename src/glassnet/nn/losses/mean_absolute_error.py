"""The mean absolute error."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, IversonBracket, Symbol
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss, rounded

__all__ = ["MeanAbsoluteError", "absolute"]


class MeanAbsoluteError(ElementwiseLoss):
    """E = (1/m) Σ_j |p_j − t_j|: its best constant prediction is the median."""

    name = "mean_absolute_error"
    other_names = ("mae",)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return the targets."""
        return (target,)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return |p − t|."""
        sizes: Array = np.abs(predicted - target)
        return sizes

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return the sign of p − t, 0 if they are equal."""
        signs: Array = np.sign(predicted - target)
        return signs

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return |p − t|."""
        return absolute(predicted - target)

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return [p > t] − [t > p]."""
        p = rounded(predicted)
        return IversonBracket(p - target) - IversonBracket(target - p)


def absolute(formula: Formula) -> Formula:
    """Return the absolute value."""
    return Call("abs", (formula,))
