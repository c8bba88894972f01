"""Activation functions: value, derivative and formula, side by side.

``rectifier`` has the family of relu, ``activations`` all of them by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.formula.tree import Call, Formula, Number, Symbol, exp, sum_of
from glassnet.nn.named import Named

__all__ = [
    "Activation",
    "Array",
    "Elementwise",
    "Exponential",
    "Identity",
    "Sigmoid",
    "Softmax",
    "Tanh",
]

Array: TypeAlias = NDArray[Any]


class Activation(Named, ABC):
    """A function g from net inputs to outputs. Arrays are (examples, units of the layer)."""

    #: Whether g′ jumps at 0.
    has_kink: bool = False
    #: The cost behind an output layer of it, unless another is given.
    default_cost: str = "mean_squared_error"

    @abstractmethod
    def value(self, net_input: Array) -> Array:
        """Return y = g(in), in the precision of `net_input`."""

    @abstractmethod
    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂in, given the net inputs and ∂E/∂y."""

    @abstractmethod
    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return y of `unit` by the layer's net inputs; sums show at most `most` terms."""


class Elementwise(Activation):
    """An activation of each unit by itself: δ = ∂E/∂y · g′(in)."""

    @abstractmethod
    def derivative(self, net_input: Array) -> Array:
        """Return g′(in)."""

    @abstractmethod
    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return g′(in), by the net input or the output, whichever is shorter."""

    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂y · g′(in)."""
        product: Array = d_output * self.derivative(net_input)
        return product


class Identity(Elementwise):
    """g(in) = in: the output layer of a network that predicts numbers."""

    name = "identity"

    def value(self, net_input: Array) -> Array:
        """Return in."""
        return net_input.copy()

    def derivative(self, net_input: Array) -> Array:
        """Return 1."""
        return np.ones_like(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return in."""
        return net_inputs[unit]

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1."""
        return Number(1.0)


class Sigmoid(Elementwise):
    """g(in) = 1 / (1 + exp(−in)): any number squashed into (0, 1)."""

    name = "sigmoid"
    default_cost = "binary_crossentropy"

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


class Tanh(Elementwise):
    """g(in) = tanh(in): any number squashed into (−1, 1)."""

    name = "tanh"

    def value(self, net_input: Array) -> Array:
        """Return tanh(in)."""
        y: Array = np.tanh(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return 1 − y² as 1 / cosh(in)², which does not cancel near y = ±1."""
        e = np.exp(-np.abs(net_input))
        root: Array = 2 * e / (1 + e * e)
        return root * root

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return tanh(in)."""
        return Call("tanh", (net_inputs[unit],))

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return 1 − y²."""
        return 1 - output**2


class Exponential(Elementwise):
    """g(in) = exp(in): the output layer of a network that predicts rates and counts."""

    name = "exponential"
    default_cost = "poisson"

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


class Softmax(Activation):
    """y_i = exp(in_i) / Σ_k exp(in_k): net inputs made into probabilities that sum to 1."""

    name = "softmax"
    default_cost = "categorical_crossentropy"

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
