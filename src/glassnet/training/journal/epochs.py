"""The numbers of epochs in a journal: a history as arrays, and back."""

from collections.abc import Iterable, Mapping

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.training.history import History

__all__ = ["columns_of", "history_of"]

LISTS = ("losses", "learning_rates", "seconds", "validation_losses")
METRIC = "metrics."


def columns_of(history: History, first: int = 0, last: int | None = None) -> dict[str, Array]:
    """Return the numbers of some epochs by name, as float64.

    Parameters
    ----------
    history : History
    first, last : int
        Indices of the first epoch, and of the one after the last; all if not given.
    """
    last = history.epochs if last is None else last
    lists: dict[str, list[float]] = {name: getattr(history, name) for name in LISTS}
    lists |= {METRIC + name: values for name, values in history.metrics.items()}
    return {
        name: np.array(values[first:last], dtype=np.float64)
        for name, values in lists.items()
        if len(values) >= last
    }


def history_of(
    parts: Iterable[tuple[int, Mapping[str, Array]]], epochs: int | None = None
) -> History:
    """Return the history that arrays of some epochs describe.

    Parameters
    ----------
    parts : iterable of (index of the first epoch, arrays by name)
        In the order in which they were written: what comes later holds.
    epochs : int, optional
        Only so many from the first.

    Raises
    ------
    FileFormatError
        If epochs are missing.

    Examples
    --------
    >>> first, again = {"losses": np.array([3.0, 2.0])}, {"losses": np.array([2.5, 2.0])}
    >>> history_of([(0, first), (1, again)]).losses
    [3.0, 2.5, 2.0]
    """
    columns: dict[str, list[float]] = {"losses": []}
    for first, arrays in parts:
        for name, array in arrays.items():
            known = columns.setdefault(name, [])
            if array.ndim != 1 or array.dtype != np.float64 or first > len(known):
                raise FileFormatError("epochs are missing in the journal")
            known[first:] = array.tolist()
    if any(len(values) not in (0, len(columns["losses"])) for values in columns.values()):
        raise FileFormatError("numbers of epochs are missing in the journal")
    history = History()
    for name in LISTS:
        setattr(history, name, columns.get(name, [])[:epochs])
    history.metrics = {
        name.removeprefix(METRIC): values[:epochs]
        for name, values in columns.items()
        if name.startswith(METRIC)
    }
    return history
