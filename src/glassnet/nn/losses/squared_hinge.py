"""The squared hinge loss, for two classes at −1 and 1."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss
from glassnet.nn.losses.hinge import side, side_formula
from glassnet.nn.losses.loss import OutputLoss, mismatch_error

__all__ = ["SquaredHinge"]


class SquaredHinge(ElementwiseLoss):
    """E = (1/m) Σ_j max(0, 1 − t_j p_j)², as ``keras.losses.squared_hinge``.

    Targets are −1 or 1; 0 counts as −1. Outputs must be able to have either sign.
    """

    name = "squared_hinge"

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; outputs must be able to be negative."""
        if activation.never_negative:
            raise mismatch_error(self, activation, "'identity' or 'tanh'")
        return super().paired_with(activation)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return max(0, 1 − t p)²."""
        values: Array = np.maximum(1 - side(target) * predicted, 0) ** 2
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return −2 t max(0, 1 − t p)."""
        t = side(target)
        derivatives: Array = -2 * t * np.maximum(1 - t * predicted, 0)
        return derivatives

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return max(0, 1 − t p)²."""
        return self._missing(predicted, target) ** 2

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return −2 t max(0, 1 − t p)."""
        return -2 * side_formula(target) * self._missing(predicted, target)

    def _missing(self, predicted: Symbol, target: Symbol) -> Formula:
        return Call("max", (Number(0.0), 1 - side_formula(target) * predicted))
