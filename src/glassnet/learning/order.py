"""In which order an epoch meets its examples."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.randomness import example_orders

__all__ = ["ExampleOrder", "as_given", "shuffled"]

#: Takes the numbers of some epochs and how many examples there are; returns (epochs, examples).
ExampleOrder: TypeAlias = Callable[[range, int], NDArray[np.int64]]


def as_given(epochs: range, rows: int) -> NDArray[np.int64]:
    """Return every epoch in the order of the data.

    Examples
    --------
    >>> as_given(range(2), 3).tolist()
    [[0, 1, 2], [0, 1, 2]]
    """
    return np.tile(np.arange(rows), (len(epochs), 1))


def shuffled(seed: int) -> ExampleOrder:
    """Return orders that are functions of the seed and the epoch."""
    return partial(example_orders, seed)
