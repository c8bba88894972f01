"""What drawings and plots are made of: circles, lines, boxes and words at their places.

A scene is laid out once; SVG, TikZ and matplotlib only write its shapes. Lengths are in pixels of a
page, y grows downwards, and colours are the roles of :mod:`glassnet.render.colours`, or black or
white where a picture must not follow the paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

__all__ = [
    "Boxes",
    "Circle",
    "Group",
    "Line",
    "Paint",
    "Point",
    "Scene",
    "Shape",
    "Words",
    "boxes_by_value",
    "flat",
]

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[int, int, int, int]  # column, row, columns, rows


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour by its role, and how strong it is, from 0 (the paper) to 1."""

    role: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc with a rim."""

    x: float
    y: float
    radius: float
    fill: Paint
    rim: Paint = Paint("soft")
    width: float = 1.5
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    paint: Paint
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of one colour in a grid whose corner is at x, y and whose cells have a size."""

    x: float
    y: float
    cell: Point
    boxes: tuple[Box, ...]
    fill: Paint


@dataclass(frozen=True, slots=True)
class Words:
    """Words on one line, with a power at their end: "1.5·10" and "−5". `y` is their base line.

    A halo of paper keeps them legible on lines.
    """

    x: float
    y: float
    words: str
    power: str = ""
    size: float = 11.0
    paint: Paint = Paint("soft")
    anchor: Literal["start", "middle", "end"] = "middle"
    halo: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; the pointer shows the title, and `kind` names them for CSS."""

    shapes: tuple["Shape", ...]
    kind: str = ""
    title: str = ""


Shape: TypeAlias = Circle | Line | Boxes | Words | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """Shapes on a sheet of paper, from back to front."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def boxes_by_value(rows: Sequence[Sequence[int]]) -> dict[int, tuple[Box, ...]]:
    """Return the boxes that each value fills in a grid: runs of equal cells in equal rows.

    Examples
    --------
    >>> boxes_by_value([[0, 1, 1], [0, 1, 1], [1, 1, 0]])
    {0: ((0, 0, 1, 2), (2, 2, 1, 1)), 1: ((1, 0, 2, 2), (0, 2, 2, 1))}
    """
    boxes: dict[int, list[Box]] = {}
    y = 0
    for row, equal in groupby(rows):
        height, x = len(list(equal)), 0
        for value, cells in groupby(row):
            width = len(list(cells))
            boxes.setdefault(value, []).append((x, y, width, height))
            x += width
        y += height
    return {value: tuple(boxes[value]) for value in sorted(boxes)}


def flat(shapes: tuple[Shape, ...]) -> Iterator[Circle | Line | Boxes | Words]:
    """Return the shapes one by one, also those in groups.

    Examples
    --------
    >>> inner = Group((Words(0, 0, "a"), Words(0, 9, "b")))
    >>> [shape.words for shape in flat((inner, Words(0, 18, "c")))]
    ['a', 'b', 'c']
    """
    for shape in shapes:
        if isinstance(shape, Group):
            yield from flat(shape.shapes)
        else:
            yield shape
