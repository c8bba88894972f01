"""Curves, regions and pictures: where their axes, ticks, lines and legends are put."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glassnet.formula.document import Curves, Picture, Regions
from glassnet.formula.number import number_text
from glassnet.render.colours import SERIES
from glassnet.render.line_names import line_name_places
from glassnet.render.pixels import pixel_boxes
from glassnet.render.shapes import (
    Boxes,
    Circle,
    Line,
    Paint,
    Point,
    Scene,
    Shape,
    Words,
    boxes_by_value,
)
from glassnet.render.text_width import shortened, text_width
from glassnet.render.ticks import Axis

__all__ = ["curves_axes", "curves_scene", "picture_scene", "region_paint", "regions_scene"]

SIZE = 12.0
TOP, RIGHT, BELOW = 28.0, 18.0, 40.0
LEGEND_ROW, LEGEND_GAP, KEY = 18.0, 16.0, 18.0
POINT_RADIUS = 5.0
# A line through at most so many points shows each.
MARKED = 30


def curves_scene(curves: Curves, *, narrow: bool = False) -> Scene:
    """Return lines over one axis; there must be points."""
    x, y = curves_axes(curves, 5 if narrow else 8)
    plot = _Plot.of(x, y, (350.0, 220.0) if narrow else (704.0, 300.0))
    lines: list[Shape] = []
    for number, curve in enumerate(curves.curves):
        points = tuple(plot.at(*point) for point in curve.points)
        if len(points) > 1:
            lines.append(Line(points, _series(number), 2, dashed=_is_again(number)))
        if len(points) <= MARKED:
            lines += [Circle(*point, 2.5, _series(number), _series(number)) for point in points]
    for mark in curves.marks:
        lines += _mark(plot, mark.name, mark.x)
    keys = [(_series(number), curve.name) for number, curve in enumerate(curves.curves)]
    axes = plot.axes(curves.x_name, curves.y_name)
    return plot.scene([*axes, *lines], keys, points=False)


def curves_axes(curves: Curves, most: int = 6) -> tuple[Axis, Axis]:
    """Return the axes of x and y, with at most so many ticks on that of x."""
    assert curves.bounds is not None
    left, right, low, high = curves.bounds
    whole = all(x == round(x) for curve in curves.curves for x, _ in curve.points)
    return Axis.over(left, right, most, whole=whole), Axis.over(low, high, min(most, 6))


def regions_scene(regions: Regions, *, narrow: bool = False) -> Scene:
    """Return a plane with what is predicted where, the lines and the examples."""
    left, right, low, high = regions.bounds
    x, y = (
        Axis(first, last, Axis.over(first, last, 6).within(first, last))
        for first, last in ((left, right), (low, high))
    )
    plot = _Plot.of(x, y, (350.0, 320.0) if narrow else (460.0, 400.0))
    shapes: list[Shape] = []
    columns, rows = len(regions.rows[0]), len(regions.rows)
    cell = (plot.size[0] / columns, plot.size[1] / rows)
    for place, boxes in boxes_by_value(regions.rows).items():
        shapes.append(Boxes(*plot.corner, cell, boxes, region_paint(regions, place)))
    shapes += [
        Line(tuple(plot.at(*point) for point in line.points), Paint("ink"), 2)
        for line in regions.lines
    ]
    for point in regions.points:
        paint = region_paint(regions, point.place, of_point=True)
        shapes.append(Circle(*plot.at(point.x, point.y), POINT_RADIUS, paint, Paint("ink"), 1))
    for line, at in zip(regions.lines, line_name_places(regions), strict=True):
        shapes += plot.name_at(line.name, at)
    keys = [
        (region_paint(regions, place, of_point=True), name)
        for place, name in enumerate(regions.names)
    ]
    axes = plot.axes(regions.x_name, regions.y_name)
    return plot.scene([*shapes, *axes], keys, points=True)


def picture_scene(picture: Picture) -> Scene:
    """Return a small picture; positive and negative values of a signed one in two colours."""
    rows, columns = len(picture.rows), max(len(row) for row in picture.rows)
    cell = 128.0 / columns
    ink = "one" if picture.signed else "ink"
    paper = Boxes(0, 0, (cell, cell), ((0, 0, columns, rows),), Paint("shade"))
    return Scene(128.0, cell * rows, (paper, *pixel_boxes(picture.rows, (0, 0), cell, ink)))


def region_paint(regions: Regions, place: int, *, of_point: bool = False) -> Paint:
    """Return the colour of a region, or the stronger one of its examples."""
    if regions.ordered:
        part = place / max(len(regions.names) - 1, 1)
        return Paint("one", (0.05 + 0.95 * part) if of_point else (0.04 + 0.6 * part))
    role, again = SERIES[place % len(SERIES)], place // len(SERIES)
    strength = 1 / (1 + again)
    return Paint(role, strength if of_point else 0.28 * strength)


def _series(number: int) -> Paint:
    return Paint(SERIES[number % len(SERIES)])


def _is_again(number: int) -> bool:
    """Whether a line has the colour of one before it, so that it is dashed."""
    return number // len(SERIES) % 2 == 1


def _mark(plot: "_Plot", name: str, x: float) -> Iterator[Shape]:
    """A dashed line upwards, with its name on the side where there is more room."""
    top, bottom = plot.corner[1], plot.corner[1] + plot.size[1]
    place, _ = plot.at(x, plot.y.low)
    yield Line(((place, top), (place, bottom)), Paint("soft"), 1, dashed=True)
    right = place > plot.corner[0] + plot.size[0] / 2
    anchor, aside = ("end", -5.0) if right else ("start", 5.0)
    yield Words(place + aside, top + 10, name, size=SIZE, anchor=anchor, halo=True)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Plot:
    """A frame for lines over two axes.

    Attributes
    ----------
    x, y : Axis
    corner : (x, y)
        Its upper left one on the paper.
    size : (width, height)
    """

    x: Axis
    y: Axis
    corner: Point
    size: Point

    @classmethod
    def of(cls, x: Axis, y: Axis, paper: Point) -> "_Plot":
        """Return the frame that fits on the paper, beside the numbers of the ticks."""
        widest = max(text_width(number_text(tick, 6), SIZE) for tick in y.ticks or (0.0,))
        left = max(34.0, 12 + widest)
        return cls(x, y, (left, TOP), (paper[0] - left - RIGHT, paper[1] - TOP - BELOW))

    def at(self, x: float, y: float) -> Point:
        """Return the place of a point on the paper."""
        across, up = self.x.at(x), self.y.at(y)
        return self.corner[0] + across * self.size[0], self.corner[1] + (1 - up) * self.size[1]

    def axes(self, x_name: str, y_name: str) -> Iterator[Shape]:
        """Return the axes with their ticks and names."""
        left, top = self.corner
        right, bottom = left + self.size[0], top + self.size[1]
        yield Line(((left, top), (left, bottom), (right, bottom)), Paint("soft"), 1)
        for tick in self.y.ticks:
            _, place = self.at(self.x.low, tick)
            yield Line(((left - 4, place), (left, place)), Paint("soft"), 1)
            yield Words(left - 7, place + 4, number_text(tick), size=SIZE, anchor="end")
        for tick in self.x.ticks:
            place, _ = self.at(tick, self.y.low)
            yield Line(((place, bottom), (place, bottom + 4)), Paint("soft"), 1)
            yield Words(place, bottom + 17, number_text(tick), size=SIZE)
        name = shortened(x_name, SIZE, self.size[0])
        yield Words(right, bottom + 34, name, size=SIZE, anchor="end")
        name = shortened(y_name, SIZE, self.size[0] + left - 4)
        yield Words(4, 14, name, size=SIZE, anchor="start")

    def name_at(self, name: str, place: Point) -> Iterator[Shape]:
        """Return the name of a line there, within the frame."""
        fitting = shortened(name, SIZE, self.size[0] / 2)
        half = text_width(fitting, SIZE) / 2 + 2
        x, y = self.at(*place)
        x = min(max(x, self.corner[0] + half), self.corner[0] + self.size[0] - half)
        y = min(max(y + 4, self.corner[1] + SIZE), self.corner[1] + self.size[1] - 4)
        yield Words(x, y, fitting, size=SIZE, paint=Paint("ink"), halo=True)

    def scene(
        self, shapes: Sequence[Shape], keys: Sequence[tuple[Paint, str]], *, points: bool
    ) -> Scene:
        """Return the scene with a legend below: a dot or a dash in each colour, and its name."""
        left, width = self.corner[0], self.corner[0] + self.size[0] + RIGHT
        x, y = left, self.corner[1] + self.size[1] + BELOW + 12
        legend: list[Shape] = []
        for number, (paint, name) in enumerate(keys):
            fitting = shortened(name, SIZE, width - left - KEY - 6)
            room = KEY + 4 + text_width(fitting, SIZE)
            if x > left and x + room > width:
                x, y = left, y + LEGEND_ROW
            if points:
                legend.append(Circle(x + 6, y - 4, POINT_RADIUS, paint, Paint("ink"), 1))
            else:
                ends = (x, y - 4), (x + KEY - 2, y - 4)
                legend.append(Line(ends, paint, 3, dashed=_is_again(number)))
            legend.append(Words(x + KEY + 2, y, fitting, size=SIZE, anchor="start"))
            x += room + LEGEND_GAP
        return Scene(width, y + 8, (*shapes, *legend))
