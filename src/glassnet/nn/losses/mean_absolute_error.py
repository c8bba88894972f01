"""The mean absolute error."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Positive, Symbol
from glassnet.nn.losses.output_loss import OutputsCost

__all__ = ["MeanAbsoluteError", "absolute"]


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
        return absolute(predicted - desired)

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return [p > d] − [d > p]."""
        return Positive(predicted - desired) - Positive(desired - predicted)


def absolute(formula: Formula) -> Formula:
    """Return the absolute value."""
    return Call("abs", (formula,))
