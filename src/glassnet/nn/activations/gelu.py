"""Gelu, the Gaussian error linear unit."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol, exp
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Gelu"]


class Gelu(Elementwise):
    """g(in) = in Φ(in), Φ the normal distribution: Hendrycks and Gimpel 2016, equation in §2."""

    name = "gelu"
    initial_weights = "he"

    def value(self, net_input: Array) -> Array:
        """Return in Φ(in); 0 far below 0, where −∞ · 0 would be NaN."""
        mass = _normal_cdf(net_input)
        y: Array = np.where(mass == 0, 0, net_input) * mass
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return Φ(in) + in φ(in)."""
        near = np.where(np.abs(net_input) > 40, 0, net_input)  # φ is 0 farther out
        density = np.exp(-near * near / 2) / np.sqrt(2 * np.pi)
        slope: Array = _normal_cdf(net_input) + near * density
        return slope.astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in · Φ(in)."""
        return net_inputs[unit] * Call("Φ", (net_inputs[unit],))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return Φ(in) + in · exp(−in²/2) / √(2π)."""
        density = exp(-(net_input**2) / 2) / Call("sqrt", (Number(2 * np.pi),))
        return Call("Φ", (net_input,)) + net_input * density


def _normal_cdf(x: Array) -> Array:
    """Φ(x), accurate in both tails."""
    from scipy.special import ndtr

    mass: Array = ndtr(x)
    return mass
