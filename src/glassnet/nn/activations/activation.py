"""The base of activation functions: value, derivative and formula, side by side."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from glassnet.core.array import Array
from glassnet.core.record import Record
from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.tree import Formula, Symbol

__all__ = ["Activation", "Elementwise"]


class Activation(Record, ABC):
    """A function g from the net inputs of a layer to its outputs.

    Arrays are (examples, units of the layer), float32 or float64. A subclass is known by its
    ``name`` once it is defined; its docstring says where its formula comes from.
    """

    #: The default loss of an output layer with this activation.
    default_loss: ClassVar[str] = "mean_squared_error"
    #: The initial weights of a layer with this activation.
    initial_weights: ClassVar[str] = "glorot"

    @property
    def kinks(self) -> tuple[float, ...]:
        """The net inputs at which g′ jumps."""
        return ()

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0, as some losses need it."""
        return False

    @abstractmethod
    def value(self, net_input: Array) -> Array:
        """Return y = g(in), in the precision of `net_input`."""

    @abstractmethod
    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂in, given the net inputs and ∂E/∂y, by the chain rule."""

    @abstractmethod
    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return y of one unit as a formula, whose value is that of :meth:`value`.

        Parameters
        ----------
        net_inputs : sequence of Symbol
            Of all units of the layer.
        unit : int
            Which of them, from 0.
        most : int, optional
            How many terms a sum shows; all if not given.
        """

    @abstractmethod
    def by_definition(self, net_input: Array, arithmetic: Arithmetic) -> Array:
        """Return y by its formula, in another arithmetic, for the independent check.

        Parameters
        ----------
        net_input : array of shape (examples, units)
            Of the numbers of `arithmetic`.
        arithmetic : Arithmetic
            Has functions like exp for its numbers.
        """


class Elementwise(Activation):
    """An activation of each unit by itself: δ = ∂E/∂y · g′(in)."""

    @abstractmethod
    def derivative(self, net_input: Array) -> Array:
        """Return g′(in), of the shape and precision of `net_input`."""

    @abstractmethod
    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return g′(in) in terms of the net input or the output, whichever is shorter."""

    def by_definition(self, net_input: Array, arithmetic: Arithmetic) -> Array:
        """Return y by its formula, of all units at once."""
        whole = Symbol("in", net_input)  # type: ignore[arg-type]  # all values at once
        y: Array = self.formula([whole], 0).evaluate(arithmetic)
        return y

    def backward(self, net_input: Array, d_output: Array) -> Array:
        """Return δ = ∂E/∂y · g′(in)."""
        product: Array = d_output * self.derivative(net_input)
        return product
