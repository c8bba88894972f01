"""Penalties on large weights: added to the loss, or applied to the weights directly."""

from abc import ABC
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import real_number
from glassnet.formula.tree import Call, Formula, Symbol

__all__ = ["L1", "L2", "Penalty", "WeightDecay"]


@dataclass(frozen=True)
class Penalty(ABC):
    """A penalty on large weights.

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

    strength: float
    biases: bool = False
    over_examples: bool = False

    def __post_init__(self) -> None:
        real_number("the strength of a penalty", self.strength, 0)

    def effective_strength(self, batch_weight: float) -> float:
        """Return λ for a batch with this sum of sample weights; 0 if λ / 0 would be needed."""
        if not self.over_examples:
            return self.strength
        return self.strength / batch_weight if batch_weight else 0.0

    def holds(self, *, biases: bool) -> bool:
        """Return whether it applies to biases, or to weights."""
        return self.biases or not biases


@dataclass(frozen=True)
class L2(Penalty):
    """Adds λ/2 Σ w² to the loss, hence λ w to each gradient (Tikhonov 1943; "ridge").

    The losses in a history do not include it.
    """

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ/2 Σ w²."""
        return (
            self.effective_strength(batch_weight)
            / 2
            * float(np.square(weights, dtype=np.float64).sum())
        )

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ w, which is added to ∂E/∂w."""
        return Symbol("λ", self.effective_strength(batch_weight), index="L2") * weight


@dataclass(frozen=True)
class L1(Penalty):
    """Adds λ Σ |w| to the loss, hence λ sign(w) to each gradient (Tibshirani 1996; "lasso").

    The losses in a history do not include it.
    """

    def value(self, weights: Array, batch_weight: float) -> float:
        """Return λ Σ |w|."""
        return self.effective_strength(batch_weight) * float(np.abs(weights).sum(dtype=np.float64))

    def derivative_formula(self, weight: Symbol, batch_weight: float) -> Formula:
        """Return λ sign(w), which is added to ∂E/∂w."""
        return Symbol("λ", self.effective_strength(batch_weight), index="L1") * Call(
            "sign", (weight,)
        )


@dataclass(frozen=True)
class WeightDecay(Penalty):
    """Multiplies each weight by 1 − α λ before the step, independently of the gradient.

    Loshchilov and Hutter 2019, "Decoupled weight decay regularization", equation 1. With SGD it
    equals :class:`L2`; with optimizers that divide by the gradient's size it does not.
    """

    def factor_formula(self, learning_rate: Symbol, batch_weight: float) -> Formula:
        """Return 1 − α λ, the factor on the weight."""
        return 1 - learning_rate * Symbol("λ", self.effective_strength(batch_weight), index="decay")
