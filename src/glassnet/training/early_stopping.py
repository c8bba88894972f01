"""Early stopping: end training when the validation data show no more improvement."""

from dataclasses import dataclass

from glassnet.core.validation import one_of

__all__ = ["EarlyStopping"]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after `patience` epochs without improvement on the validation data.

    The best weights are restored. Prechelt 1998, "Early stopping - but when?".

    Parameters
    ----------
    patience : int
        The number of epochs, at least 1.
    min_improvement : float
        The measure must be better by more than this to count as an improvement.
    measure : {"loss", "accuracy"}
        The measure that must improve. Of epochs with equal accuracy, that of lower loss is better.
    """

    patience: int = 10
    min_improvement: float = 0.0
    measure: str = "loss"

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience must be at least 1 epoch, not {self.patience!r}")
        if not self.min_improvement >= 0:
            raise ValueError(f"min_improvement must be at least 0, not {self.min_improvement!r}")

        one_of("measure", self.measure, ("loss", "accuracy"))

    def is_better(
        self, loss: float, best: float, accuracy: float = 0.0, best_accuracy: float = 0.0
    ) -> bool:
        """Return whether a validation loss, or an accuracy, is an improvement."""
        if self.measure == "loss":
            return loss < best - self.min_improvement
        gained = accuracy - best_accuracy
        return gained > self.min_improvement or (gained == 0 and loss < best)

    def should_stop(self, epoch: int, best_epoch: int) -> bool:
        """Return whether to stop after `epoch` (counted from 0)."""
        return epoch - best_epoch >= self.patience
