"""The order of the examples in an epoch."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.random import ROWS_IN_BLOCK, BlockOrder, example_orders

__all__ = ["ExampleOrder", "Order", "shuffled", "unshuffled"]

#: The indices of examples in order; can be sliced.
Order: TypeAlias = NDArray[np.int64] | BlockOrder
#: Takes the numbers of some epochs and the number of examples; returns their order, one epoch after
#: the other.
ExampleOrder: TypeAlias = Callable[[range, int], Order]


def unshuffled(epochs: range, rows: int) -> Order:
    """Return the order of the data for every epoch.

    Examples
    --------
    >>> unshuffled(range(2), 3)[:].tolist()
    [0, 1, 2, 0, 1, 2]
    """
    return np.tile(np.arange(rows), len(epochs))


def shuffled(seed: int) -> ExampleOrder:
    """Return a shuffled order, a function of the seed and the epoch."""
    return partial(_shuffled, seed)


def _shuffled(seed: int, epochs: range, rows: int) -> Order:
    if rows > ROWS_IN_BLOCK and len(epochs) == 1:
        return BlockOrder(seed, epochs[0], rows)
    return example_orders(seed, epochs, rows).reshape(-1)
