"""Relu, the rectified linear unit."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Relu", "positive_part"]


class Relu(Elementwise):
    """g(in) = max(0, in), with derivative 0 at the kink."""

    name = "relu"
    initial_weights = "he"

    @property
    def kinks(self) -> tuple[float, ...]:
        """0."""
        return (0.0,)

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return max(0, in)."""
        y: Array = np.maximum(net_input, 0)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 where in > 0, else 0."""
        return (net_input > 0).astype(net_input.dtype)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, in)."""
        return positive_part(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0]."""
        return IversonBracket(net_input)


def positive_part(net_input: Symbol) -> Formula:
    """Return max(0, in)."""
    return Call("max", (Number(0.0), net_input))
