"""The interface of the engines."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import Inputs
from glassnet.core.array import Array
from glassnet.core.random import dropout_words
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.optim.update_rule import ParameterGroup, StepInfo, UpdateRule

__all__ = [
    "DropoutMasks",
    "Engine",
    "Program",
    "Steps",
    "Trace",
    "Training",
    "parameter_groups",
    "total_weight",
]

# Sums over a batch take one chain for each so many examples, and then add the chains in order.
BATCH_BLOCK = 256


@dataclass(frozen=True)
class Trace:
    """Every number of one batch on its way forward and backward.

    Attributes
    ----------
    x : array of shape (examples, inputs)
    net_inputs, outputs, deltas : list of arrays
        Of layers 1 ... L, each (examples, units): in(l), y(l) and δ(l) = ∂E/∂in(l), where E is
        the loss of each example.
    gradient : array of shape (parameters,)
        Of the (weighted) mean loss over the batch, laid out as the parameters.
    losses : array of shape (examples,), float64
    """

    x: Array
    net_inputs: list[Array]
    outputs: list[Array]
    deltas: list[Array]
    gradient: Array
    losses: NDArray[np.float64]

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
    squared_weights : array of float64, shape (steps,), optional
        To be filled with Σ w² over the weights, without biases, before each step.
    """

    order: NDArray[np.int64]
    batch_starts: NDArray[np.int64]
    learning_rates: NDArray[np.float64]
    squared_weights: NDArray[np.float64] | None = None

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
        return _batch_starts(rows, batch_size, epochs)


@lru_cache(maxsize=16)  # epochs are alike
def _batch_starts(rows: int, batch_size: int, epochs: int) -> NDArray[np.int64]:
    ends = np.append(np.arange(batch_size, rows, batch_size), rows)
    starts = np.add.outer(np.arange(epochs) * rows, ends).reshape(-1)
    batch_starts = np.concatenate([[0], starts]).astype(np.int64)
    batch_starts.flags.writeable = False
    return batch_starts


@dataclass
class Training:
    """What changes and what stays while a network learns.

    Attributes
    ----------
    x : array of shape (examples, inputs), or SparseRows
        Sparse where the first layer is dense.
    sample_weight : array of shape (examples,), optional
        How much each example counts; all alike if not given.
    dropout : list of float, optional
        The rate of the inputs and of each hidden layer.
    seed : int
        Of the dropout masks.
    largest_term : float
        What an output adds to the loss of an example counts as this at most in the losses of steps;
        the gradient is that of the whole loss. For losses that are sums over the outputs.
    """

    rule: UpdateRule
    parameters: Array
    x: Inputs
    targets: Array
    sample_weight: Array | None = None
    dropout: list[float] | None = None
    seed: int = 0
    threads: int | None = None
    steps_done: int = 0
    largest_term: float = math.inf
    state: Array = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.rule.optimizer.initial_state(self.parameters)

    def batch_weight(self, examples: NDArray[np.int64]) -> float:
        """Return the sum of some examples' weights."""
        if self.sample_weight is None:
            return float(len(examples))
        return total_weight(self.sample_weight[examples])


