"""Encoding of images: one input for each pixel and colour channel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.inputs import feature_names_of
from glassnet.core.array import Array
from glassnet.formula.document import Block, Paragraph, Picture
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.warnings import DataWarning

__all__ = ["ImageEncoder"]

COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class ImageEncoder(Encoder):
    """x = value / 255 for each pixel, row by row; for colour images red, green, blue of each.

    Attributes
    ----------
    name : str
    shape : tuple of int
        (height, width), or (height, width, 3).
    """

    name: str
    shape: tuple[int, ...]

    @property
    def feature_names(self) -> list[str]:
        """The input names: pixel row and column, counted from 1, and colour channel."""
        pixels = feature_names_of(np.empty((0, *self.shape[:2]))) or []
        if len(self.shape) == 2:
            return pixels
        return [f"{pixel} {colour}" for pixel in pixels for colour in COLOURS]

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

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "image", "name": self.name, "shape": list(self.shape)}
