"""Gelu by its approximation with tanh."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol, exp
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.sigmoid import sigmoid

__all__ = ["GeluTanh"]

#: Of the cubic term.
CUBIC = 0.044715


class GeluTanh(Elementwise):
    """g(in) = in σ(2u) with u = √(2/π) (in + 0.044715 in³): Hendrycks and Gimpel 2016, §2.

    The same as ½ in (1 + tanh u), as it is mostly written: an approximation of gelu.
    """

    name = "gelu_tanh"
    known_elsewhere = False
    initial_weights = "he"

    def value(self, net_input: Array) -> Array:
        """Return in σ(2u); 0 far below 0, where −∞ · 0 would be NaN."""
        share = sigmoid.value(_twice_u(net_input))
        y: Array = np.where(share == 0, 0, net_input) * share
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return σ(2u) + in σ′(2u) · 2u′."""
        near = np.clip(net_input, -22, 22)  # farther out, σ′ is 0
        twice_u = _twice_u(net_input)
        d_twice_u = np.sqrt(8 / np.pi) * (1 + 3 * CUBIC * near * near)
        slope: Array = sigmoid.value(twice_u) + near * sigmoid.derivative(twice_u) * d_twice_u
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in / (1 + exp(−√(8/π) (in + 0.044715 in³)))."""
        return net_inputs[unit] / (1 + exp(-_twice_u_formula(net_inputs[unit])))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return s (1 + in (1 − s) √(8/π) (1 + 3 · 0.044715 in²)) with s = σ(2u)."""
        share = 1 / (1 + exp(-_twice_u_formula(net_input)))
        bend = _FACTOR * (1 + 3 * CUBIC * net_input**2)
        return share * (1 + net_input * (1 - share) * bend)


_FACTOR = Call("sqrt", (Number(8 / np.pi),))


def _twice_u(net_input: Array) -> Array:
    near = np.clip(net_input, -22, 22)  # farther out, σ is 0 or 1
    twice_u: Array = np.sqrt(8 / np.pi) * (near + CUBIC * near * near * near)
    return twice_u.astype(net_input.dtype)


def _twice_u_formula(net_input: Symbol) -> Formula:
    return _FACTOR * (net_input + CUBIC * net_input**3)