def total_weight(sample_weight: Array) -> float:
    """Return the sum of examples' weights, with the same bits as in the kernels.

    Examples
    --------
    >>> total_weight(np.array([0.5, 2.0]))
    2.5
    """
    # A cumulated sum is one chain, in order; zeros at the end change none.
    blocks = np.zeros((-(-len(sample_weight) // BATCH_BLOCK), BATCH_BLOCK))
    blocks.reshape(-1)[: len(sample_weight)] = sample_weight
    chains = blocks.cumsum(axis=1)[:, -1]
    return float(chains.cumsum()[-1]) if len(chains) else 0.0


@dataclass(frozen=True)
class DropoutMasks:
    """Which step's dropout applies to a batch.

    Attributes
    ----------
    rates : list of float
        Of the inputs and of each hidden layer.
    seed, step : int
    """

    rates: list[float]
    seed: int
    step: int

    def factors(
        self, architecture: Architecture, examples: int, dtype: np.dtype[Any]
    ) -> list[Array]:
        """Return what the outputs of layers 0 ... L are multiplied with: 0, or 1 / (1 − rate).

        Each (examples, units); the output layer keeps all.
        """
        factors: list[Array] = []
        for layer, (units, rate) in enumerate(
            zip(architecture.units, [*self.rates, 0.0], strict=True)
        ):
            words = dropout_words(self.seed, self.step, layer, examples, units)
            stays = words >= np.uint64(rate * 2.0**32)
            factors.append(stays * dtype.type(1 / (1 - rate)))
        return factors


def parameter_groups(architecture: Architecture) -> list[ParameterGroup]:
    """Return the groups of parameters that change alike."""
    groups = []
    for place, layer in zip(architecture.places, architecture.layers, strict=True):
        groups.append(ParameterGroup(place.weights, layer.weight_rate, biases=False))
        if place.biases is not None:
            groups.append(ParameterGroup(place.biases, layer.bias_rate, biases=True))
    return groups


class Program(ABC):
    """A network's function with its loss, ready to be computed.

    Arrays are C-contiguous, all of one precision, float32 or float64, and checked before.

    Attributes
    ----------
    architecture : Architecture
    loss : Loss
    output_loss : OutputLoss
        The output layer's activation with the loss.

    Raises
    ------
    ValueError
        If the loss does not fit the output activation.
    """

    def __init__(self, architecture: Architecture, loss: Loss) -> None:
        self.architecture = architecture
        self.output_loss = loss.paired_with(architecture.layers[-1].activation)
        self.loss = self.output_loss.loss

    @abstractmethod
    def predict(self, parameters: Array, x: Inputs, threads: int | None = None) -> Array:
        """Return the network's outputs y(L), (examples, outputs).

        Parameters
        ----------
        parameters : array of shape (parameters,)
        x : array of shape (examples, inputs), or SparseRows
            Sparse where the first layer is dense.
        threads : int, optional
            As many as are worth it if not given.

        Raises
        ------
        NotFiniteError
            If a number of x is infinite or not a number.
        """

    @abstractmethod
    def evaluate(
        self, parameters: Array, x: Inputs, targets: Array, threads: int | None = None
    ) -> tuple[Array, NDArray[np.float64]]:
        """Return the outputs and the loss E of each example, (examples,) in float64."""

    @abstractmethod
    def trace(
        self,
        parameters: Array,
        x: Array,
        targets: Array,
        sample_weight: Array | None = None,
        masks: DropoutMasks | None = None,
    ) -> Trace:
        """Return every number of a batch: in(l), y(l), δ(l), and the gradient of the mean loss."""

    @abstractmethod
    def update(
        self, rule: UpdateRule, parameters: Array, state: Array, gradient: Array, info: StepInfo
    ) -> None:
        """Take a step by the gradient of a batch, changing parameters and state in place."""

    @abstractmethod
    def run(self, training: Training, steps: Steps) -> NDArray[np.float64]:
        """Take some steps; return each one's weighted sum of losses, before its update.

        Changes the training's parameters and state in place and counts its steps.
        """

    @abstractmethod
    def gradient(self, training: Training) -> tuple[float, Array]:
        """Return the mean loss over all examples, and its gradient."""


class Engine(ABC):
    """What computes networks."""

    name: str

    def info(self) -> dict[str, str | int | list[str]]:
        """Return what is in use, by name."""
        return {"engine": self.name}

    @abstractmethod
    def compile(
        self, architecture: Architecture, loss: Loss, rule: UpdateRule | None = None
    ) -> Program:
        """Return the program of an architecture and a loss.

        Parameters
        ----------
        architecture : Architecture
        loss : Loss
        rule : UpdateRule, optional
            What will train it.

        Raises
        ------
        ValueError
            If the loss does not fit the output activation.
        LimitError
            If the engine lacks the activation of a layer, the loss, or what the rule is made of.
        """
