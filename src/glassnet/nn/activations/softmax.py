"""Softmax: probabilities that sum to 1."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.tree import Formula, Symbol, exp, sum_of
from glassnet.nn.activations.activation import Activation

__all__ = ["Softmax"]


class Softmax(Activation):
    """y_i = exp(in_i) / Σ_k exp(in_k): turns net inputs into probabilities that sum to 1."""

    name = "softmax"
    default_loss = "categorical_crossentropy"

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return softmax(in), from in − max(in) so that nothing overflows."""
        e = np.exp(net_input - net_input.max(axis=1, keepdims=True))
        y: Array = e / e.sum(axis=1, keepdims=True)
        return y

    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ_i = Σ_k ∂E/∂y_k · y_k ([i = k] − y_i) = y_i (∂E/∂y_i − Σ_k ∂E/∂y_k y_k)."""
        y = self.value(net_input)
        delta: Array = y * (d_output - (d_output * y).sum(axis=1, keepdims=True))
        return delta

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return exp(in_i) / (exp(in_1) + exp(in_2) + ...)."""
        return exp(net_inputs[unit]) / sum_of([exp(symbol) for symbol in net_inputs], most)

    def by_definition(self, net_input: Array, arithmetic: Arithmetic) -> Array:
        """Return exp(in_i − a) / Σ_k exp(in_k − a), each exponential once, with a = max in."""
        e = arithmetic.functions["exp"](net_input - net_input.max(axis=1)[:, None])
        y: Array = e / e.sum(axis=1)[:, None]
        return y
