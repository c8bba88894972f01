"""The focal loss, for softmax outputs."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Number, Symbol, ln, product_of
from glassnet.nn.losses.probabilities import (
    EPSILON,
    Probabilities,
    SoftmaxLoss,
    clipped,
    is_clipped,
    power,
)
from glassnet.nn.losses.smoothing import to_uniform, to_uniform_formula

__all__ = ["CategoricalFocalCrossentropy"]


@dataclass(frozen=True)
class CategoricalFocalCrossentropy(SoftmaxLoss):
    """E = −α Σ_j t_j (1 − p_j)^γ ln p_j: Lin et al. 2017, equation 5. It dwells on what is hard.

    As ``keras.losses.categorical_focal_crossentropy``, which keeps p from 1e-7 to 1 − 1e-7.

    Parameters
    ----------
    gamma : float
        γ, from 0. The larger it is, the less count examples that the network is sure of.
    alpha : float
        α, above 0, of all classes.
    label_smoothing : float
        s, from 0 to below 1: each t_j becomes (1 − s) t_j + s/m, with m outputs.
    """

    name = "categorical_focal_crossentropy"

    gamma: float = bounded(2.0, 0)
    alpha: float = bounded(0.25, 0, include_minimum=False)
    label_smoothing: float = bounded(0.0, 0, 1, include_maximum=False)

    def kinks(self, target: Array) -> tuple[Array, ...]:
        """Return 1e-7 and 1 − 1e-7."""
        return np.full_like(target, EPSILON), np.full_like(target, 1 - EPSILON)

    def terms_and_derivatives(self, at: Probabilities, target: Array) -> tuple[Array, Array]:
        """Return −α t (1 − p)^γ ln p and −α t (1 − p)^γ (1 − γ p ln p / (1 − p))."""
        rest, surprise = at.clipped_complement, at.clipped_surprise
        factor = self.alpha * to_uniform(target, self.label_smoothing) * rest**self.gamma
        slope = factor * (1 + self.gamma * surprise * at.p / rest)
        derivatives: Array = np.where(at.inside, -slope, 0)
        return factor * surprise, derivatives.astype(at.p.dtype)

    def smoothed_target_formula(self, target: Symbol, outputs: int) -> Formula:
        """Return t_j, with label smoothing if there is any."""
        return to_uniform_formula(target, self.label_smoothing, outputs)

    def term(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return −α t (1 − p)^γ ln p."""
        t, p = self.smoothed_target_formula(target, outputs), clipped(predicted)
        return -product_of(Number(self.alpha), t, power(1 - p, self.gamma), ln(p))

    def derivative_formula(self, predicted: Symbol, target: Symbol, outputs: int) -> Formula:
        """Return α t (γ (1 − p)^(γ − 1) ln p − (1 − p)^γ / p)."""
        if is_clipped(predicted):
            return Number(0.0)
        t, rest = self.smoothed_target_formula(target, outputs), 1 - predicted
        slope = self.gamma * power(rest, self.gamma - 1) * ln(predicted)
        return product_of(Number(self.alpha), t, slope - power(rest, self.gamma) / predicted)
