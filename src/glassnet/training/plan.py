"""The plan of a training: which examples in which order, when to look, when to stop."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from glassnet.core.array import Array
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.example_order import ExampleOrder
from glassnet.training.history import History
from glassnet.training.schedule import Schedule

__all__ = ["Callback", "Plan", "Progress", "Validation"]

#: Called with the history after every epoch; returns True to end the training.
Callback: TypeAlias = Callable[[History], object]


# So many validation rows, and inputs, are measured at once.
MAX_ROWS_MEASURED, MAX_MEASURED = 65_536, 16 * 2**20


@dataclass(frozen=True)
class Validation:
    """Data that the network does not learn from, and what to measure on them.

    Attributes
    ----------
    x, targets : array
    metrics : mapping of name to function of (predicted, target)
        Means over the examples.
    chunk_size : int, optional
        Measured together, where a metric is no mean.
    """

    x: Array
    targets: Array
    metrics: Mapping[str, Callable[[Array, Array], float]]
    chunk_size: int | None = None

    @property
    def parts(self) -> Iterator[slice]:
        """The examples, some at a time, so that large data need little memory."""
        inputs = max(self.x.shape[1], 1)
        most = self.chunk_size or min(MAX_ROWS_MEASURED, MAX_MEASURED // inputs + 1)
        return (slice(start, start + most) for start in range(0, len(self.x), most))


@dataclass(frozen=True)
class Plan:
    """How a training shall go.

    Attributes
    ----------
    epochs, batch_size : int
    order : ExampleOrder
    first_epoch : int
        How many epochs the network has learned before; the order of examples goes on from there.
    schedule : Schedule
    stopping : EarlyStopping, optional
        Needs validation data.
    validation : Validation, optional
    record : tuple of int
        Steps to keep in the history, counted from 0.
    callbacks : tuple of Callback
    """

    epochs: int
    batch_size: int
    order: ExampleOrder
    first_epoch: int
    schedule: Schedule
    stopping: EarlyStopping | None = None
    validation: Validation | None = None
    record: tuple[int, ...] = ()
    callbacks: tuple[Callback, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a training is: `epochs_done` of `epochs`, counted in parts of one.

    Before the first step the loss is not a number.
    """

    epochs_done: float
    epochs: int
    loss: float
    validation_loss: float | None
