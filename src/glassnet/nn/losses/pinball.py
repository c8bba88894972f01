"""The pinball loss, for quantiles."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, IversonBracket, Symbol
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss, rounded

__all__ = ["Pinball"]


@dataclass(frozen=True)
class Pinball(ElementwiseLoss):
    """The loss whose best constant prediction is a quantile (Koenker and Bassett 1978, eq. 1.1).

    c = q (t − p) if the prediction is too small, (1 − q) (p − t) if it is too large.

    Parameters
    ----------
    quantile : float
        q, above 0 and below 1.
    """

    name = "pinball"
    known_elsewhere = False

    quantile: float = bounded(0.5, 0, 1, include_minimum=False, include_maximum=False)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return the targets."""
        return (target,)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return c."""
        too_much = predicted - target
        values: Array = np.maximum((1 - self.quantile) * too_much, -self.quantile * too_much)
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return 1 − q if p > t, −q if p < t, 0 if they are equal."""
        too_much = predicted - target
        above, below = 1 - self.quantile, -self.quantile
        derivatives: Array = np.where(too_much > 0, above, np.where(too_much < 0, below, 0))
        return derivatives.astype(predicted.dtype)

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return max((1 − q) (p − t), q (t − p))."""
        above = (1 - self.quantile) * (predicted - target)
        return Call("max", (above, self.quantile * (target - predicted)))

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return (1 − q) [p > t] − q [t > p]."""
        p = rounded(predicted)
        above = (1 - self.quantile) * IversonBracket(p - target)
        return above - self.quantile * IversonBracket(target - p)
