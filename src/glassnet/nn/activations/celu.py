"""Celu, an elu whose slope has no jump."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Symbol, exp
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.leaky_relu import negative_part
from glassnet.nn.activations.relu import positive_part

__all__ = ["Celu"]


@dataclass(frozen=True)
class Celu(Elementwise):
    """g(in) = in above 0, α (exp(in / α) − 1) below: Barron 2017, equation 2.

    Parameters
    ----------
    alpha : float
        α, above 0; the output approaches −α for very negative net inputs.
    """

    name = "celu"
    initial_weights = "he"

    alpha: float = bounded(1.0, 0, include_minimum=False)

    def value(self, net_input: Array) -> Array:
        """Return in, or α (exp(in / α) − 1)."""
        alpha = net_input.dtype.type(self.alpha)
        below = alpha * np.expm1(np.minimum(net_input, 0) / alpha)
        y: Array = np.where(net_input > 0, net_input, below)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else exp(in / α)."""
        alpha = net_input.dtype.type(self.alpha)
        slope: Array = np.exp(np.minimum(net_input, 0) / alpha)
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in) + α (exp(min(0, in) / α) − 1)."""
        below = exp(negative_part(net_inputs[unit]) / self.alpha) - 1
        return positive_part(net_inputs[unit]) + self.alpha * below

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return exp(min(0, in) / α), which is 1 above 0."""
        return exp(negative_part(net_input) / self.alpha)
