"""The gradient's length, by which it is clipped."""

import numpy as np

from glassnet.core.array import Array

__all__ = ["gradient_norm"]


def gradient_norm(gradient: Array) -> float:
    """Return the length of a gradient, of all parameters together."""
    return float(np.sqrt(np.square(gradient, dtype=np.float64).sum()))
