"""scikit-learn's loss of an epoch: what its ``loss_curve_`` holds and its training stops by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array

__all__ = ["EpochLoss", "LossScale"]


@dataclass(frozen=True)
class LossScale:
    """How scikit-learn's loss of an example follows from the network's: factor · E + offset.

    Attributes
    ----------
    factor : float
    offsets : array of shape (examples,), optional
        0 if not given.
    """

    factor: float = 1.0
    offsets: NDArray[np.float64] | None = None

    def mean(self, loss: float, weights: Array | None = None) -> float:
        """Return scikit-learn's mean loss of all examples, given the network's."""
        if self.offsets is None:
            return self.factor * loss
        return self.factor * loss + float(np.average(self.offsets, weights=weights))


@dataclass(frozen=True)
class EpochLoss:
    """The mean loss of an epoch's batches, each counted by its rows.

    A batch's loss is the mean of its examples by their sample weights, plus the penalty divided by
    the sum of its sample weights: ½ λ₂ Σ w² with the weights before its step, and λ₁ Σ |w| with
    those after the epoch.

    Parameters
    ----------
    batch_starts : array of shape (batches + 1,)
    scale : LossScale
    sample_weight : array of shape (examples,), optional
    l1, l2 : float
        λ₁ and λ₂.
    """

    batch_starts: NDArray[np.int64]
    scale: LossScale
    sample_weight: Array | None
    l1: float
    l2: float

    def of_epoch(
        self,
        step_losses: NDArray[np.float64],
        squared_weights: NDArray[np.float64],
        order: NDArray[np.int64] | slice,
        weights: Sequence[Array | None],
    ) -> float:
        """Return the loss of the epoch just done.

        Parameters
        ----------
        step_losses, squared_weights : array of shape (batches,)
            The sum of the examples' losses by their sample weights, and Σ w², before each step.
        order : array of shape (examples,) or slice
            In which the epoch took the examples.
        weights : sequence of array
            Of each layer, after the epoch.
        """
        rows = np.diff(self.batch_starts)
        totals = rows.astype(np.float64)
        if self.sample_weight is not None:
            totals = self._sums(self.sample_weight[order])
        sums = self.scale.factor * step_losses + 0.5 * self.l2 * squared_weights
        if self.l1:
            sums += self.l1 * sum(float(np.abs(w).sum()) for w in weights if w is not None)
        if self.scale.offsets is not None:
            offsets = self.scale.offsets[order]
            by_weight = 1 if self.sample_weight is None else self.sample_weight[order]
            sums += self._sums(offsets * by_weight)
        # A batch whose examples all weigh 0 has no loss.
        means = np.divide(sums, totals, out=np.zeros_like(sums), where=totals != 0)
        return float(np.average(means, weights=rows))

    def _sums(self, numbers: Array) -> NDArray[np.float64]:
        """The sum over each batch."""
        sums: NDArray[np.float64] = np.add.reduceat(
            numbers.astype(np.float64), self.batch_starts[:-1]
        )
        return sums
