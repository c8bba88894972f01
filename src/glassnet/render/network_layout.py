"""Where the units and weights of a drawn network are put: circles, lines, and the words at them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from glassnet.formula.document import Drawing, DrawnImage, DrawnLayer, DrawnUnit, DrawnWeight
from glassnet.formula.number import number_text
from glassnet.render.pixels import pixel_boxes
from glassnet.render.shapes import (
    Boxes,
    Circle,
    Group,
    Line,
    Paint,
    Point,
    Scene,
    Shape,
    Words,
    flat,
)
from glassnet.render.text_width import fitted_number, shortened, text_width
from glassnet.render.weight_numbers import Taken, WeightLine, place_numbers, words_box

__all__ = ["NARROW", "WIDE", "network_scene"]

WIDE, NARROW = 740.0, 350.0  # what a page and a phone have room for, in pixels
MOST_ACROSS = 5  # so many units fit side by side on a phone
BIAS_RADIUS = 13.0
WIDEST_LINE, WIDEST_OF_MANY, MANY = 4.0, 2.5, 20
NAME_ROOM = 120.0
PAPER, SHADE, SOFT, INK = Paint("paper"), Paint("shade"), Paint("soft"), Paint("ink")


def network_scene(drawing: Drawing, *, narrow: bool = False) -> Scene:
    """Return a network, its layers from left to right.

    Parameters
    ----------
    drawing : Drawing
    narrow : bool
        For a phone: the layers stand below each other if their units fit side by side, and close
        together otherwise.
    """
    layout = NetworkLayout.of(drawing, narrow)
    return Scene(layout.width, layout.height, tuple(layout.shapes()))


@dataclass(frozen=True)
class NetworkLayout:
    """Distances of a drawing.

    Attributes
    ----------
    drawing : Drawing
    across, down : float
        Between the centres of two layers, and of two units of a layer.
    radius : float
        Of a unit.
    start, top : float
        From the edge of the paper to the centre of the first layer, and of the first unit.
    size : float
        Of the font.
    vertical : bool
        Whether the layers stand below each other, and not side by side.
    beside : bool
        Whether the names of inputs and outputs stand beside them, and not above.
    """

    drawing: Drawing
    across: float
    down: float
    radius: float
    start: float
    top: float
    size: float
    vertical: bool = False
    beside: bool = False

    @classmethod
    def of(cls, drawing: Drawing, narrow: bool) -> "NetworkLayout":
        """Return the distances for a wide or a narrow page."""
        layers, places = len(drawing.layers), _places(drawing)
        if not narrow:
            across = min(max(WIDE / (layers - 1), 150), 240)
            down = 86.0 if places <= MOST_ACROSS + 1 else 72.0
            wide = cls(drawing, across, down, 32, 0, 82, 11, beside=True)
            return replace(wide, start=wide.room_for_names)
        if places <= MOST_ACROSS:
            down = NARROW / places
            return cls(drawing, 150, down, min(30, 0.42 * down), 84, down / 2, 10, vertical=True)
        across = max(NARROW / layers, 68)
        return cls(drawing, across, 86, min(28, 0.4 * across), across / 2, 88, 9.5)

    @property
    def room_for_names(self) -> float:
        """The left margin, with the names of the inputs."""
        first = self.drawing.layers[0]
        names = max((self._name_width(unit) + 6 for unit in first.units), default=0.0)
        side = self._image_side / 2 if first.image else self.radius
        return max(10 + side + names, 56)

    def _name_width(self, unit: DrawnUnit) -> float:
        return min(text_width(unit.name, self.size), NAME_ROOM)

    @property
    def width(self) -> float:
        """The width of the paper."""
        if self.vertical:
            return NARROW
        length = self.across * (len(self.drawing.layers) - 1)
        if not self.beside:
            return self.start + length + self.across / 2
        names = max(map(self._name_width, self.drawing.layers[-1].units))
        return self.start + length + max(self.radius + names + 16, 56)

    @property
    def height(self) -> float:
        """The height of the paper."""
        if self.vertical:
            return self.start + self.across * (len(self.drawing.layers) - 1) + self.radius + 24
        return self.top + self.down * (_places(self.drawing) - 1) + self.radius + 10

    @property
    def _image_side(self) -> float:
        return min(1.56 * self.down, 0.86 * self.across)

    def place(self, number: int, row: float) -> Point:
        """Return the centre of a place in a layer's column; each layer is centred in it."""
        lower = (_places(self.drawing) - self.drawing.layers[number].rows) / 2
        along, aside = self.start + self.across * number, self.top + self.down * (row + lower)
        return (aside, along) if self.vertical else (along, aside)

    def shapes(self) -> Iterator[Shape]:
        """Return lines, circles and words, from back to front."""
        yield from self._image_lines()
        for layer in range(1, len(self.drawing.layers)):
            own = [line for line in self._lines if line.weight.layer == layer]
            yield Group(tuple(map(_weight, own)), "layer")
        layers: list[Shape] = []
        for number, of_layer in enumerate(self.drawing.layers):
            layers += [*self._title(number, of_layer), *self._layer(number, of_layer)]
        drawn = list(flat(tuple(layers)))
        taken = Taken(
            (self.width, self.height),
            [shape for shape in drawn if isinstance(shape, Circle)],
            [shape for shape in drawn if isinstance(shape, Words)],
        )
        first = 1 if self.drawing.layers[0].image is None else 2  # of an image, only biases
        lines = [line for line in self._lines if line.weight.layer >= first]
        for value in place_numbers(lines, self.size - 1, taken):
            left, top, right, bottom = words_box(value)
            whole = (right - left, bottom - top), ((0, 0, 1, 1),)
            yield from (Boxes(left, top, *whole, Paint("paper", 0.85)), value)
        yield from layers

    @cached_property
    def _lines(self) -> list[WeightLine]:
        """The weights as lines from rim to rim."""
        sizes: dict[int, list[float]] = {}
        for weight in self.drawing.weights:
            sizes.setdefault(weight.layer, []).append(abs(weight.value))
        widest = {
            layer: (WIDEST_OF_MANY if len(values) > MANY else WIDEST_LINE) / (max(values) or 1)
            for layer, values in sizes.items()
        }
        return [
            WeightLine(weight, *self._ends(weight), 0.4 + abs(weight.value) * widest[weight.layer])
            for weight in self.drawing.weights
        ]

    def _ends(self, weight: DrawnWeight) -> tuple[Point, Point]:
        before = self.drawing.layers[weight.layer - 1]
        row = before.rows - 1 if weight.source is None else weight.source
        start, end = self.place(weight.layer - 1, row), self.place(weight.layer, weight.unit)
        return _from_rim(start, end, BIAS_RADIUS if weight.source is None else self.radius), (
            _from_rim(end, start, self.radius)
        )

    def _image_lines(self) -> Iterator[Shape]:
        """One thin line to each unit from an image that stands for all inputs."""
        image = self.drawing.layers[0].image
        if image is None:
            return
        x, y = self.place(0, 0.5)
        half = self._image_side / 2
        edge = (x, y + half) if self.vertical else (x + half, y)
        for row in range(len(self.drawing.layers[1].units)):
            end = _from_rim(self.place(1, row), edge, self.radius)
            yield Line((edge, end), Paint("line"), 1.5)

    def _title(self, number: int, layer: DrawnLayer) -> Iterator[Shape]:
        if self.vertical:
            _, y = self.place(number, 0)
            above = 40.0 if number == 0 and not layer.image else 14.0
            side = self._image_side / 2 if layer.image else self.radius
            yield Words(2, y - side - above, layer.title, size=self.size, anchor="start", halo=True)
            return
        x, _ = self.place(number, 0)
        for line, words in enumerate(layer.title.split(": ", 1)):
            fitting = shortened(words, self.size, self.across - 6)
            yield Group((Words(x, 16 + 14 * line, fitting, size=self.size),), title=layer.title)

    def _layer(self, number: int, layer: DrawnLayer) -> Iterator[Shape]:
        if layer.image:
            yield from self._image(layer.image, self.place(number, 0.5))
        for row, unit in enumerate(layer.units):
            yield self._unit(unit, number, self.place(number, row))
        if layer.more and not layer.image:
            x, y = self.place(number, len(layer.units))
            yield Words(x, y + 4, f"… {layer.more:,} more", size=self.size, halo=True)
        if layer.has_bias:
            x, y = self.place(number, layer.rows - 1)
            circle = Circle(x, y, BIAS_RADIUS, SHADE, dashed=True, width=1)
            yield Group((circle, Words(x, y + 4, "1", size=self.size)), title="bias unit")

    def _image(self, image: DrawnImage, centre: Point) -> Iterator[Shape]:
        side = self._image_side
        height, width = image.height, image.width
        cell = side / max(height, width)
        x, y = centre[0] - cell * width / 2, centre[1] - cell * height / 2
        yield Boxes(x, y, (cell, cell), ((0, 0, width, height),), Paint("white"))
        yield from pixel_boxes(image.rows, (x, y), cell, "black")
        edge = ((x, y), (x + cell * width, y), (x + cell * width, y + cell * height))
        yield Line((*edge, (x, y + cell * height), (x, y)), SOFT)

    def _unit(self, unit: DrawnUnit, number: int, centre: Point) -> Shape:
        x, y = centre
        circle = Circle(x, y, self.radius, PAPER)
        outside = number in (0, len(self.drawing.layers) - 1)
        lines: list[Shape] = []
        texts = [] if outside else [unit.name]
        values = _values(unit)
        # The base lines of what stands in the circle, around its centre.
        step = self.size + 1.5
        first = y + 0.36 * self.size - step * (len(texts) + len(values) - 1) / 2
        for line, name in enumerate(texts):
            room = self._chord(first + step * line - y)
            lines.append(Words(x, first, shortened(name, self.size, room), size=self.size))
        for line, (before, value) in enumerate(values, start=len(texts)):
            base = first + step * line
            fitted = fitted_number(before, value, self.size, self._chord(base - y))
            lines.append(Words(x, base, fitted.words, fitted.power, fitted.size, INK))
        if outside:
            lines.append(self._name(unit.name, number, centre))
        title = ", ".join([unit.name, *(f"{before}{number_text(v)}" for before, v in values)])
        return Group((circle, *lines), "unit", title)

    def _chord(self, base: float) -> float:
        """The room in a circle for a line of text with its base line so far below the centre."""
        farthest = max(abs(base), abs(base - 0.75 * self.size))
        return 2 * math.sqrt(max(self.radius**2 - farthest**2, 16.0)) - 5

    def _name(self, name: str, number: int, centre: Point) -> Words:
        """The name of an input or an output, at its outer side."""
        x, y = centre
        if self.beside:
            fitting = shortened(name, self.size, NAME_ROOM)
            if number == 0:
                return Words(x - self.radius - 6, y + 4, fitting, size=self.size, anchor="end")
            return Words(x + self.radius + 6, y + 4, fitting, size=self.size, anchor="start")
        below = self.vertical and number > 0
        room = (self.down if self.vertical else self.across) - 6
        base = y + self.radius + self.size + 3 if below else y - self.radius - 5
        return Words(x, base, shortened(name, self.size, room), size=self.size, halo=True)


