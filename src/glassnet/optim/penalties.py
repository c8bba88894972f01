"""Penalties on large weights: added to the loss, or applied to the weights directly."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import Record, bounded
from glassnet.formula.tree import Call, Formula, Symbol

__all__ = ["L1", "L2", "LossPenalty", "Penalty", "WeightDecay"]


@dataclass(frozen=True)
class Penalty(Record, ABC):
    """A penalty on large weights: a :class:`LossPenalty` or :class:`WeightDecay`.

    Parameters
    ----------
    strength : float
        λ, at least 0.
    biases : bool
        Whether it applies to biases too; if not, to weights only.
    over_examples : bool
        Whether λ is divided by the number of examples in the batch (or the sum of their sample
        weights), as scikit-learn's ``alpha`` is; otherwise λ is used as given.
    """

    strength: float = bounded(minimum=0)
    biases: bool = False
    over_examples: bool = False

    def effective_strength(self, batch_weight: float) -> float:
        """Return λ for a batch with this sum of sample weights; 0 if λ / 0 would be needed."""
        if not self.over_examples:
            return self.strength
        return self.strength / batch_weight if batch_weight else 0.0

    def holds(self, *, biases: bool) -> bool:
        """Return whether it applies to biases, or to weights."""
        return self.biases or not biases


class LossPenalty(Penalty):
    """A penalty that is added to the loss, and its derivative to each gradient.

    The losses in a history do not include it.
    """

    @abstractmethod
    def value(self, weights: Array, batch_weight: float) -> float:
        """Return what it adds to the loss, in float64."""

    @abstractmethod
    def derivative(self, weights: Array, batch_weight: float) -> Array:
        """Return what it adds to the gradient of each weight, in their precision."""

    @abstractmethod
    def value_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return what one weight adds to the loss."""

    @abstractmethod
    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return what it adds to ∂E/∂w."""

    def strength_symbol(self, batch_weight: float) -> Symbol:
        """Return λ of a batch."""
        return Symbol("λ", self.effective_strength(batch_weight), index=type(self).__name__)


@dataclass(frozen=True)
class L2(LossPenalty):
    """Adds λ/2 Σ w² to the loss, hence λ w to each gradient (Tikhonov 1943; "ridge").

    The losses in a history do not include it.
    """

    name = "l2"

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ/2 Σ w²."""
        squares = float(np.square(weights, dtype=np.float64).sum())
        return self.effective_strength(batch_weight) / 2 * squares

    def derivative(self, weights: Array, batch_weight: float) -> Array:
        """Return λ w."""
        added: Array = weights.dtype.type(self.effective_strength(batch_weight)) * weights
        return added

    def value_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ/2 w²."""
        return self.strength_symbol(batch_weight) / 2 * weight**2

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ w."""
        return self.strength_symbol(batch_weight) * weight


@dataclass(frozen=True)
class L1(LossPenalty):
    """Adds λ Σ |w| to the loss, hence λ sign(w) to each gradient (Tibshirani 1996; "lasso").

    The losses in a history do not include it.
    """

    name = "l1"

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ Σ |w|."""
        return self.effective_strength(batch_weight) * float(np.abs(weights).sum(dtype=np.float64))

    def derivative(self, weights: Array, batch_weight: float) -> Array:
        """Return λ sign(w)."""
        added: Array = weights.dtype.type(self.effective_strength(batch_weight)) * np.sign(weights)
        return added

    def value_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ |w|."""
        return self.strength_symbol(batch_weight) * Call("abs", (weight,))

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ sign(w)."""
        return self.strength_symbol(batch_weight) * Call("sign", (weight,))


@dataclass(frozen=True)
class WeightDecay(Penalty):
    """Multiplies each weight by 1 − α λ before the step, independently of the gradient.

    Loshchilov and Hutter 2019, "Decoupled weight decay regularization", equation 1. With SGD it
    equals :class:`L2`; with optimizers that divide by the gradient's size it does not.
    """

    name = "weight_decay"

    def factor_formula(self, learning_rate: Symbol, batch_weight: float) -> Formula:
        """Return 1 − α λ, the factor on the weight."""
        return 1 - learning_rate * Symbol("λ", self.effective_strength(batch_weight), index="decay")
