"""Softplus, a smooth relu."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, exp, ln
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.sigmoid import sigmoid

__all__ = ["Softplus"]


class Softplus(Elementwise):
    """g(in) = ln(1 + exp(in)): a smooth relu, always positive (Dugas et al. 2001, equation 1)."""

    name = "softplus"

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return max(in, 0) + ln(1 + exp(−|in|)), so that nothing overflows."""
        y: Array = np.maximum(net_input, 0) + np.log1p(np.exp(-np.abs(net_input)))
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return σ(in)."""
        return sigmoid.value(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return ln(1 + exp(in))."""
        return ln(1 + exp(net_inputs[unit]))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1 / (1 + exp(−in))."""
        return 1 / (1 + exp(-net_input))
