"""Helpers for columns: missing values, and numbers as text."""

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array

__all__ = ["is_missing", "number_label"]


def is_missing(column: Array) -> NDArray[np.bool_]:
    """Return a boolean mask of the missing values of a column."""
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=np.bool_)
    if column.ndim > 1:  # images
        return np.zeros(len(column), dtype=np.bool_)
    missing: NDArray[np.bool_] = np.isnat(column) if column.dtype.kind == "M" else np.isnan(column)
    return missing


def number_label(value: float) -> str:
    """Return a number as a class or category name: the shortest text that identifies it.

    Examples
    --------
    >>> number_label(7.0), number_label(0.1), number_label(1234567.0)
    ('7', '0.1', '1234567')
    """
    return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
