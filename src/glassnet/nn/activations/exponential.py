"""The exponential function, for rates and counts."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, exp
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Exponential"]


class Exponential(Elementwise):
    """g(in) = exp(in): the output layer of a network that predicts rates and counts."""

    name = "exponential"
    other_names = ("exp",)
    default_loss = "poisson"

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return exp(in)."""
        with np.errstate(over="ignore"):
            y: Array = np.exp(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return exp(in)."""
        return self.value(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return exp(in)."""
        return exp(net_inputs[unit])

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return y."""
        return output
