"""Rows to learn from and rows to hold back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.random import ROWS_IN_CHUNK, Purpose, chosen_rows

__all__ = ["held_back_rows", "sampled_rows", "split_rows"]


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
    places = None if groups is None else np.unique(groups, return_inverse=True)[1]
    held = held_back_rows(rows, held_back, seed, places, number)
    return np.flatnonzero(~held), np.flatnonzero(held)


def held_back_rows(
    rows: int,
    held_back: float,
    seed: int,
    groups: NDArray[np.integer[Any]] | None = None,
    number: int = 0,
) -> NDArray[np.bool_]:
    """Return for each row whether :func:`split_rows` holds it back; needs little memory.

    Parameters
    ----------
    rows, held_back, seed, number
    groups : array of int, shape (rows,), optional
        The place of each row's class.

    Raises
    ------
    TypeError, ValueError
        As there.
    """
    if isinstance(held_back, bool) or not isinstance(held_back, int | float):
        raise TypeError(f"the part to hold back is a number like 0.2, not {held_back!r}")
    if not 0 < held_back < 1:
        raise ValueError(f"the part to hold back must be above 0 and below 1, not {held_back!r}")
    if groups is None:
        counts = [round(rows * held_back)]
    else:
        members = np.zeros(int(groups.max(initial=0)) + 1, dtype=np.int64)
        for at in range(0, rows, ROWS_IN_CHUNK):
            members += np.bincount(groups[at : at + ROWS_IN_CHUNK], minlength=len(members))
        counts = [max(min(round(own * held_back), own - 1), 0) for own in members.tolist()]
    if not 0 < sum(counts) < rows:
        raise ValueError(f"{rows} examples are too few to hold back {held_back:g} of them")
    return chosen_rows(seed, Purpose.SPLIT, number, rows, counts, groups)


def sampled_rows(rows: int, most: int, seed: int, purpose: Purpose) -> NDArray[np.bool_]:
    """Return for each row whether it is in a sample of `most` of them; all are, if they are few.

    Examples
    --------
    >>> int(sampled_rows(100, 10, seed=0, purpose=Purpose.SAMPLE).sum())
    10
    """
    return chosen_rows(seed, purpose, 0, rows, [min(rows, most)])
