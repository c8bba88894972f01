"""The epochs of a run as a table: one row for each epoch of each network."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from glassnet.training.history import History

__all__ = ["csv_text", "rows_of"]

COLUMNS = ("epoch", "network", "loss", "learning_rate", "seconds", "validation_loss")


def csv_text(histories: Sequence[History]) -> str:
    """Return the numbers of all epochs as CSV.

    Epochs and networks count from 1. Numbers have as many digits as tell them apart; what was not
    measured is empty.

    Parameters
    ----------
    histories : sequence of History
        Of each network.

    Examples
    --------
    >>> history = History(losses=[0.5, 0.25], learning_rates=[0.1, 0.1], seconds=[1, 1])
    >>> print(csv_text([history]).splitlines()[1])
    1,1,0.5,0.1,1,
    """
    metrics = list(dict.fromkeys(name for history in histories for name in history.metrics))
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*COLUMNS, *metrics])
    table.writerows(rows_of(histories, metrics))
    return text.getvalue()


def rows_of(histories: Sequence[History], metrics: Sequence[str]) -> Iterator[list[object]]:
    """Return the rows of the table; what was not measured is None."""
    for network, history in enumerate(histories, start=1):
        lists = [
            history.losses,
            history.learning_rates,
            history.seconds,
            history.validation_losses,
            *(history.metrics.get(name, []) for name in metrics),
        ]
        for epoch in range(history.epochs):
            numbers = [own[epoch] if epoch < len(own) else None for own in lists]
            yield [epoch + 1, network, *numbers]
