"""The Kullback-Leibler divergence, for targets that are probabilities."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Number, Symbol, ln
from glassnet.nn.losses.probabilities import EPSILON, Probabilities, SoftmaxLoss

__all__ = ["KLDivergence"]


class KLDivergence(SoftmaxLoss):
    """E = Σ_j t_j ln(t_j / p_j): Kullback and Leibler 1951, equation 2.4.

    As ``keras.losses.kl_divergence``: t and p below 1e-7 count as 1e-7. It is the categorical
    cross-entropy without the part that only depends on the targets.
    """

    name = "kl_divergence"
    other_names = ("kld", "kullback_leibler_divergence")

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return 1e-7."""
        return (np.full_like(target, EPSILON),)

    def terms_and_derivatives(self, at: Probabilities, target: Array) -> tuple[Array, Array]:
        """Return t ln(t / p) and −t."""
        t = np.clip(target, EPSILON, 1)
        surprise = np.minimum(at.surprise, -np.log(EPSILON))
        derivatives: Array = np.where(at.p > EPSILON, -t, 0)
        return t * (np.log(t) + surprise), derivatives.astype(at.p.dtype)

    def term(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return t ln(t / p)."""
        t = _at_least_epsilon(target)
        return t * ln(t / _at_least_epsilon(predicted))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return −t / p."""
        if predicted.value <= EPSILON:
            return Number(0.0)
        return -(_at_least_epsilon(target) / predicted)


def _at_least_epsilon(symbol: Symbol) -> Formula:
    """Return x, or max(x, 1e-7) where that makes a difference."""
    if np.min(symbol.value) >= EPSILON:
        return symbol
    return Call("max", (Number(EPSILON), symbol))
