"""Where the net input of a unit of the first layer is 0: a straight line."""

import numpy as np

from glassnet.core.array import Array
from glassnet.explanation.unit_names import unit_place_of
from glassnet.formula.document import Curve
from glassnet.plot.subject import Subject
from glassnet.render.shapes import Point

__all__ = ["Bounds", "line_of"]

Bounds = tuple[float, float, float, float]  # left, right, low, high

#: A net input is linear over the plane if it is so to this part of its largest value.
LINEAR = 1e-4


def line_of(subject: Subject, unit: str, axes: tuple[str, str], bounds: Bounds) -> Curve | None:
    """Return the line w1·x1 + w2·x2 + b = 0 of a unit, within bounds.

    None for a unit of a later layer, which has a curve that its regions show, and where the line
    is outside.

    Raises
    ------
    ValueError
        If there is no such unit.

    Examples
    --------
    >>> import glassnet as gn
    >>> from glassnet.plot.subject import subject_of
    >>> net = gn.Network([2, 1], output="sigmoid", dtype="float64")
    >>> net.weights, net.biases = [[[1], [2]]], [[-2]]
    >>> line = line_of(subject_of(net, [[0, 0]], 0), "output 1", ("x1", "x2"), (-1, 1, -2, 2))
    >>> line.name, [(round(x, 9), round(y, 9)) for x, y in line.points]
    ('output 1', [(-1.0, 1.5), (1.0, 0.5)])
    """
    if unit_place_of(subject.symbols, unit, None, None).layer > 1:
        return None
    left, right, low, high = bounds
    x, y = np.array([left, right, left, right]), np.array([low, low, high, high])
    corners = subject.net_inputs(subject.inputs({axes[0]: x, axes[1]: y}), unit)
    bent = abs(corners[0] + corners[3] - corners[1] - corners[2])
    if not bent <= LINEAR * np.abs(corners).max():  # an encoder's curve, or not finite
        return None
    points = _crossing(corners, bounds)
    if len(points) < 2:
        return None
    ends = min(points), max(points)
    return Curve(unit, *((a, b) for a, b in zip(*ends, strict=True)))


def _crossing(corners: Array, bounds: Bounds) -> set[Point]:
    """The points of the edges where a linear function, given at the corners, is 0."""
    left, right, low, high = bounds
    places = ((left, low), (right, low), (left, high), (right, high))
    points = set()
    for a, b in ((0, 1), (2, 3), (0, 2), (1, 3)):
        first, second = corners[a], corners[b]
        if first != second and (first <= 0 <= second or second <= 0 <= first):
            part = first / (first - second)
            (x1, y1), (x2, y2) = places[a], places[b]
            points.add((float(x1 + part * (x2 - x1)), float(y1 + part * (y2 - y1))))
    return points
