"""The mean squared error, and half the squared error."""

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Number, Product, Symbol
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss

__all__ = ["HalfSquaredError", "MeanSquaredError"]


class MeanSquaredError(ElementwiseLoss):
    """E = (1/m) Σ_j (p_j − t_j)²."""

    name = "mean_squared_error"
    other_names = ("mse",)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return (p − t)²."""
        squares: Array = (predicted - target) ** 2
        return squares

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return 2 (p − t)."""
        derivatives: Array = 2 * (predicted - target)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return (p − t)²."""
        return (predicted - target) ** 2

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return 2 (p − t)."""
        return 2 * (predicted - target)


class HalfSquaredError(ElementwiseLoss):
    """E = ½ Σ_j (p_j − t_j)², whose derivative is p − t: Rumelhart, Hinton and Williams 1986."""

    name = "half_squared_error"
    known_elsewhere = False
    summed = True

    def values(self, predicted: Array, target: Array) -> Array:
        """Return ½ (p − t)²."""
        halves: Array = (predicted - target) ** 2 / 2
        return halves

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return p − t."""
        derivatives: Array = predicted - target
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return ½ (p − t)²."""
        return 0.5 * (predicted - target) ** 2

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return p − t."""
        return predicted - target

    def derivative_before_cancelling(
        self, predicted: Symbol, target: Symbol, outputs: int
    ) -> Formula:
        """Return 2 · ½ (p − t): the half is there to cancel the 2."""
        return Product((Number(2.0), Number(0.5), predicted - target))
