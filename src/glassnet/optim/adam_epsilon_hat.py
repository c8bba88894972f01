"""Adam with ε̂: ε beside √v instead of √v̂."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.tree import Call, Formula, Negative, Symbol
from glassnet.optim.adam import Adam
from glassnet.optim.optimizer import new_state

__all__ = ["AdamEpsilonHat"]


@dataclass(frozen=True)
class AdamEpsilonHat(Adam):
    """Adam in the form that scikit-learn, Keras and TensorFlow compute: ε̂ is added to √v.

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
    w ← w − αₖ m / (√v + ε̂) with αₖ = α √(1 − β₂ᵏ) / (1 − β₁ᵏ) in step k.

    Kingma and Ba 2015, the end of section 2, where the order of computation is changed. It equals
    :class:`Adam` with an ε that falls from ε̂ / √(1 − β₂) in the first step towards ε̂: where
    gradients are about as small as that, the first steps are smaller.

    Parameters
    ----------
    learning_rate, beta1, beta2 : float
        As for :class:`Adam`.
    epsilon : float
        ε̂, above 0.
    """

    name = "adam_epsilon_hat"

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take the step `number`."""
        number_type = parameters.dtype.type
        m, v = self._take_moments(state, gradient)
        rate = number_type(learning_rate) * number_type(self._correction(number))
        parameters -= rate * m / (np.sqrt(v) + number_type(self.epsilon))

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new moments, the corrected learning rate and the new weight."""
        new_m, new_v = self._moment_formulas(gradient, state)
        beta1, beta2 = Symbol("β₁", self.beta1), Symbol("β₂", self.beta2)
        rate = learning_rate * Call("sqrt", (1 - beta2**number,)) / (1 - beta1**number)
        name = f"corrected {learning_rate.letter}"
        root = Call("sqrt", (new_state("v", new_v),))
        rate_symbol = Symbol(name, rate.evaluate())
        step = rate_symbol * new_state("m", new_m) / (root + Symbol("ε̂", self.epsilon))
        return [("m", new_m), ("v", new_v), (name, rate), ("w", weight + Negative(step))]

    def _correction(self, number: int) -> float:
        """Return √(1 − β₂ᵏ) / (1 − β₁ᵏ)."""
        return math.sqrt(1 - self.beta2**number) / (1 - self.beta1**number)
