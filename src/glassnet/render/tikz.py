"""Drawings, curves and pictures as TikZ."""

from collections.abc import Sequence

from glassnet.formula.document import Curves, Drawing, DrawnLayer, DrawnUnit, DrawnWeight
from glassnet.formula.number import number_text
from glassnet.render.tex import words_tex

__all__ = ["COLOURS", "curves_tikz", "drawing_tikz", "picture_tikz", "signed_picture_tikz"]

COLOURS = ("one", "two", "three", "four")
PLOT_WIDTH, PLOT_HEIGHT = 12.0, 4.5  # cm
PAGE_WIDTH, PAGE_HEIGHT = 16.5, 22.0  # for drawings
PICTURE_WIDTH = 3.5
ACROSS, DOWN = 3.2, 1.5  # between the centres of units


def drawing_tikz(drawing: Drawing) -> str:
    """Return a network: units as nodes, weights as lines behind them, scaled to the page."""
    depth = len(drawing.layers) - 1
    most = max(layer.rows for layer in drawing.layers)
    scale = min(1.0, PAGE_WIDTH / (ACROSS * depth + 2.5), PAGE_HEIGHT / (DOWN * most))
    nodes = [
        line
        for number, layer in enumerate(drawing.layers)
        for line in _layer(number, layer, title_at=DOWN / 2 * most + 0.9)
    ]
    largest: dict[int, float] = {}
    for weight in drawing.weights:
        largest[weight.layer] = max(largest.get(weight.layer, 0.0), abs(weight.value))
    lines = [_weight(weight, largest[weight.layer]) for weight in drawing.weights]
    behind = [r"\begin{scope}[on background layer]", *lines, r"\end{scope}"]
    begin = rf"\begin{{tikzpicture}}[scale={scale:.2f},transform shape]"
    return "\n".join([begin, *nodes, *behind, r"\end{tikzpicture}"])


def curves_tikz(curves: Curves) -> str:
    """Return lines over one axis."""
    if curves.bounds is None:
        return "(no points)"
    left, right, low, high = curves.bounds
    x_scale, y_scale = PLOT_WIDTH / (right - left or 1), PLOT_HEIGHT / (high - low or 1)
    lines = [
        r"\begin{tikzpicture}",
        rf"\draw (0,{PLOT_HEIGHT}) -- (0,0) -- ({PLOT_WIDTH},0);",
        rf"\node[left] at (0,{PLOT_HEIGHT}) {{{words_tex(number_text(high, 3))}}};",
        rf"\node[left] at (0,0) {{{words_tex(number_text(low, 3))}}};",
        rf"\node[below] at (0,-0.1) {{{words_tex(number_text(left, 4))}}};",
        rf"\node[below] at ({PLOT_WIDTH},-0.1) {{{words_tex(number_text(right, 4))}}};",
        rf"\node[below] at ({PLOT_WIDTH / 2},-0.1) {{{words_tex(curves.x_name)}}};",
        rf"\node[above right] at (0,{PLOT_HEIGHT}) {{{words_tex(curves.y_name)}}};",
    ]
    for number, curve in enumerate(curves.curves):
        way = " -- ".join(
            f"({(x - left) * x_scale:.3f},{(y - low) * y_scale:.3f})"
            for x, y in zip(curve.x, curve.y, strict=True)
        )
        colour = COLOURS[number % 4]
        lines.append(rf"\draw[{colour},thick] {way};")
        height = PLOT_HEIGHT - 0.5 * number
        lines.append(
            rf"\node[left,text={colour}] at ({PLOT_WIDTH},{height}) {{{words_tex(curve.name)}}};"
        )
    return "\n".join([*lines, r"\end{tikzpicture}"])


def picture_tikz(rows: Sequence[Sequence[float]]) -> str:
    """Return a small grey picture."""
    squares = [
        rf"\fill[black!{100 * value:.0f}] ({x},{-y}) rectangle ++(1,1);"
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    ]
    return "\n".join([r"\begin{tikzpicture}[scale=0.25]", *squares, r"\end{tikzpicture}"])


def signed_picture_tikz(rows: Sequence[Sequence[float]]) -> str:
    """Return a small picture of values from −1 to 1, in the colours of positive and negative."""
    squares = [
        rf"\fill[{COLOURS[0 if value > 0 else 1]}!{100 * abs(value):.0f}] ({x},{-y}) "
        "rectangle ++(1,1);"
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    ]
    begin = rf"\begin{{tikzpicture}}[scale={PICTURE_WIDTH / max(map(len, rows)):.4g}]"
    return "\n".join([begin, *squares, r"\end{tikzpicture}"])


def _layer(number: int, layer: DrawnLayer, title_at: float) -> list[str]:
    x, top = ACROSS * number, DOWN / 2 * (layer.rows - 1)
    nodes = [rf"\node at ({x:.2f},{title_at:.2f}) {{{words_tex(layer.title)}}};"]
    nodes += [
        _unit(unit, f"u{number}x{row}", f"({x:.2f},{top - DOWN * row:.2f})")
        for row, unit in enumerate(layer.units)
    ]
    if layer.more:
        below = top - DOWN * len(layer.units)
        nodes.append(rf"\node at ({x:.2f},{below:.2f}) {{\ldots{{}} {layer.more:,} more}};")
    if layer.has_bias:
        kind = "[circle,draw,dashed,fill=white]"
        nodes.append(rf"\node{kind} (u{number}xbias) at ({x:.2f},{-top:.2f}) {{1}};")
    return nodes


def _unit(unit: DrawnUnit, name: str, at: str) -> str:
    values = ""
    if unit.output is not None:
        values = words_tex(number_text(unit.output, 3))
        if unit.net_input is not None:
            values = rf"in {words_tex(number_text(unit.net_input, 3))}\\ y {values}"
    label = rf"label={{[font=\tiny]above:{{{words_tex(unit.name)}}}}}"
    shape = "circle,draw,fill=white,align=center,font=\\tiny,inner sep=0pt,minimum size=1cm"
    return rf"\node[{shape},{label}] ({name}) at {at} {{{values}}};"


def _weight(weight: DrawnWeight, largest: float) -> str:
    size = abs(weight.value) / largest if largest else 0.0
    colour = COLOURS[0] if weight.value >= 0 else COLOURS[1]
    source = "bias" if weight.source is None else weight.source
    return (
        rf"\draw[{colour},line width={0.2 + 2.6 * size:.2f}pt] "
        rf"(u{weight.layer - 1}x{source}) -- (u{weight.layer}x{weight.unit});"
    )