def _places(drawing: Drawing) -> int:
    return max(layer.rows for layer in drawing.layers)


def _values(unit: DrawnUnit) -> list[tuple[str, float]]:
    """The numbers in a circle, each after its symbol."""
    if unit.output is None:
        return []
    if unit.net_input is None:
        return [("", unit.output)]
    net_input, output = unit.letters
    return [(f"{net_input} ", unit.net_input), (f"{output} ", unit.output)]


def _from_rim(centre: Point, towards: Point, radius: float) -> Point:
    """The point of a circle's rim on the way to another point."""
    x, y = towards[0] - centre[0], towards[1] - centre[1]
    length = max((x * x + y * y) ** 0.5, radius)
    return centre[0] + x * radius / length, centre[1] + y * radius / length


def _weight(line: WeightLine) -> Group:
    """A weight's line, with a wide invisible one for the pointer."""
    weight = line.weight
    source = "from-bias" if weight.source is None else f"i{weight.source}"
    ends = (line.start, line.end)
    paint = Paint("one" if weight.value >= 0 else "two")
    shapes = (Line(ends, Paint("paper", 0.0), 10), Line(ends, paint, line.width))
    title = f"{weight.name} = {number_text(weight.value)}"
    return Group(shapes, f"w {source} j{weight.unit}", title)
