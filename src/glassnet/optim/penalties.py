"""Penalties on large weights: added to the loss, or taken off the weights beside it."""

from abc import ABC
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Symbol

__all__ = ["L1", "L2", "Penalty", "WeightDecay"]


@dataclass(frozen=True)
class Penalty(ABC):
    """Holds weights back.

    Parameters
    ----------
    strength : float
        λ, at least 0.
    biases : bool
        Whether biases pay it too; if not, only weights do.
    over_examples : bool
        Whether λ is divided by the number of examples in the batch, by the sum of their weights
        where they have some, as scikit-learn's ``alpha`` is; otherwise it counts beside the mean
        loss of the batch as it stands.
    """

    strength: float
    biases: bool = False
    over_examples: bool = False

    def __post_init__(self) -> None:
        real_number("the strength of a penalty", self.strength, 0)

    def strength_for(self, batch_weight: float) -> float:
        """Return λ for a batch of so many examples; of none, there is nothing to hold against."""
        if not self.over_examples:
            return self.strength
        return self.strength / batch_weight if batch_weight else 0.0

    def holds(self, *, biases: bool) -> bool:
        """Return whether biases, or weights, pay it."""
        return self.biases or not biases


@dataclass(frozen=True)
class L2(Penalty):
    """Adds λ/2 Σ w² to the loss, hence λ w to each gradient (Tikhonov 1943; "ridge").

    The losses of a history are without it.
    """

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ/2 Σ w²."""
        return (
            self.strength_for(batch_weight) / 2 * float(np.square(weights, dtype=np.float64).sum())
        )

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ w, which is added to ∂E/∂w."""
        return Symbol("λ", self.strength_for(batch_weight), index="L2") * weight


@dataclass(frozen=True)
class L1(Penalty):
    """Adds λ Σ |w| to the loss, hence λ sign(w) to each gradient (Tibshirani 1996; "lasso").

    The losses of a history are without it.
    """

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ Σ |w|."""
        return self.strength_for(batch_weight) * float(np.abs(weights).sum(dtype=np.float64))

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ sign(w), which is added to ∂E/∂w."""
        return Symbol("λ", self.strength_for(batch_weight), index="L1") * Call("sign", (weight,))


@dataclass(frozen=True)
class WeightDecay(Penalty):
    """Shrinks each weight by the factor 1 − α λ before the step, beside the gradient.

    Loshchilov and Hutter 2019, "Decoupled weight decay regularization", equation 1. With SGD it
    equals :class:`L2`; with optimizers that divide by the gradient's size it does not.
    """

    def factor_formula(self, learning_rate: Symbol, batch_weight: float) -> Formula:
        """Return 1 − α λ, by which the weight shrinks."""
        return 1 - learning_rate * Symbol("λ", self.strength_for(batch_weight), index="decay")
