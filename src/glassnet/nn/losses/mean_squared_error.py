"""The mean squared error, and half the squared error."""

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.losses.output_loss import OutputsCost

__all__ = ["HalfSquaredError", "MeanSquaredError"]


class MeanSquaredError(OutputsCost):
    """E = (1/m) Σ_j (p_j − d_j)²."""

    name = "mean_squared_error"

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return (p − d)²."""
        squares: Array = (predicted - desired) ** 2
        return squares

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return 2 (p − d)."""
        slopes: Array = 2 * (predicted - desired)
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return (p − d)²."""
        return (predicted - desired) ** 2

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return 2 (p − d)."""
        return 2 * (predicted - desired)


class HalfSquaredError(OutputsCost):
    """E = ½ Σ_j (p_j − d_j)², whose derivative is p − d: Rumelhart, Hinton and Williams 1986."""

    name = "half_squared_error"
    summed = True

    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return ½ (p − d)²."""
        halves: Array = (predicted - desired) ** 2 / 2
        return halves

    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return p − d."""
        slopes: Array = predicted - desired
        return slopes

    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return ½ (p − d)²."""
        return 0.5 * (predicted - desired) ** 2

    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return p − d."""
        return predicted - desired
