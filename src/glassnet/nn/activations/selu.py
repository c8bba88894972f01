"""Selu, the self-normalising elu."""

from collections.abc import Sequence

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.activations.elu import Elu

__all__ = ["Selu"]


class Selu(Elementwise):
    """g(in) = λ elu(in; α): Klambauer et al. 2017, "Self-normalizing neural networks", eq. 2.

    α and λ are chosen so that outputs keep mean 0 and variance 1 through many layers.
    """

    name = "selu"
    initial_weights = "lecun"
    ALPHA = 1.6732632423543772848
    SCALE = 1.0507009873554804934
    elu = Elu(ALPHA)

    @property
    def kinks(self) -> tuple[float, ...]:
        """0."""
        return (0.0,)

    def value(self, net_input: Array) -> Array:
        """Return λ elu(in)."""
        y: Array = net_input.dtype.type(self.SCALE) * self.elu.value(net_input)
        return y

    def derivative(self, net_input: Array) -> Array:
        """Return λ elu′(in)."""
        slope: Array = net_input.dtype.type(self.SCALE) * self.elu.derivative(net_input)
        return slope

    def formula(self, net_inputs: Sequence[Symbol], unit: int, most: int | None = None) -> Formula:
        """Return λ (max(0, in) + α (exp(min(0, in)) − 1))."""
        return self.SCALE * self.elu.formula(net_inputs, unit)

    def derivative_formula(self, net_input: Symbol, output: Symbol) -> Formula:
        """Return λ elu′(in)."""
        return self.SCALE * self.elu.derivative_formula(net_input, output)
