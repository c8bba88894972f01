"""Adam and AdamW."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, Negative, Symbol
from glassnet.optim.optimizer import Optimizer, flush_small_to_zero, new_state

__all__ = ["Adam", "AdamW"]


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: steps of about α, whatever the gradient's size (Kingma and Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
    w ← w − α m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵏ), v̂ = v / (1 − β₂ᵏ) in step k.

    Parameters
    ----------
    learning_rate : float
    beta1, beta2 : float
        Decay rates of the moments m and v, from 0 to below 1.
    epsilon : float
        ε, above 0; keeps the division finite.
    """

    name = "adam"
    learning_rate: float = bounded(0.001, 0, include_minimum=False)
    beta1: float = bounded(0.9, 0, 1, include_maximum=False)
    beta2: float = bounded(0.999, 0, 1, include_maximum=False)
    epsilon: float = bounded(1e-8, 0, include_minimum=False)
    state_names = ("m", "v")

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take Adam's step `number`."""
        number_type = parameters.dtype.type
        m, v = self._take_moments(state, gradient)
        m_hat = m * number_type(1 / (1 - self.beta1**number))
        v_hat = v * number_type(1 / (1 - self.beta2**number))
        parameters -= (
            number_type(learning_rate) * m_hat / (np.sqrt(v_hat) + number_type(self.epsilon))
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new moments, their bias-corrected values and the new weight."""
        new_m, new_v = self._moment_formulas(gradient, state)
        beta1, beta2 = Symbol("β₁", self.beta1), Symbol("β₂", self.beta2)
        m_hat = new_state("m", new_m) / (1 - beta1**number)
        v_hat = new_state("v", new_v) / (1 - beta2**number)
        root = Call("sqrt", (Symbol("v̂", v_hat.evaluate()),))
        m_hat_symbol = Symbol("m̂", m_hat.evaluate())
        step = learning_rate * m_hat_symbol / (root + Symbol("ε", self.epsilon))
        return [
            ("m", new_m),
            ("v", new_v),
            ("m̂", m_hat),
            ("v̂", v_hat),
            ("w", weight + Negative(step)),
        ]

    def _take_moments(self, state: Array, gradient: Array) -> tuple[Array, Array]:
        """Take m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g²; return both."""
        number_type = gradient.dtype.type
        beta1, beta2 = number_type(self.beta1), number_type(self.beta2)
        m, v = state
        m *= beta1
        m += number_type(1 - self.beta1) * gradient
        v *= beta2
        v += number_type(1 - self.beta2) * gradient * gradient
        flush_small_to_zero(m)
        flush_small_to_zero(v)
        return m, v

    def _moment_formulas(
        self, gradient: Formula, state: Sequence[Symbol]
    ) -> tuple[Formula, Formula]:
        """Return the formulas of the new m and v."""
        m, v = state
        beta1, beta2 = Symbol("β₁", self.beta1), Symbol("β₂", self.beta2)
        return beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: Loshchilov and Hutter 2019, algorithm 2.

    w ← (1 − α λ) w before Adam's step, for all parameters including biases.

    Parameters
    ----------
    learning_rate, beta1, beta2, epsilon : float
        As for :class:`Adam`.
    weight_decay : float
        λ, at least 0.
    """

    name = "adamw"
    kernel = "adam"
    weight_decay: float = bounded(0.01, 0)  # type: ignore[misc]  # a field here, a constant elsewhere
