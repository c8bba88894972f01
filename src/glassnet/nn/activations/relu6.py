"""Relu6, a relu that ends at 6."""

from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.hard_tanh import HardTanh

__all__ = ["Relu6"]

_CLIPPED = HardTanh(0, 6)


class Relu6(Elementwise):
    """g(in) = max(0, min(6, in)): Howard et al. 2017, section 3. The derivative at 0 and 6 is 0."""

    name = "relu6"
    initial_weights = "he"

    @property
    def kinks(self) -> tuple[float, ...]:
        """0 and 6."""
        return _CLIPPED.kinks

    @property
    def never_negative(self) -> bool:
        """Whether no output is below 0."""
        return True

    def value(self, net_input: Array) -> Array:
        """Return max(0, min(6, in))."""
        return _CLIPPED.value(net_input)

    def derivative(self, net_input: Array) -> Array:
        """Return 1 between 0 and 6, else 0."""
        return _CLIPPED.derivative(net_input)

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return max(0, min(6, in))."""
        return _CLIPPED.formula(net_inputs, unit)

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return [in > 0] [in < 6]."""
        return _CLIPPED.derivative_formula(net_input, output)
