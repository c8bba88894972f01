"""In which order an epoch meets its examples."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.random import ROWS_IN_BLOCK, BlockOrder, example_orders

__all__ = ["ExampleOrder", "Order", "as_given", "shuffled"]

#: Examples, one behind the other; it can be sliced.
Order: TypeAlias = NDArray[np.int64] | BlockOrder
#: Takes the numbers of some epochs and how many examples there are; returns their order, one epoch
#: behind the other.
ExampleOrder: TypeAlias = Callable[[range, int], Order]


def as_given(epochs: range, rows: int) -> Order:
    """Return every epoch in the order of the data.

    Examples
    --------
    >>> as_given(range(2), 3)[:].tolist()
    [0, 1, 2, 0, 1, 2]
    """
    return np.tile(np.arange(rows), len(epochs))


def shuffled(seed: int) -> ExampleOrder:
    """Return orders that are functions of the seed and the epoch."""
    return partial(_shuffled, seed)


def _shuffled(seed: int, epochs: range, rows: int) -> Order:
    if rows > ROWS_IN_BLOCK and len(epochs) == 1:
        return BlockOrder(seed, epochs[0], rows)
    return example_orders(seed, epochs, rows).reshape(-1)
