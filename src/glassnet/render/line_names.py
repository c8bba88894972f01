"""Where the names of lines stand: on the line, as far as possible from everything else."""

from collections.abc import Sequence

from glassnet.formula.document import Regions
from glassnet.render.shapes import Point

__all__ = ["line_name_places"]

PARTS = tuple(0.06 + 0.04 * n for n in range(23))
MOST = 200  # examples that are looked at


def line_name_places(regions: Regions) -> list[Point]:
    """Return a place for the name of each line, on it.

    Examples
    --------
    >>> from glassnet.formula.document import Curve, RegionPoint
    >>> line = Curve("h1.1", (0.0, 1.0), (0.5, 0.5))
    >>> point = RegionPoint(0, 0.5, 0)
    >>> regions = Regions("x", "y", (0, 1, 0, 1), ("a",), ((0,),), (point,), (line,))
    >>> [(round(x, 2), y) for x, y in line_name_places(regions)]
    [(0.54, 0.5)]
    """
    left, right, low, high = regions.bounds

    def scaled(point: Point) -> Point:
        return (point[0] - left) / (right - left), (point[1] - low) / (high - low)

    taken = [scaled((point.x, point.y)) for point in regions.points[:MOST]]
    ways = [[_on(line.points, part) for part in PARTS] for line in regions.lines]
    places = []
    for number, way in enumerate(ways):
        others = [scaled(at) for other in (*ways[:number], *ways[number + 1 :]) for at in other]
        best = max(way, key=lambda at: _nearest(scaled(at), taken + others))
        places.append(best)
        taken.append(scaled(best))
    return places


def _on(points: Sequence[Point], part: float) -> Point:
    (x1, y1), (x2, y2) = points[0], points[-1]
    return x1 + part * (x2 - x1), y1 + part * (y2 - y1)


def _nearest(at: Point, others: Sequence[Point]) -> float:
    """How far the nearest is; the edges count, too, since a name is wide."""
    edge = min(at[0], 1 - at[0], 2 * at[1], 2 - 2 * at[1]) + 0.1
    return min([edge, *(abs(at[0] - x) + 2 * abs(at[1] - y) for x, y in others)])
