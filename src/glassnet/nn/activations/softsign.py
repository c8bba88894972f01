"""Softsign."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Softsign"]


class Softsign(Elementwise):
    """g(in) = in / (1 + |in|), between −1 and 1: Turian, Bergstra and Bengio 2009."""

    name = "softsign"

    def value(self, net_input: Array) -> Array:
        """Return in / (1 + |in|)."""
        y: Array = net_input / (1 + np.abs(net_input))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 / (1 + |in|)²."""
        share = 1 / (1 + np.abs(net_input))
        slope: Array = share * share
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in / (1 + |in|)."""
        return net_inputs[unit] / (1 + Call("abs", (net_inputs[unit],)))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1 / (1 + |in|)²."""
        return 1 / (1 + Call("abs", (net_input,))) ** 2
