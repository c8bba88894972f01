"""RMSprop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Call, Formula, Negative, Symbol
from glassnet.optim.optimizer import Optimizer, flush_small_to_zero, new_state

__all__ = ["RMSprop"]


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Steps divided by the gradient's recent size: Tieleman and Hinton 2012, lecture 6.5.

    s ← ρ s + (1 − ρ) g², w ← w − α g / (√s + ε).

    Parameters
    ----------
    learning_rate : float
    rho : float
        ρ, the decay rate of the mean of squares, from 0 to below 1.
    epsilon : float
        ε, above 0; keeps the division finite.
    """

    name = "rmsprop"
    learning_rate: float = bounded(0.001, 0, include_minimum=False)
    rho: float = bounded(0.9, 0, 1, include_maximum=False)
    epsilon: float = bounded(1e-8, 0, include_minimum=False)
    state_names = ("s",)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take s ← ρ s + (1 − ρ) g², w ← w − α g / (√s + ε)."""
        number_type = parameters.dtype.type
        (squares,) = state
        squares *= number_type(self.rho)
        squares += number_type(1 - self.rho) * gradient * gradient
        flush_small_to_zero(squares)
        parameters -= (
            number_type(learning_rate) * gradient / (np.sqrt(squares) + number_type(self.epsilon))
        )

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new mean of squares and the new weight."""
        (squares,) = state
        rho = Symbol("ρ", self.rho)
        new_squares = rho * squares + (1 - rho) * gradient**2
        root = Call("sqrt", (new_state("s", new_squares),))
        step = learning_rate * gradient / (root + Symbol("ε", self.epsilon))
        return [("s", new_squares), ("w", weight + Negative(step))]
