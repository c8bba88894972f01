"""The hinge loss, for two classes at −1 and 1."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, IversonBracket, Number, Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.elementwise_loss import ElementwiseLoss, rounded
from glassnet.nn.losses.loss import OutputLoss, mismatch_error

__all__ = ["Hinge", "side", "side_formula"]


class Hinge(ElementwiseLoss):
    """E = (1/m) Σ_j max(0, 1 − t_j p_j): 0 once the output is on the target's side, by at least 1.

    As ``keras.losses.hinge``: targets are −1 or 1; 0 counts as −1. Outputs must be able to have
    either sign, as those of identity and tanh.
    """

    name = "hinge"

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; outputs must be able to be negative."""
        if activation.never_negative:
            raise mismatch_error(self, activation, "'identity' or 'tanh'")
        return super().paired_with(activation)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return 1/t."""
        return (1 / side(target),)

    def values(self, predicted: Array, target: Array) -> Array:
        """Return max(0, 1 − t p)."""
        values: Array = np.maximum(1 - side(target) * predicted, 0)
        return values

    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return −t if t p < 1, else 0."""
        t = side(target)
        derivatives: Array = np.where(1 - t * predicted > 0, -t, 0)
        return derivatives.astype(predicted.dtype)

    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return max(0, 1 − t p)."""
        return Call("max", (Number(0.0), self._missing(predicted, target)))

    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return −t [1 − t p > 0]."""
        missing = self._missing(rounded(predicted), target)
        return -(side_formula(target) * IversonBracket(missing))

    def _missing(self, predicted: Symbol, target: Symbol) -> Formula:
        return 1 - side_formula(target) * predicted


def side(target: Array) -> Array:
    """Return the targets with −1 in place of 0."""
    sides: Array = np.where(target == 0, -1, target).astype(target.dtype)
    return sides


def side_formula(target: Symbol) -> Formula:
    """Return t; for a target of 0 the formula that makes −1 of 0 and 1 of 1, 2t − 1."""
    return 2 * target - 1 if target.value == 0 else target
