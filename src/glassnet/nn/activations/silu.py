"""Silu, also called swish."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, exp
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.sigmoid import sigmoid

__all__ = ["Silu"]


class Silu(Elementwise):
    """g(in) = in σ(in), also called swish: Elfwing, Uchibe and Doya 2018, equation 6."""

    name = "silu"
    other_names = ("swish",)
    initial_weights = "he"

    def value(self, net_input: Array) -> Array:
        """Return in σ(in)."""
        share = sigmoid.value(net_input)
        y: Array = np.where(share == 0, 0, net_input) * share
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return σ(in) + in σ′(in)."""
        slope = sigmoid.derivative(net_input)
        bend: Array = np.where(slope == 0, 0, net_input) * slope
        total: Array = sigmoid.value(net_input) + bend
        return total.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in / (1 + exp(−in))."""
        return net_inputs[unit] / (1 + exp(-net_inputs[unit]))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return s (1 + in (1 − s)) with s = 1 / (1 + exp(−in))."""
        share = 1 / (1 + exp(-net_input))
        return share * (1 + net_input * (1 - share))
