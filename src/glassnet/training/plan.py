"""The plan of a training run: the order of examples, validation, early stopping."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.sparse import Inputs
from glassnet.core.array import Array
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.example_order import ExampleOrder
from glassnet.training.history import History
from glassnet.training.schedule import Schedule

__all__ = ["Callback", "Plan", "Progress", "Validation"]

#: Called with the history after every epoch; returns True to end training.
Callback: TypeAlias = Callable[[History], object]


# At most this many validation rows, and inputs, are evaluated at once.
MAX_ROWS_MEASURED, MAX_MEASURED = 65_536, 16 * 2**20


@dataclass(frozen=True)
class Validation:
    """Validation data, and the metrics to compute on them.

    Attributes
    ----------
    x : array or SparseRows
    targets : array
    metrics : mapping of name to function of (predicted, target)
        Their results are averaged over the examples.
    chunk_size : int, optional
        Rows to evaluate together, if a metric is not a mean over examples.
    rows : array of int64, optional
        Which of the examples; all if not given.
    """

    x: Inputs
    targets: Array
    metrics: Mapping[str, Callable[[Array, Array], float]]
    chunk_size: int | None = None
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.x if self.rows is None else self.rows)

    @property
    def chunks(self) -> Iterator[tuple[Inputs, Array]]:
        """The inputs and targets in chunks, so that large data need little memory."""
        inputs = max(self.x.shape[1], 1)
        most = self.chunk_size or min(MAX_ROWS_MEASURED, MAX_MEASURED // inputs + 1)
        for start in range(0, len(self), most):
            part = slice(start, start + most)
            chosen = part if self.rows is None else self.rows[part]
            yield self.x[chosen], self.targets[chosen]


@dataclass(frozen=True)
class Plan:
    """The settings of a training run.

    Attributes
    ----------
    epochs, batch_size : int
    order : ExampleOrder
        Of those to learn from.
    first_epoch : int
        The number of epochs trained before; the order of examples continues from there.
    schedule : Schedule
    stopping : EarlyStopping, optional
        Needs validation data.
    validation : Validation, optional
    rows : array of int64, optional
        Which examples to learn from; all if not given.
    record : sequence of int
        The steps to record in the history, counted from 0, in ascending order.
    callbacks : tuple of Callback
    measures_weights : bool
        Whether the history gets Σ w² before each step.
    may_diverge : bool
        Whether training goes on where the loss or the weights are no longer finite numbers.
    """

    epochs: int
    batch_size: int
    order: ExampleOrder
    first_epoch: int
    schedule: Schedule
    stopping: EarlyStopping | None = None
    validation: Validation | None = None
    rows: NDArray[np.int64] | None = None
    record: Sequence[int] = ()
    callbacks: tuple[Callback, ...] = ()
    measures_weights: bool = False
    may_diverge: bool = False


@dataclass(frozen=True)
class Progress:
    """The progress of a training run: `epochs_done` of `epochs`, with fractions of an epoch.

    Before the first step the loss is NaN.
    """

    epochs_done: float
    epochs: int
    loss: float
    validation_loss: float | None
