"""How good predictions are, in the words of the field. Arrays are (examples, outputs)."""

import numpy as np

from glassnet.data.arrays import Array

__all__ = ["accuracy", "mean_absolute_error"]


def accuracy(predicted: Array, desired: Array) -> float:
    """Return the part of the outputs that are right: the most probable class, or each yes or no.

    Examples
    --------
    >>> accuracy(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([[0, 1], [0, 1]]))
    0.5
    """
    if predicted.shape[1] == 1:
        return float(((predicted > 0.5) == (desired > 0.5)).mean())
    if np.abs(desired.sum(axis=1) - 1).max(initial=0) > 1e-3:  # independent labels
        return float(((predicted > 0.5) == (desired > 0.5)).mean())
    return float((predicted.argmax(axis=1) == desired.argmax(axis=1)).mean())


def mean_absolute_error(predicted: Array, desired: Array) -> float:
    """Return the mean of |predicted − desired|.

    Examples
    --------
    >>> mean_absolute_error(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
    1.5
    """
    return float(np.abs(predicted.astype(np.float64) - desired).mean())
