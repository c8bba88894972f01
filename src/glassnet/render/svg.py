"""Drawings, curves and pictures as SVG, in the colours of the surrounding page."""

from collections.abc import Sequence
from html import escape

from glassnet.formula.document import Curves, Drawing, DrawnLayer, DrawnUnit, DrawnWeight
from glassnet.formula.number import number_text

__all__ = ["COLOURS", "curves_svg", "drawing_svg", "picture_svg", "signed_picture_svg"]

COLOURS = ("var(--one)", "var(--two)", "var(--three)", "var(--four)")
PLOT_LEFT, PLOT_WIDTH, PLOT_HEIGHT = 80, 640, 240

RADIUS, BIAS_RADIUS = 29, 15
ACROSS, DOWN = 200, 84  # between the centres of units
TOP, LEFT = 66, 70
WIDEST_LINE, WIDEST_OF_MANY, MANY = 6.0, 3.0, 20


def drawing_svg(drawing: Drawing) -> str:
    """Return a network as an svg element; hovering over a weight highlights its paths.

    This needs no script: the classes of each weight name its source and unit.
    """
    rows = max(layer.rows for layer in drawing.layers)
    width = 2 * LEFT + ACROSS * (len(drawing.layers) - 1)
    height = TOP + DOWN * (rows - 1) + RADIUS + 10
    widths = _widths(drawing)
    weights = ["" for _ in drawing.layers]
    for weight, line_width in zip(drawing.weights, widths, strict=True):
        weights[weight.layer] += _weight(weight, drawing, rows, line_width)
    lines = "".join(f'<g class="layer">{of_layer}</g>' for of_layer in weights[1:])
    layers = "".join(_layer(n, layer, rows) for n, layer in enumerate(drawing.layers))
    return (
        f'<svg class="network" viewBox="0 0 {width} {height}" style="max-width:{width}px" '
        f'role="img"><style>{_rules(drawing)}</style>{lines}{layers}</svg>'
    )


def curves_svg(curves: Curves) -> str:
    """Return lines over one axis as an svg element; there must be points."""
    assert curves.bounds is not None
    left, right, low, high = curves.bounds
    x_scale, y_scale = PLOT_WIDTH / (right - left or 1), PLOT_HEIGHT / (high - low or 1)
    lines = []
    for number, curve in enumerate(curves.curves):
        path = " ".join(
            f"{PLOT_LEFT + (x - left) * x_scale:.1f},{20 + (high - y) * y_scale:.1f}"
            for x, y in zip(curve.x, curve.y, strict=True)
        )
        colour = COLOURS[number % len(COLOURS)]
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    bottom = 20 + PLOT_HEIGHT
    start, end, middle = PLOT_LEFT, PLOT_LEFT + PLOT_WIDTH, PLOT_LEFT + PLOT_WIDTH / 2
    axes = (
        f'<path d="M{start} 20V{bottom}H{end}" fill="none" stroke="var(--line)"/>'
        + _label(start - 6, 26, number_text(high, 3), "end")
        + _label(start - 6, bottom, number_text(low, 3), "end")
        + _label(start, bottom + 18, number_text(left, 4), "start")
        + _label(end, bottom + 18, number_text(right, 4), "end")
        + _label(middle, bottom + 18, curves.x_name, "middle")
        + _label(start, 13, curves.y_name, "start")
    )
    box = f"0 0 {end + 20} {PLOT_HEIGHT + 45}"
    return f'<svg viewBox="{box}" role="img">{axes}{"".join(lines)}</svg>'


def picture_svg(rows: Sequence[Sequence[float]]) -> str:
    """Return a small grey picture as an svg element."""
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill-opacity="{value:.3g}"/>'
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    )
    box = f"0 0 {max(len(row) for row in rows)} {len(rows)}"
    return f'<svg class="picture" viewBox="{box}" role="img">{squares}</svg>'


def signed_picture_svg(rows: Sequence[Sequence[float]]) -> str:
    """Return a small picture of values from −1 to 1, in the colours of positive and negative."""
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" style="fill:{COLOURS[0 if value > 0 else 1]}" '
        f'fill-opacity="{abs(value):.3g}"><title>{y + 1},{x + 1}: {value:.2g}</title></rect>'
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
        if value
    )
    box = f"0 0 {max(len(row) for row in rows)} {len(rows)}"
    return f'<svg class="picture" viewBox="{box}" role="img">{squares}</svg>'


