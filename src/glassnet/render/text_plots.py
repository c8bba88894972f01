"""Curves and regions in characters, for terminals."""

from itertools import pairwise
from typing import TypeVar

from glassnet.formula.document import Curves, Regions
from glassnet.formula.number import number_text
from glassnet.render.plot_layout import curves_axes
from glassnet.render.ticks import Axis

__all__ = ["curves_lines", "regions_lines"]

WIDTH, HEIGHT = 60, 13
REGIONS_WIDTH, REGIONS_HEIGHT = 41, 17
POINTS = "●○▲△■□◆◇"
SHADES = "·░▒▓"  # of classes; more have letters
LINE = "╳"

T = TypeVar("T")


def curves_lines(curves: Curves) -> list[str]:
    """Return lines over one axis."""
    if curves.bounds is None:
        return ["(no points)"]
    x, y = curves_axes(curves)
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    for mark in curves.marks:
        for row in range(HEIGHT):
            grid[row][_place(x, mark.x, WIDTH)] = "┊"
    for number, curve in enumerate(curves.curves):
        for point in curve.points:
            row = HEIGHT - 1 - _place(y, point[1], HEIGHT)
            grid[row][_place(x, point[0], WIDTH)] = POINTS[number % len(POINTS)]
    keys = [f"{POINTS[n % len(POINTS)]} {curve.name}" for n, curve in enumerate(curves.curves)]
    keys += [f"┊ {mark.name}" for mark in curves.marks]
    return [*_framed(grid, x, y, curves.x_name, curves.y_name), *_legend(keys)]


def regions_lines(regions: Regions) -> list[str]:
    """Return a plane of two inputs: a shade for each class, and signs for the examples."""
    left, right, low, high = regions.bounds
    x, y = Axis(left, right, _round(left, right)), Axis(low, high, _round(low, high))
    shades = [_shade(place) for place in range(len(regions.names))]
    grid = [
        [shades[place] for place in _sample(row, REGIONS_WIDTH)]
        for row in _sample(regions.rows, REGIONS_HEIGHT)
    ]
    for line in regions.lines:
        for column, row in _cells(line.points, x, y):
            grid[row][column] = LINE
    for point in regions.points:
        row = REGIONS_HEIGHT - 1 - _place(y, point.y, REGIONS_HEIGHT)
        column = _place(x, point.x, REGIONS_WIDTH)
        grid[row][column] = POINTS[point.place % len(POINTS)]
    keys = [
        f"{shades[place]} {POINTS[place % len(POINTS)]} {name}"
        for place, name in enumerate(regions.names)
    ]
    keys += [f"{LINE} {line.name}" for line in regions.lines if line.name]
    return [*_framed(grid, x, y, regions.x_name, regions.y_name), *_legend(keys)]


def _round(low: float, high: float) -> tuple[float, ...]:
    return Axis.over(low, high, 5).within(low, high)


def _shade(place: int) -> str:
    return SHADES[place] if place < len(SHADES) else chr(ord("a") + (place - len(SHADES)) % 26)


def _sample(cells: tuple[T, ...], count: int) -> list[T]:
    return [cells[(2 * n + 1) * len(cells) // (2 * count)] for n in range(count)]


def _cells(points: tuple[tuple[float, float], ...], x: Axis, y: Axis) -> set[tuple[int, int]]:
    """The cells of the grid that a line goes through, as (column, row)."""
    cells = set()
    for (x1, y1), (x2, y2) in pairwise(points):
        for part in range(101):
            at = x1 + part / 100 * (x2 - x1), y1 + part / 100 * (y2 - y1)
            row = REGIONS_HEIGHT - 1 - _place(y, at[1], REGIONS_HEIGHT)
            cells.add((_place(x, at[0], REGIONS_WIDTH), row))
    return cells


def _place(axis: Axis, value: float, places: int) -> int:
    return min(max(round(axis.at(value) * (places - 1)), 0), places - 1)


def _framed(grid: list[list[str]], x: Axis, y: Axis, x_name: str, y_name: str) -> list[str]:
    """The cells between axes with ticks."""
    height, width = len(grid), len(grid[0])
    ticks = {height - 1 - _place(y, tick, height): number_text(tick) for tick in y.ticks}
    edge = max(map(len, ticks.values()), default=0)
    lines = [y_name]
    for row, cells in enumerate(grid):
        frame = "┤" if row in ticks else "│"
        lines.append(f"{ticks.get(row, '').rjust(edge)} {frame}{''.join(cells).rstrip()}")
    rule, numbers = ["─"] * width, [" "] * (width + 10)
    for tick in x.ticks:
        place, words = _place(x, tick, width), number_text(tick)
        start = max(place - len(words) // 2, 0)
        if not "".join(numbers[max(start - 1, 0) : start + len(words) + 1]).strip():
            rule[place] = "┬"
            numbers[start : start + len(words)] = words
    lines.append(f"{' ' * edge} └{''.join(rule)}")
    lines.append(f"{' ' * edge}  {''.join(numbers)}".rstrip())
    lines.append(f"{' ' * edge}  {x_name.rjust(width)}".rstrip())
    return lines


def _legend(keys: list[str]) -> list[str]:
    """The keys beside each other, in lines of at most 80 columns."""
    lines = [""]
    for key in keys:
        short = key if len(key) <= 78 else f"{key[:77]}…"
        if lines[-1] and len(lines[-1]) + 2 + len(short) > 80:
            lines.append("")
        lines[-1] += f"  {short}" if lines[-1] else short
    return lines
