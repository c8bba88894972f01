"""Elu, the exponential linear unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, IversonBracket, Symbol, exp
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.leaky_relu import negative_part
from glassnet.nn.activations.relu import positive_part

__all__ = ["Elu"]


@dataclass(frozen=True)
class Elu(Elementwise):
    """g(in) = in above 0, α (exp(in) − 1) below: Clevert, Unterthiner and Hochreiter 2016, eq. 15.

    Parameters
    ----------
    alpha : float
        α; the output approaches −α for very negative net inputs.
    """

    name = "elu"
    initial_weights = "he"

    alpha: float = bounded(1.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """0, where alpha is not 1."""
        return (0.0,) if self.alpha != 1 else ()

    def value(self, net_input: Array) -> Array:
        """Return in, or α (exp(in) − 1)."""
        alpha = net_input.dtype.type(self.alpha)
        y: Array = np.where(net_input > 0, net_input, alpha * np.expm1(np.minimum(net_input, 0)))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else α exp(in)."""
        alpha = net_input.dtype.type(self.alpha)
        slope: Array = np.where(net_input > 0, 1, alpha * np.exp(np.minimum(net_input, 0)))
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in) + α (exp(min(0, in)) − 1)."""
        below = exp(negative_part(net_inputs[unit])) - 1
        return positive_part(net_inputs[unit]) + self.alpha * below

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0] + α exp(min(0, in)) (1 − [in > 0])."""
        above = IversonBracket(net_input)
        return above + self.alpha * exp(negative_part(net_input)) * (1 - above)
