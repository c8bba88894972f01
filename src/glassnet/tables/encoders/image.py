"""Encoding of images: one input for each pixel and colour channel."""

import math
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.inputs import feature_names_of
from glassnet.core.array import Array
from glassnet.core.file_record import Count
from glassnet.formula.document import Block, Paragraph, Picture
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.warnings import DataWarning

__all__ = ["ImageEncoder"]

COLOURS = ("red", "green", "blue")


class ImageEncoder(Encoder, frozen=True, tag="image"):
    """x = value / 255 for each pixel, row by row; for colour images red, green, blue of each.

    Attributes
    ----------
    name : str
    shape : tuple of int
        (height, width), or (height, width, 3).
    """

    name: str
    shape: tuple[Count, ...]

    def __post_init__(self) -> None:
        if len(self.shape) != 2 and (len(self.shape) != 3 or self.shape[2] != 3):
            raise ValueError(f"images of the shape {self.shape}; expected (height, width) or a 3")

    for_a_whole_type: ClassVar[bool] = True

    @classmethod
    def is_for(cls, column: Array) -> bool:
        """Return whether the column holds images."""
        return column.ndim > 1

    @classmethod
    def fit(cls, name: str, column: Array, *, robust: bool = False) -> Self:
        """Return the encoder of images of this size."""
        return cls(name, column.shape[1:])

    @property
    def summary(self) -> str:
        """The size of the images."""
        return f"images of {' × '.join(map(str, self.shape))}"

    @property
    def feature_names(self) -> list[str]:
        """The input names: pixel row and column, counted from 1, and colour channel."""
        pixels = feature_names_of(np.empty((0, *self.shape[:2]))) or []
        if len(self.shape) == 2:
            return pixels
        return [f"{pixel} {colour}" for pixel in pixels for colour in COLOURS]

    @property
    def inputs(self) -> int:
        """How many there are, also of images too large to name each pixel."""
        return math.prod(self.shape)

    def encode(self, column: Array) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the pixels in float32, (rows, features).

        Raises
        ------
        ValueError
            If the column does not hold images of this shape.
        """
        if column.dtype != np.uint8 or column.shape[1:] != self.shape:
            shape = " × ".join(str(side) for side in self.shape)
            raise ValueError(
                f"column {self.name!r} must hold images of {shape} bytes, but holds "
                f"{column.dtype} of shape {column.shape[1:]}"
            )
        return column.reshape(len(column), -1) / np.float32(255), []

    def explain(self, value: Any) -> list[Block]:
        """Show the image in grey."""
        image = np.asarray(value) / 255
        grey = image if image.ndim == 2 else image.mean(axis=2)
        ink = tuple(tuple(float(1 - pixel) for pixel in row) for row in grey)
        words = "Each input is a pixel value, from 0 (black) to 255 (white), divided by 255"
        colours = "; red, green and blue are separate inputs." if image.ndim == 3 else "."
        caption = f"The image, {image.shape[0]} × {image.shape[1]} pixels"
        return [Picture(ink, caption), Paragraph(words + colours)]
