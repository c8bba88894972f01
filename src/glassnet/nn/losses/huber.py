"""The Huber loss."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, Number, Symbol
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.mean_absolute_error import absolute

__all__ = ["Huber"]


@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Half the squared difference up to a threshold, linear beyond it (Huber 1964).

    c = ½ (p − t)² if |p − t| ≤ h, else h (|p − t| − ½ h): outliers have less influence.

    Parameters
    ----------
    threshold : float
        h, above 0, in the units of the outputs.
    """

    name = "huber"

    threshold: float = bounded(1.0, 0, include_minimum=False)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return c."""
        size = np.abs(predicted - target)
        line = self.threshold * (size - self.threshold / 2)
        values: Array = np.where(size > self.threshold, line, size * size / 2)
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return p − t, clipped to [−h, h]."""
        threshold = predicted.dtype.type(self.threshold)
        derivatives: Array = np.clip(predicted - target, -threshold, threshold)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return a (|p − t| − a/2) with a = min(h, |p − t|), which covers both cases."""
        size = absolute(predicted - target)
        bounded = Call("min", (Number(self.threshold), size))
        return bounded * (size - bounded / 2)

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return max(−h, min(h, p − t))."""
        upper = Call("min", (Number(self.threshold), predicted - target))
        return Call("max", (Number(-self.threshold), upper))
