"""The base of activation functions: value, derivative and formula, side by side."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.named import Named

__all__ = ["Activation", "Elementwise"]


class Activation(Named, ABC):
    """A function g from net inputs to outputs. Arrays are (examples, units of the layer)."""

    #: Whether g′ jumps at 0.
    has_kink: bool = False
    #: The default loss of an output layer with this activation.
    default_loss: str = "mean_squared_error"

    @abstractmethod
    def value(self, net_input: Array) -> Array:
        """Return y = g(in), in the precision of `net_input`."""

    @abstractmethod
    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂in, given the net inputs and ∂E/∂y."""

    @abstractmethod
    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return y of `unit` from the layer's net inputs; sums show at most `most` terms."""


class Elementwise(Activation):
    """An activation of each unit by itself: δ = ∂E/∂y · g′(in)."""

    @abstractmethod
    def derivative(self, net_input: Array) -> Array:
        """Return g′(in)."""

    @abstractmethod
    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return g′(in) in terms of the net input or the output, whichever is shorter."""

    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂y · g′(in)."""
        product: Array = d_output * self.derivative(net_input)
        return product
