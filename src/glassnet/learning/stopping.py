"""Early stopping: end a training that no longer gets better on the validation data."""

from dataclasses import dataclass

__all__ = ["EarlyStopping"]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after `patience` epochs without a lower validation error; the best weights come back.

    Prechelt 1998, "Early stopping - but when?".

    Parameters
    ----------
    patience : int
        Epochs, at least 1.
    min_improvement : float
        A validation error counts as lower only if it is lower by more than this.
    """

    patience: int = 10
    min_improvement: float = 0.0

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience must be at least 1 epoch, not {self.patience!r}")
        if not self.min_improvement >= 0:
            raise ValueError(f"min_improvement must be at least 0, not {self.min_improvement!r}")

    def is_better(self, error: float, best: float) -> bool:
        """Return whether a validation error is an improvement."""
        return error < best - self.min_improvement

    def should_stop(self, epoch: int, best_epoch: int) -> bool:
        """Return whether to stop after `epoch` (counted from 0)."""
        return epoch - best_epoch >= self.patience
