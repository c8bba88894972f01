"""Inputs that are pixels, as pictures: a row, and what each pixel speaks for."""

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Picture

__all__ = ["attribution_picture", "image_picture", "pixel_names"]


def image_picture(x: Array, shape: tuple[int, ...], caption: str) -> Picture:
    """Return a row as a picture: its smallest value is paper, its largest ink."""
    grey = _rows(x, shape) / (shape[2] if len(shape) > 2 else 1)
    low, high = float(grey.min()), float(grey.max())
    ink = (grey - low) / (high - low) if high > low else np.zeros_like(grey)
    return Picture(tuple(map(tuple, ink.tolist())), caption)


def attribution_picture(values: Array, shape: tuple[int, ...], caption: str) -> Picture:
    """Return signed values as a picture, the largest as 1 or −1; those of colours are summed."""
    rows = _rows(values, shape)
    largest = float(np.abs(rows).max())
    scaled = rows / largest if largest else rows
    return Picture(tuple(map(tuple, scaled.tolist())), caption, signed=True)


def pixel_names(shape: tuple[int, ...]) -> list[str]:
    """Return the names of pixels by row and column, counted from 1; and of the channel.

    Examples
    --------
    >>> pixel_names((1, 2))
    ['pixel 1,1', 'pixel 1,2']
    """
    return [f"pixel {','.join(str(i + 1) for i in place)}" for place in np.ndindex(shape)]


def _rows(values: Array, shape: tuple[int, ...]) -> Array:
    """Values of pixels in rows; of colours, their sum."""
    picture: Array = values.astype(np.float64).reshape(shape)
    summed: Array = picture.sum(axis=2) if len(shape) > 2 else picture
    return summed
