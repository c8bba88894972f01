"""Splits of rows into those to train on and those to hold out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.random import ROWS_IN_CHUNK, Purpose, chosen_rows

__all__ = ["held_out_rows", "sampled_rows", "split_rows"]


def split_rows(
    rows: int,
    held_out: float,
    seed: int,
    groups: NDArray[Any] | None = None,
    number: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to train on and the rows to hold out, each in ascending order.

    Parameters
    ----------
    rows : int
    held_out : float
        The fraction to hold out, above 0 and below 1.
    seed : int
    groups : array of shape (rows,), optional
        Classes; the same fraction of each is held out, and at least one row of each is trained on.
    number : int
        Splits with different numbers are independent.

    Raises
    ------
    TypeError, ValueError
        If the fraction is not such a number, or one of the two parts would be empty.

    Examples
    --------
    >>> learn, hold = split_rows(10, 0.2, seed=0)
    >>> len(learn), len(hold)
    (8, 2)
    """
    places = None if groups is None else np.unique(groups, return_inverse=True)[1]
    held = held_out_rows(rows, held_out, seed, places, number)
    return np.flatnonzero(~held), np.flatnonzero(held)


def held_out_rows(
    rows: int,
    held_out: float,
    seed: int,
    groups: NDArray[np.integer[Any]] | None = None,
    number: int = 0,
) -> NDArray[np.bool_]:
    """Return for each row whether :func:`split_rows` holds it out; uses little memory.

    Parameters
    ----------
    rows, held_out, seed, number
    groups : array of int, shape (rows,), optional
        The index of each row's class.

    Raises
    ------
    TypeError, ValueError
        If the fraction is not such a number, or one of the two parts would be empty.
    """
    if isinstance(held_out, bool) or not isinstance(held_out, int | float):
        raise TypeError(f"the fraction to hold out must be a number like 0.2, not {held_out!r}")
    if not 0 < held_out < 1:
        raise ValueError(f"the fraction to hold out must be above 0 and below 1, not {held_out!r}")
    if groups is None:
        counts = [round(rows * held_out)]
    else:
        members = np.zeros(int(groups.max(initial=0)) + 1, dtype=np.int64)
        for at in range(0, rows, ROWS_IN_CHUNK):
            members += np.bincount(groups[at : at + ROWS_IN_CHUNK], minlength=len(members))
        counts = [max(min(round(own * held_out), own - 1), 0) for own in members.tolist()]
    if not 0 < sum(counts) < rows:
        raise ValueError(f"{rows} examples are too few to hold out {held_out:g} of them")
    return chosen_rows(seed, Purpose.SPLIT, number, rows, counts, groups)


def sampled_rows(rows: int, most: int, seed: int, purpose: Purpose) -> NDArray[np.bool_]:
    """Return for each row whether it is in a sample of `most` of them; all are, if they are few.

    Examples
    --------
    >>> int(sampled_rows(100, 10, seed=0, purpose=Purpose.SAMPLE).sum())
    10
    """
    return chosen_rows(seed, purpose, 0, rows, [min(rows, most)])
