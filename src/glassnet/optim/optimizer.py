"""The base of optimizers: how a gradient changes the weights, as values and as formulas."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.core.array import Array
from glassnet.core.memory import aligned_zeros
from glassnet.core.record import Record, bounded
from glassnet.formula.tree import Formula, Symbol

__all__ = ["SMALLEST_STATE", "Optimizer", "flush_small_to_zero", "new_state"]

#: State smaller than this becomes 0: decaying moments would end as denormal numbers, which are
#: slow on every processor.
SMALLEST_STATE = 2.0**-100


@dataclass(frozen=True)
class Optimizer(Record, ABC):
    """A rule that changes the weights, given the gradient of the mean loss of a batch.

    A subclass is known by its ``name`` once it is defined; its docstring says where its formula
    comes from.

    Parameters
    ----------
    learning_rate : float
        α, above 0. A schedule may change it from step to step.

    Raises
    ------
    ValueError, TypeError
        If a hyper-parameter is no number or out of its bounds.
    """

    learning_rate: float = bounded(0.01, 0, include_minimum=False)

    #: The names of the state that the rule keeps for each weight, all 0 at the start.
    state_names: ClassVar[tuple[str, ...]] = ()
    #: λ of decoupled weight decay, w ← (1 − α λ) w before the step.
    weight_decay: ClassVar[float] = 0.0

    def initial_state(self, parameters: Array) -> Array:
        """Return the state before the first step: (number of state names, parameters), all 0."""
        return aligned_zeros((len(self.state_names), parameters.size), parameters.dtype)

    @abstractmethod
    def step(
        self, parameters: Array, state: Array, gradient: Array, number: int, learning_rate: float
    ) -> None:
        """Take one step, changing parameters and state in place.

        Parameters
        ----------
        parameters, gradient : array of shape (parameters,), float32 or float64
            Of one precision; with what penalties add to the gradient.
        state : array of shape (number of state names, parameters)
        number : int
            Of the step; the first is 1.
        learning_rate : float
            α of this step.
        """

    @abstractmethod
    def formulas(
        self,
        weight: Symbol,
        gradient: Formula,
        state: Sequence[Symbol],
        number: int,
        learning_rate: Symbol,
    ) -> list[tuple[str, Formula]]:
        """Return the step as named formulas in order: new state first, the new weight last.

        The formula of a state is named like the state, that of the weight ``"w"``. Weight decay is
        not included: the update rule shrinks the weight before the step.

        Parameters
        ----------
        weight, gradient : Symbol
            Of one weight, before the step.
        state : sequence of Symbol
            In the order of the state names, before the step.
        number : int
            Of the step; the first is 1.
        learning_rate : Symbol
        """


def new_state(name: str, formula: Formula) -> Symbol:
    """Return the symbol of new state, given its formula; its value is 0 if it is that small."""
    value = formula.evaluate()
    return Symbol(name, 0.0 if abs(value) < SMALLEST_STATE else value, index="new")


def flush_small_to_zero(state: Array) -> None:
    """Set optimizer state that is smaller than 2^-100 to 0, in place."""
    state[np.abs(state) < SMALLEST_STATE] = 0
