"""Weights that lead from the pixels of an image, as pictures of its size."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Picture

__all__ = ["weight_pictures"]


def weight_pictures(
    weights: Array, shape: tuple[int, ...], captions: Sequence[str]
) -> list[Picture]:
    """Return a picture for each unit; at 1 and −1 is the largest weight of all of them.

    Parameters
    ----------
    weights : array of shape (pixels, units)
    shape : tuple of int
        (height, width), or (height, width, channels), whose weights are added.
    captions : sequence of str
        Of each unit.

    Examples
    --------
    >>> (picture,) = weight_pictures(np.array([[1.0], [-2.0], [0.0], [0.5]]), (2, 2), ["h1.1"])
    >>> picture.rows
    ((0.5, -1.0), (0.0, 0.25))
    """
    images = weights.T.astype(np.float64).reshape(-1, *shape)
    if images.ndim == 4:
        images = images.sum(axis=3)
    scaled = images / (np.abs(images).max() or 1)
    return [
        Picture(tuple(tuple(map(float, row)) for row in own), caption, signed=True)
        for own, caption in zip(scaled, captions, strict=True)
    ]
