"""Whether inputs are the pixels of an image, as their names say."""

import math
import re
from collections.abc import Sequence

from glassnet.core.validation import whole_number

__all__ = ["checked_image_shape", "image_shape"]

PIXEL = re.compile(r"pixel[ _]?(\d+)(?:[,_x](\d+))?(?:[, ](\d+|red|green|blue))?", re.IGNORECASE)


def image_shape(names: Sequence[str] | None) -> tuple[int, ...] | None:
    """Return the (height, width) or (height, width, channels) of inputs that are pixels.

    None if they are not. Known are the names that Glassnet gives to the pixels of images, those of
    scikit-learn's digits ("pixel_0_0") and those of OpenML's square ones ("pixel1", ...).

    Examples
    --------
    >>> image_shape(["pixel 1,1", "pixel 1,2", "pixel 2,1", "pixel 2,2"])
    (2, 2)
    >>> image_shape(["length", "width"])
    """
    found = [PIXEL.fullmatch(name) for name in names or ()]
    if len(found) < 4 or not all(found):
        return None
    places = [match.groups() for match in found if match]
    if all(column is None for _, column, _ in places):
        side = math.isqrt(len(places))
        numbers = [int(number) for number, _, _ in places]
        in_order = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        return (side, side) if side * side == len(places) and in_order else None
    if any(column is None for _, column, _ in places):
        return None
    rows, columns, channels = ([*dict.fromkeys(part)] for part in zip(*places, strict=True))
    every = [(row, column, channel) for row in rows for column in columns for channel in channels]
    if places != every or not (_counts(rows) and _counts(columns)):
        return None
    return (len(rows), len(columns), len(channels))[: 2 if len(channels) == 1 else 3]


def _counts(numbers: Sequence[str | None]) -> bool:
    """Whether numbers go on one by one, from 0 or 1."""
    values = [int(number or 0) for number in numbers]
    return values[0] in (0, 1) and values == list(range(values[0], values[0] + len(values)))


def checked_image_shape(
    given: Sequence[int] | None, names: Sequence[str] | None, inputs: int
) -> tuple[int, ...] | None:
    """Return the shape of an image that somebody gives, or that the names of the inputs say.

    Raises
    ------
    ValueError
        If the shape given has another number of pixels than the network has inputs.
    """
    if given is None:
        return image_shape(names)
    shape = tuple(whole_number("a side of the image", side, 1) for side in given)
    if len(shape) not in (2, 3) or math.prod(shape) != inputs:
        raise ValueError(
            f"an image of {' × '.join(map(str, shape))} has {math.prod(shape):,} values; the "
            f"network has {inputs:,} inputs: give (height, width) or (height, width, channels)"
        )
    return shape
