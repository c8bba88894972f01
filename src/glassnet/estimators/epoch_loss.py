"""scikit-learn's loss of an epoch: what its ``loss_curve_`` holds and its training stops by."""

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

    A batch's loss is the mean of its examples by their sample weights, plus ½ α Σ w² with the
    weights before its step, divided by the sum of its sample weights.

    Parameters
    ----------
    batch_starts : array of shape (batches + 1,)
    scale : LossScale
    sample_weight : array of shape (examples,), optional
    alpha : float
    """

    batch_starts: NDArray[np.int64]
    scale: LossScale
    sample_weight: Array | None
    alpha: float

    def of_epoch(
        self,
        step_losses: NDArray[np.float64],
        squared_weights: NDArray[np.float64],
        order: NDArray[np.int64] | slice,
    ) -> float:
        """Return the loss of the epoch just done.

        Parameters
        ----------
        step_losses, squared_weights : array of shape (batches,)
            The sum of the examples' losses by their sample weights, and Σ w², before each step.
        order : array of shape (examples,) or slice
            In which the epoch took the examples.
        """
        rows = np.diff(self.batch_starts)
        weights = rows.astype(np.float64)
        if self.sample_weight is not None:
            weights = self._sums(self.sample_weight[order])
        sums = self.scale.factor * step_losses + 0.5 * self.alpha * squared_weights
        if self.scale.offsets is not None:
            offsets = self.scale.offsets[order]
            by_weight = 1 if self.sample_weight is None else self.sample_weight[order]
            sums += self._sums(offsets * by_weight)
        # A batch whose examples all weigh 0 has no loss.
        means = np.divide(sums, weights, out=np.zeros_like(sums), where=weights != 0)
        return float(np.average(means, weights=rows))

    def _sums(self, numbers: Array) -> NDArray[np.float64]:
        """The sum over each batch."""
        sums: NDArray[np.float64] = np.add.reduceat(
            numbers.astype(np.float64), self.batch_starts[:-1]
        )
        return sums
