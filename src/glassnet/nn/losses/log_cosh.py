"""The logarithm of the hyperbolic cosine of the difference."""

import math

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Symbol, exp, ln
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.mean_absolute_error import absolute

__all__ = ["LogCosh"]


class LogCosh(ElementwiseLoss):
    """E = (1/m) Σ_j ln cosh(p_j − t_j), as ``keras.losses.log_cosh``.

    Half the squared difference near 0, the absolute difference without ln 2 far out; its
    derivative is tanh(p − t).
    """

    name = "log_cosh"

    def values(self, predicted: Array, target: Array) -> Array:
        """Return ln cosh(p − t) = ln(1 + 2 sinh²((p − t)/2)), |p − t| − ln 2 beyond 20."""
        size = np.abs(predicted - target)
        near = np.log1p(2 * np.sinh(np.minimum(size, 20) / 2) ** 2)
        values: Array = np.where(size > 20, size - math.log(2), near)
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return tanh(p − t)."""
        derivatives: Array = np.tanh(predicted - target)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return |p − t| + ln((1 + exp(−2 |p − t|)) / 2), which is ln cosh(p − t)."""
        size = absolute(predicted - target)
        return size + ln((1 + exp(-2 * size)) / 2)

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return tanh(p − t)."""
        return Call("tanh", (predicted - target,))
