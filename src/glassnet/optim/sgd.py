"""Gradient descent."""

from collections.abc import Sequence
from dataclasses import dataclass

from glassnet.core.array import Array
from glassnet.core.record import bounded
from glassnet.formula.tree import Formula, Symbol
from glassnet.optim.optimizer import Optimizer

__all__ = ["SGD"]


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: w ← w − α ∂E/∂w.

    Stochastic, because each step uses one batch of examples.

    Examples
    --------
    >>> SGD(0.5)
    SGD(learning_rate=0.5)
    """

    name = "sgd"
    learning_rate: float = bounded(0.01, 0, include_minimum=False)

    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take w ← w − α g."""
        parameters -= parameters.dtype.type(learning_rate) * gradient

    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return w − α g."""
        return [("w", weight - learning_rate * gradient)]
