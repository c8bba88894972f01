"""Rows to learn from and rows to hold back."""

import numpy as np
from numpy.typing import NDArray

from glassnet.randomness import Purpose, random_bits

__all__ = ["split_rows"]


def split_rows(
    rows: int, held_back: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which rows to learn from and which to hold back, each in ascending order.

    Parameters
    ----------
    rows : int
    held_back : float
        Which part to hold back, above 0 and below 1.
    seed : int

    Raises
    ------
    TypeError, ValueError
        If the part is not such a number, or no row remains on one side.

    Examples
    --------
    >>> learn, hold = split_rows(10, 0.2, seed=0)
    >>> len(learn), len(hold)
    (8, 2)
    """
    if isinstance(held_back, bool) or not isinstance(held_back, int | float):
        raise TypeError(f"the part to hold back is a number like 0.2, not {held_back!r}")
    if not 0 < held_back < 1:
        raise ValueError(f"the part to hold back must be above 0 and below 1, not {held_back!r}")
    count = round(rows * held_back)
    if count < 1 or count >= rows:
        raise ValueError(f"{rows} examples are too few to hold back {held_back:g} of them")
    bits = random_bits(seed, Purpose.SPLIT, 0, rows)
    shuffled = np.argsort(bits, kind="stable")
    return np.sort(shuffled[count:]), np.sort(shuffled[:count])
