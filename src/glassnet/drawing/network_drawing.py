"""A drawn network that a notebook shows, and that is written as SVG, PNG or PDF."""

import os
from dataclasses import dataclass
from typing import Any

from glassnet.core.atomic_file import write_atomically
from glassnet.core.validation import whole_number
from glassnet.formula.document import Document, Drawing, Section
from glassnet.render.network_layout import network_scene
from glassnet.render.scene_figure import scene_pdf, scene_png
from glassnet.render.svg import drawing_alone_svg
from glassnet.render.text import document_text

__all__ = ["NetworkDrawing"]

WIDTH = 1280  # pixels: a slide


@dataclass(frozen=True)
class NetworkDrawing:
    """A drawn network: units as circles, weights as lines, blue if positive, orange if negative.

    A notebook shows it by itself. What it writes stands alone, with its own paper, colours, fonts.

    Attributes
    ----------
    drawing : Drawing
        What is drawn: a block for a document.

    Examples
    --------
    >>> import glassnet as gn
    >>> picture = gn.Network([2, 3, 1], hidden="tanh", output="sigmoid", seed=1).draw()
    >>> picture.to_svg()[:4]
    '<svg'
    """

    drawing: Drawing

    def to_svg(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the drawing as SVG; write it to `path` if given.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        svg = drawing_alone_svg(self.drawing)
        if path is not None:
            write_atomically(path, lambda file: file.write_text(svg, encoding="utf-8"))
        return svg

    def to_png(self, path: str | os.PathLike[str] | None = None, *, width: int = WIDTH) -> bytes:
        """Return the drawing as PNG, `width` pixels wide; write it to `path` if given.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        ValueError, TypeError
            If the width is no whole number from 16 to 20,000.
        OSError
            If the file cannot be written.
        """
        wide = whole_number("width", width, 16, 20_000)
        return _written(scene_png(network_scene(self.drawing), wide), path)

    def to_pdf(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """Return the drawing as PDF, its text as text; write it to `path` if given.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        OSError
            If the file cannot be written.
        """
        return _written(scene_pdf(network_scene(self.drawing)), path)

    def __str__(self) -> str:
        """Return a line for each layer."""
        return document_text(Document("A network", (Section("Units", (self.drawing,)),)))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return SVG for notebooks, and plain text for those without pictures."""
        return {"image/svg+xml": self.to_svg(), "text/plain": str(self)}


def _written(content: bytes, path: str | os.PathLike[str] | None) -> bytes:
    if path is not None:
        write_atomically(path, lambda file: file.write_bytes(content))
    return content
