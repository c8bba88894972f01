"""The hyperbolic tangent."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Tanh"]


class Tanh(Elementwise):
    """g(in) = tanh(in): maps any number into (−1, 1)."""

    name = "tanh"

    def value(self, net_input: Array) -> Array:
        """Return tanh(in)."""
        y: Array = np.tanh(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 − y² as 1 / cosh(in)², without cancellation near y = ±1."""
        e = np.exp(-np.abs(net_input))
        root: Array = 2 * e / (1 + e * e)
        return root * root

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return tanh(in)."""
        return Call("tanh", (net_inputs[unit],))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1 − y²."""
        return 1 - output**2
