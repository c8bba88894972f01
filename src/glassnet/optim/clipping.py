"""The norm of the gradient, for clipping."""

import numpy as np

from glassnet.core.array import Array

__all__ = ["gradient_norm"]


def gradient_norm(gradient: Array) -> float:
    """Return the Euclidean norm of the gradient of all parameters."""
    return float(np.sqrt(np.square(gradient, dtype=np.float64).sum()))
