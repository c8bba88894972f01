"""What a person is shown of a network: a table of its layers, and a drawing."""

from __future__ import annotations  # drawings are imported by who draws

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.array import Array
from glassnet.nn.architecture import Architecture

if TYPE_CHECKING:
    from glassnet.drawing.network_drawing import NetworkDrawing

__all__ = ["Drawable"]


class Drawable:
    """A network as a person sees it."""

    architecture: Architecture
    parameters: Array
    dtype: np.dtype[Any]
    feature_names: list[str] | None
    classes: Array | None

    def __str__(self) -> str:
        """Return a table of the layers."""
        from glassnet.formula.document import Document
        from glassnet.nn.summary import layers_section
        from glassnet.render.text import document_text

        section = layers_section(self.architecture, self.dtype.name)
        return document_text(Document("A network", (section,)))

    def draw(self, *, image: tuple[int, ...] | None = None, units: int = 8) -> NetworkDrawing:
        """Draw the network: a notebook shows it; `to_svg`, `to_png` and `to_pdf` write it.

        Parameters
        ----------
        image : tuple of int, optional
            (height, width) or (height, width, channels) of inputs that are the pixels of an image.
            Where their names say so, it is known.
        units : int
            At most so many units of a layer are drawn.

        Raises
        ------
        ValueError, TypeError
            If the inputs are not so many pixels, or `units` is not at least 1.

        Examples
        --------
        >>> import glassnet as gn
        >>> picture = gn.Network([2, 3, 1], hidden="tanh", output="sigmoid").draw()
        >>> [len(layer.units) for layer in picture.drawing.layers]
        [2, 3, 1]
        """
        from glassnet.drawing.network_drawing import NetworkDrawing
        from glassnet.drawing.network_parts import draw_network

        names = self.feature_names, self.classes
        drawing = draw_network(self.architecture, self.parameters, *names, image, units)
        return NetworkDrawing(drawing)
