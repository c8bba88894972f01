"""The identity, for outputs that are numbers."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Number, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Identity"]


class Identity(Elementwise):
    """g(in) = in: the output layer of a network that predicts numbers."""

    name = "identity"
    other_names = ("linear",)

    def value(self, net_input: Array) -> Array:
        """Return in."""
        return net_input.copy()

    def derivative(self, net_input: Array) -> Array:
        """Return 1."""
        return np.ones_like(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in."""
        return net_inputs[unit]

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1."""
        return Number(1.0)
