"""What an engine offers, whichever it is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from glassnet.structure.activation import Array
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import Objective
from glassnet.update.optimizer import Optimizer

__all__ = ["Engine", "Steps", "Trace", "Training"]


@dataclass(frozen=True)
class Trace:
    """Every number of one batch on its way forward and backward.

    Attributes
    ----------
    x : array of shape (examples, inputs)
    net_inputs, outputs, deltas : list of arrays
        Of layers 1 ... L, each (examples, units): in(l), y(l) and δ(l) = ∂E/∂in(l), where E is
        the error of each example.
    gradient : array of shape (parameters,)
        Of the mean error over the batch, laid out as the parameters.
    errors : array of shape (examples,), float64
    """

    x: Array
    net_inputs: list[Array]
    outputs: list[Array]
    deltas: list[Array]
    gradient: Array
    errors: NDArray[np.float64]

    @property
    def predicted(self) -> Array:
        """The output layer's y."""
        return self.outputs[-1]


@dataclass(frozen=True)
class Steps:
    """A run of training steps: which examples in which batches, at which learning rates.

    Attributes
    ----------
    order : array of int64
        Examples, one batch behind the other.
    batch_starts : array of int64, shape (steps + 1,)
    learning_rates : array of float64, shape (steps,)
    """

    order: NDArray[np.int64]
    batch_starts: NDArray[np.int64]
    learning_rates: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.learning_rates)

    @staticmethod
    def batch_starts_of(rows: int, batch_size: int, epochs: int = 1) -> NDArray[np.int64]:
        """Return where each batch of some epochs starts; the last of an epoch may be smaller.

        Examples
        --------
        >>> Steps.batch_starts_of(rows=5, batch_size=2, epochs=2).tolist()
        [0, 2, 4, 5, 7, 9, 10]
        """
        full, rest = divmod(rows, batch_size)
        sizes = ([batch_size] * full + ([rest] if rest else [])) * epochs
        return np.array([0, *accumulate(sizes)], dtype=np.int64)


@dataclass
class Training:
    """What changes and what stays while a network learns."""

    architecture: Architecture
    objective: Objective
    optimizer: Optimizer
    parameters: Array
    x: Array
    desired: Array
    threads: int | None = None
    steps_done: int = 0
    state: Array = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.optimizer.initial_state(self.parameters)


class Engine(ABC):
    """Arrays are C-contiguous, all of one precision, float32 or float64, and checked before."""

    name: str

    @abstractmethod
    def predict(
        self, architecture: Architecture, parameters: Array, x: Array, threads: int | None = None
    ) -> Array:
        """Return the network's outputs, (examples, outputs)."""

    @abstractmethod
    def evaluate(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
        threads: int | None = None,
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return the outputs and the error of each example."""

    @abstractmethod
    def trace(
        self,
        architecture: Architecture,
        objective: Objective,
        parameters: Array,
        x: Array,
        desired: Array,
    ) -> Trace:
        """Return every number of a batch, forward and backward."""

    @abstractmethod
    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        state: Array,
        gradient: Array,
        number: int,
        learning_rate: float,
    ) -> None:
        """Take the optimizer's step `number` (the first is 1), in place."""

    @abstractmethod
    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Take some steps; return each one's sum of errors over its batch, before its update.

        Changes the training's parameters and state in place and counts its steps.
        """
