"""Gradient descent with momentum, and with Nesterov momentum."""

from collections.abc import Sequence
from dataclasses import dataclass

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Symbol
from glassnet.optim.optimizer import Optimizer, flush_small_to_zero, new_state

__all__ = ["Momentum", "Nesterov"]


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with momentum: v ← μ v − α ∂E/∂w, w ← w + v.

    Polyak 1964; in this form Sutskever et al. 2013, equations 1 and 2.

    Parameters
    ----------
    learning_rate : float
    momentum : float
        μ, from 0 to 1: the fraction of the last step that is added to the next one.
    """

    name = "momentum"
    learning_rate: float = bounded(0.01, 0, include_minimum=False)
    momentum: float = bounded(0.9, 0, 1)
    state_names = ("v",)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take v ← μ v − α g, w ← w + v."""
        velocity, _ = self._accelerate(state, gradient, learning_rate)
        parameters += velocity

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new velocity and the new weight."""
        new_velocity, after = self._velocity_formulas(gradient, state, learning_rate)
        return [("v", new_velocity), ("w", weight + after)]

    def _accelerate(
        self, state: Array, gradient: Array, learning_rate: float
    ) -> tuple[Array, Array]:
        """Take v ← μ v − α g; return v and α g."""
        number_type = gradient.dtype.type
        (velocity,) = state
        change = number_type(learning_rate) * gradient
        velocity *= number_type(self.momentum)
        velocity -= change
        flush_small_to_zero(velocity)
        return velocity, change

    def _velocity_formulas(
        self, gradient: Formula, state: Sequence[Symbol], learning_rate: Symbol
    ) -> tuple[Formula, Symbol]:
        """Return the formula of the new velocity, and its symbol."""
        (velocity,) = state
        new_velocity = Symbol("μ", self.momentum) * velocity - learning_rate * gradient
        return new_velocity, new_state("v", new_velocity)


@dataclass(frozen=True)
class Nesterov(Momentum):
    """Nesterov momentum: v ← μ v − α ∂E/∂w, w ← w + μ v − α ∂E/∂w.

    Nesterov 1983; in this form, with the gradient at the current weights, Bengio,
    Boulanger-Lewandowski and Pascanu 2013, equation 7.
    """

    name = "nesterov"

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take v ← μ v − α g, w ← w + μ v − α g."""
        velocity, change = self._accelerate(state, gradient, learning_rate)
        parameters += parameters.dtype.type(self.momentum) * velocity
        parameters -= change

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the new velocity and the new weight."""
        new_velocity, after = self._velocity_formulas(gradient, state, learning_rate)
        ahead = Symbol("μ", self.momentum) * after
        return [("v", new_velocity), ("w", weight + ahead - learning_rate * gradient)]