def _place(layer: DrawnLayer, number: int, row: int, rows: int) -> tuple[float, float]:
    """The centre of a unit; each layer is centred vertically."""
    lower = (rows - layer.rows) / 2
    return LEFT + ACROSS * number, TOP + DOWN * (row + lower)


def _widths(drawing: Drawing) -> list[float]:
    """The width of each line, relative to the largest weight of its layer."""
    sizes: dict[int, list[float]] = {}
    for weight in drawing.weights:
        sizes.setdefault(weight.layer, []).append(abs(weight.value))
    widest = {
        layer: (WIDEST_OF_MANY if len(values) > MANY else WIDEST_LINE) / (max(values) or 1)
        for layer, values in sizes.items()
    }
    return [0.4 + abs(weight.value) * widest[weight.layer] for weight in drawing.weights]


def _weight(weight: DrawnWeight, drawing: Drawing, rows: int, width: float) -> str:
    before, behind = drawing.layers[weight.layer - 1 : weight.layer + 1]
    row = before.rows - 1 if weight.source is None else weight.source
    x1, y1 = _place(before, weight.layer - 1, row, rows)
    x2, y2 = _place(behind, weight.layer, weight.unit, rows)
    colour = COLOURS[0] if weight.value >= 0 else COLOURS[1]
    source = "from-bias" if weight.source is None else f"i{weight.source}"
    start = x1 + (BIAS_RADIUS if weight.source is None else RADIUS)
    ends = f'x1="{start:g}" y1="{y1:g}" x2="{x2 - RADIUS:g}" y2="{y2:g}"'
    title = f"{weight.name} = {number_text(weight.value)}"
    return (
        f'<g class="w {source} j{weight.unit}"><title>{escape(title)}</title>'
        f'<line {ends} stroke="transparent" stroke-width="10"/>'
        f'<line {ends} stroke="{colour}" stroke-width="{width:.2f}"/></g>'
    )


def _layer(number: int, layer: DrawnLayer, rows: int) -> str:
    x = LEFT + ACROSS * number
    parts = [_label(x, 16, layer.title, "middle")]
    for row, unit in enumerate(layer.units):
        parts.append(_unit(unit, *_place(layer, number, row, rows)))
    if layer.more:
        _, y = _place(layer, number, len(layer.units), rows)
        parts.append(_label(x, y + 4, f"… {layer.more:,} more", "middle"))
    if layer.has_bias:
        _, y = _place(layer, number, layer.rows - 1, rows)
        parts.append(
            f'<circle class="bias" cx="{x:g}" cy="{y:g}" r="{BIAS_RADIUS}"/>'
            + _label(x, y + 4, "1", "middle")
        )
    return "".join(parts)


def _unit(unit: DrawnUnit, x: float, y: float) -> str:
    circle = f'<circle class="unit" cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>'
    name = _label(x, y - RADIUS - 5, unit.name, "middle")
    if unit.output is None:
        return circle + name
    out = number_text(unit.output, 3)
    if unit.net_input is None:
        return circle + name + _label(x, y + 4, out, "middle")
    values = _label(x, y - 3, f"in {number_text(unit.net_input, 3)}", "middle", small=True)
    return circle + name + values + _label(x, y + 11, f"y {out}", "middle", small=True)


def _label(x: float, y: float, words: str, anchor: str, *, small: bool = False) -> str:
    kind = ' class="small"' if small else ""
    return f'<text{kind} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _rules(drawing: Drawing) -> str:
    """CSS rules: under the pointer, a weight and those that its signal goes through stay lit.

    In the next layer these start from the unit that it leads to; in all further layers they are
    all but those from bias units.
    """
    rules = [
        ".network:has(.w:hover) .w { opacity: .12; }",
        ".network .w:hover { opacity: 1 !important; }",
        ".layer:has(.w:hover) + .layer ~ .layer .w:not(.from-bias) { opacity: 1; }",
    ]
    rules += [
        f".layer:has(.j{unit}:hover) + .layer .i{unit}.w {{ opacity: 1; }}"
        for unit in range(max(len(layer.units) for layer in drawing.layers[1:]))
    ]
    return " ".join(rules)
