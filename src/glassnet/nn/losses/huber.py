"""The Huber loss."""

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Number, Symbol
from glassnet.nn.losses.mean_absolute_error import absolute
from glassnet.nn.losses.output_loss import OutputsCost

__all__ = ["Huber"]


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
        size = absolute(predicted - desired)
        bounded = Call("min", (Number(self.threshold), size))
        return bounded * (size - bounded / 2)

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return max(−t, min(t, p − d))."""
        upper = Call("min", (Number(self.threshold), predicted - desired))
        return Call("max", (Number(-self.threshold), upper))
