"""Whether the inputs of a network are the pixels of a picture, and of which shape."""

import math
import re
from collections.abc import Sequence

import numpy as np

__all__ = ["image_shape"]

#: As many unnamed inputs, if their number is a square, are taken for a picture: 8 × 8, 28 × 28.
SMALLEST = 64
TWO_NUMBERS = re.compile(r"(\D*)(\d+)(\D+)(\d+)(?:\D+(\d+)|(\D*))")
ONE_NUMBER = re.compile(r"(\D*)(\d+)")


def image_shape(
    inputs: int, names: Sequence[str] | None, given: tuple[int, ...] = ()
) -> tuple[int, ...] | None:
    """Return (height, width) or (height, width, channels) of the inputs, if they are pixels.

    Parameters
    ----------
    inputs : int
        Their number.
    names : sequence of str, optional
        With row and column, as ``pixel 2,3`` or ``pixel_1_2``; or running numbers, ``p0``, ``p1``,
        which are pixels if there is a square of at least 64 of them.
    given : tuple of int
        The shape in which a row was given, if it has several dimensions.

    Examples
    --------
    >>> image_shape(64, None)
    (8, 8)
    >>> image_shape(6, ["p1x1", "p1x2", "p1x3", "p2x1", "p2x2", "p2x3"])
    (2, 3)
    >>> image_shape(3, ["length", "width", "height"]) is None
    True
    """
    shape = tuple(given[1:] if len(given) > 2 and given[0] == 1 else given)
    if len(shape) == 3 and shape[2] == 1:
        shape = shape[:2]
    if len(shape) in (2, 3) and math.prod(shape) == inputs and min(shape[:2]) > 1:
        return shape
    if names:
        return _grid(names) or (_square(inputs) if _are_running(names) else None)
    return _square(inputs)


def _square(inputs: int) -> tuple[int, int] | None:
    side = math.isqrt(inputs)
    return (side, side) if side * side == inputs >= SMALLEST else None


def _are_running(names: Sequence[str]) -> bool:
    """Whether names are one word with the numbers from 0 or 1 on."""
    found = [ONE_NUMBER.fullmatch(name) for name in names]
    if not all(found):
        return False
    words = {match[1] for match in found if match}
    numbers = [int(match[2]) for match in found if match]
    first = numbers[0]
    return len(words) == 1 and first in (0, 1) and numbers == [*range(first, first + len(names))]


def _grid(names: Sequence[str]) -> tuple[int, ...] | None:
    """The shape that names with row, column and perhaps channel say, row by row."""
    found = [TWO_NUMBERS.fullmatch(name) for name in names]
    if not all(found) or len({(match[1], match[3]) for match in found if match}) > 1:
        return None
    channels = [match[5] or match[6] or "" for match in found if match]
    different = list(dict.fromkeys(channels))
    places = np.array([(int(match[2]), int(match[4])) for match in found if match])
    (height, width), count = places.max(axis=0) - places.min(axis=0) + 1, len(different)
    shape = (int(height), int(width)) if count == 1 else (int(height), int(width), count)
    if min(shape[:2]) < 2 or math.prod(shape) != len(names) or count not in (1, 3, 4):
        return None
    ordered = [*np.ndindex(int(height), int(width), count)]
    places -= places.min(axis=0)
    own = [(r, c, different.index(k)) for (r, c), k in zip(places.tolist(), channels, strict=True)]
    return shape if own == ordered else None
