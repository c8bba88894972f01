"""Losses of each output by itself, behind any activation."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Formula, Symbol
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Cost, Objective, divided, divided_terms

__all__ = ["ComposedObjective", "OutputsCost"]


class OutputsCost(Cost):
    """A cost of each of the m outputs, c(p_j, d_j); E is their mean, or their sum."""

    def paired_with(self, activation: Activation) -> Objective:
        """Return the objective; every activation fits unless the cost says otherwise."""
        return ComposedObjective(activation, self)

    @abstractmethod
    def costs(self, predicted: Array, desired: Array) -> Array:
        """Return c of each output."""

    @abstractmethod
    def slopes(self, predicted: Array, desired: Array) -> Array:
        """Return ∂c/∂p of each output."""

    @abstractmethod
    def term(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return the formula of c."""

    @abstractmethod
    def slope_formula(self, predicted: Symbol, desired: Symbol) -> Formula:
        """Return the formula of ∂c/∂p."""

    def errors(self, predicted: Array, desired: Array) -> Array:
        """Return E of each example."""
        wide = np.float64
        costs = self.costs(predicted.astype(wide), desired.astype(wide))
        errors: Array = costs.sum(axis=1) / self.divisor(costs.shape[1])
        return errors

    def derivative(self, predicted: Array, desired: Array) -> Array:
        """Return ∂E/∂p_j: ∂c/∂p_j, divided by m where E is a mean."""
        divisor = predicted.dtype.type(self.divisor(predicted.shape[1]))
        d_predicted: Array = self.slopes(predicted, desired) / divisor
        return d_predicted

    def terms(self, predicted: Sequence[Symbol], desired: Sequence[Symbol]) -> list[Formula]:
        """Return c(p_j, d_j), divided by m where E is their mean."""
        terms = [self.term(p, d) for p, d in zip(predicted, desired, strict=True)]
        return divided_terms(terms, self.divisor(len(terms)))

    def derivative_formula(self, predicted: Symbol, desired: Symbol, outputs: int) -> Formula:
        """Return ∂c/∂p_j, divided by m where E is a mean."""
        return divided(self.slope_formula(predicted, desired), self.divisor(outputs))


@dataclass(frozen=True)
class ComposedObjective(Objective):
    """An activation, then a cost of the outputs: δ(L) by the chain rule through both."""

    activation: Activation
    cost: OutputsCost

    def errors(self, net_input: Array, desired: Array) -> Array:
        """Return E of each example."""
        return self.cost.errors(self.activation.value(net_input), desired)

    def delta(self, net_input: Array, desired: Array) -> Array:
        """Return ∂E/∂p through the activation."""
        d_predicted = self.cost.derivative(self.activation.value(net_input), desired)
        return self.activation.backward(net_input, d_predicted)
