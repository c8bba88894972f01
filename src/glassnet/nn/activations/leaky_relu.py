"""Leaky relu."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.relu import positive_part

__all__ = ["LeakyRelu", "negative_part"]


@dataclass(frozen=True)
class LeakyRelu(Elementwise):
    """g(in) = in above 0, slope · in below: Maas, Hannun and Ng 2013.

    Parameters
    ----------
    slope : float
        The slope below 0; 0.01 is PyTorch's default.

    Examples
    --------
    >>> LeakyRelu(0.2).value(np.array([[-1.0, 2.0]])).tolist()
    [[-0.2, 2.0]]
    """

    name = "leaky_relu"
    initial_weights = "he"

    slope: float = bounded(0.01)

    @property
    def kinks(self) -> tuple[float, ...]:
        """0."""
        return (0.0,)

    def value(self, net_input: Array) -> Array:
        """Return in, or slope · in."""
        slope = net_input.dtype.type(self.slope)
        y: Array = np.where(net_input > 0, net_input, slope * net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else the slope."""
        return np.where(net_input > 0, 1, self.slope).astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in) + slope · min(0, in)."""
        return positive_part(net_inputs[unit]) + self.slope * negative_part(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0] + slope (1 − [in > 0])."""
        return IversonBracket(net_input) + self.slope * (1 - IversonBracket(net_input))


def negative_part(net_input: Symbol) -> Formula:
    """Return min(0, in)."""
    return Call("min", (Number(0.0), net_input))
