"""Rows to learn from and rows to hold back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.randomness import Purpose, random_bits

__all__ = ["split_rows"]


def split_rows(
    rows: int,
    held_back: float,
    seed: int,
    groups: NDArray[Any] | None = None,
    number: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which rows to learn from and which to hold back, each in ascending order.

    Parameters
    ----------
    rows : int
    held_back : float
        Which part to hold back, above 0 and below 1.
    seed : int
    groups : array of shape (rows,), optional
        Classes; each gives the same part of its rows, and keeps at least one to learn from.
    number : int
        Splits of different numbers are independent.

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
    shuffled = np.argsort(random_bits(seed, Purpose.SPLIT, number, rows), kind="stable")
    if groups is None:
        hold = shuffled[: round(rows * held_back)]
    else:
        members = [shuffled[groups[shuffled] == group] for group in np.unique(groups)]
        counts = [min(round(len(member) * held_back), len(member) - 1) for member in members]
        hold = np.concatenate(
            [member[:count] for member, count in zip(members, counts, strict=True)]
        )
    if not 0 < len(hold) < rows:
        raise ValueError(f"{rows} examples are too few to hold back {held_back:g} of them")
    return np.setdiff1d(shuffled, hold), np.sort(hold)
