"""Elementwise losses: one term for each output, after any activation."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss, OutputLoss, divided, divided_terms

__all__ = ["ComposedLoss", "ElementwiseLoss", "rounded"]


class ElementwiseLoss(Loss):
    """A loss with one term c(p_j, t_j) for each of m outputs; E is their mean, or their sum."""

    def paired_with(self, activation: Activation) -> OutputLoss:
        """Return the pair of activation and loss; every activation is allowed by default."""
        return ComposedLoss(activation, self)

    @abstractmethod
    def values(self, predicted: Array, target: Array) -> Array:
        """Return c of each output."""

    @abstractmethod
    def derivatives(self, predicted: Array, target: Array) -> Array:
        """Return ∂c/∂p of each output."""

    @abstractmethod
    def term(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return the formula of c."""

    @abstractmethod
    def term_derivative(self, predicted: Symbol, target: Symbol) -> Formula:
        """Return the formula of ∂c/∂p."""

    def losses(self, predicted: Array, target: Array) -> Array:
        """Return E of each example."""
        wide = np.float64
        values = self.values(predicted.astype(wide), target.astype(wide))
        losses: Array = values.sum(axis=1) / self.divisor(values.shape[1])
        return losses

    def derivative(self, predicted: Array, target: Array) -> Array:
        """Return ∂E/∂p_j: ∂c/∂p_j, divided by m if E is a mean."""
        divisor = predicted.dtype.type(self.divisor(predicted.shape[1]))
        d_predicted: Array = self.derivatives(predicted, target) / divisor
        return d_predicted

    def terms(self, predicted: Sequence[Symbol], target: Sequence[Symbol]) -> list[Formula]:
        """Return c(p_j, t_j), divided by m if E is their mean."""
        terms = [self.term(p, t) for p, t in zip(predicted, target, strict=True)]
        return divided_terms(terms, self.divisor(len(terms)))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return ∂c/∂p_j, divided by m if E is a mean."""
        return divided(self.term_derivative(predicted, target), self.divisor(outputs))


@dataclass(frozen=True)
class ComposedLoss(OutputLoss):
    """An activation followed by a loss of the outputs: δ(L) by the chain rule through both."""

    activation: Activation
    loss: ElementwiseLoss

    def losses(self, net_input: Array, target: Array) -> Array:
        """Return E of each example."""
        return self.loss.losses(self.activation.value(net_input), target)

    def delta(self, net_input: Array, target: Array) -> Array:
        """Return ∂E/∂p through the activation."""
        d_predicted = self.loss.derivative(self.activation.value(net_input), target)
        return self.activation.backward(net_input, d_predicted)


def rounded(predicted: Symbol) -> Symbol:
    """Return p as the engine has it, without the digits behind it.

    They would decide on which side of a kink it is where the engine has p = t.
    """
    return replace(predicted, definition=None)
