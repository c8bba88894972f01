"""The numbers of a run as other programs keep them: a series for each name, with its times."""

from collections.abc import Iterator
from itertools import accumulate

from glassnet.training.history import History

__all__ = ["series_of", "times_of"]


def series_of(history: History) -> Iterator[tuple[str, list[float]]]:
    """Return the name and the number of each epoch of all that was measured."""
    yield "loss", history.losses
    if history.validation_losses:
        yield "validation_loss", history.validation_losses
    for name, values in history.metrics.items():
        yield f"validation_{name}", values
    yield "learning_rate", history.learning_rates


def times_of(history: History, begin: float) -> list[float]:
    """Return when each epoch ended, in seconds since 1970.

    A journal says how long each took. Where the training paused between two sessions, that time
    is missing.

    Examples
    --------
    >>> times_of(History(losses=[2.0, 1.0], seconds=[0.5, 0.25]), 100.0)
    [100.5, 100.75]
    """
    return [begin + passed for passed in accumulate(history.seconds)]
