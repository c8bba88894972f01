"""Small pictures as boxes of ink, in a few strengths."""

from collections.abc import Iterator, Sequence

from glassnet.render.shapes import Boxes, Paint, Point, boxes_by_value

__all__ = ["pixel_boxes"]

STRENGTHS = 31


def pixel_boxes(
    rows: Sequence[Sequence[float]], corner: Point, cell: float, ink: str, negative: str = "two"
) -> Iterator[Boxes]:
    """Return the pixels of a picture.

    Parameters
    ----------
    rows : sequence of sequence of float
        From 0 (paper) to 1 (ink), or from −1 to 1.
    corner : (x, y)
    cell : float
        The size of a pixel.
    ink, negative : str
        The colours of positive and of negative values.
    """
    levels = [[round(STRENGTHS * max(-1.0, min(1.0, value))) for value in row] for row in rows]
    for level, boxes in boxes_by_value(levels).items():
        if level:
            paint = Paint(ink if level > 0 else negative, abs(level) / STRENGTHS)
            yield Boxes(*corner, (cell, cell), boxes, paint)
