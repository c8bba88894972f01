"""Mish."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Symbol, exp, ln
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.sigmoid import sigmoid

__all__ = ["Mish"]


class Mish(Elementwise):
    """g(in) = in tanh(ln(1 + exp(in))): Misra 2019, equation 1."""

    name = "mish"
    initial_weights = "he"

    def value(self, net_input: Array) -> Array:
        """Return in · s with s = tanh(ln(1 + exp(in))) = q / (q + 2), q = exp(in) (exp(in) + 2)."""
        share, _ = self._tanh_softplus(net_input)
        y: Array = np.where(share == 0, 0, net_input) * share
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return s + in σ(in) (1 − s²), with 1 − s² = 4 (q + 1) / (q + 2)²."""
        share, bend = self._tanh_softplus(net_input)
        bounded = np.clip(net_input, -200, 30)
        slope: Array = share + bounded * sigmoid.value(net_input) * bend
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in · tanh(ln(1 + exp(in)))."""
        return net_inputs[unit] * _tanh_softplus_formula(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return s + in (1 − s²) / (1 + exp(−in)) with s = tanh(ln(1 + exp(in)))."""
        s = _tanh_softplus_formula(net_input)
        return s + net_input * (1 - s**2) / (1 + exp(-net_input))

    def _tanh_softplus(self, net_input: Array) -> tuple[Array, Array]:
        e = np.exp(np.minimum(net_input, 30))  # beyond 30, s is 1 in both precisions
        q = e * (e + 2)
        half = 2 / (q + 2)
        return q / (q + 2), (q + 1) * half * half


def _tanh_softplus_formula(net_input: Symbol) -> Formula:
    return Call("tanh", (ln(1 + exp(net_input)),))
