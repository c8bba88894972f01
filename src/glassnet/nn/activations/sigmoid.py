"""The sigmoid, also called the logistic function."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol, exp
from glassnet.nn.activations.activation import Elementwise

__all__ = ["Sigmoid", "sigmoid"]


class Sigmoid(Elementwise):
    """g(in) = 1 / (1 + exp(−in)): maps any number into (0, 1)."""

    name = "sigmoid"
    other_names = ("logistic",)
    default_loss = "binary_crossentropy"

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return σ(in), from exp(−|in|) so that nothing overflows."""
        e = np.exp(-np.abs(net_input))
        y: Array = np.where(net_input < 0, e, 1) / (1 + e)
        return y.astype(net_input.dtype)

    def derivative(self, net_input: Array) -> Array:
        """Return σ(in) σ(−in): y (1 − y) without the cancellation near y = 1."""
        product: Array = self.value(net_input) * self.value(-net_input)
        return product

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return 1 / (1 + exp(−in))."""
        return 1 / (1 + exp(-net_inputs[unit]))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return y (1 − y)."""
        return output * (1 - output)


sigmoid = Sigmoid()
