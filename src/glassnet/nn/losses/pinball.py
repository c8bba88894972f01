"""The pinball loss, for quantiles."""

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Positive, Symbol
from glassnet.nn.losses.output_loss import OutputsCost

__all__ = ["Pinball"]


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
