"""A document as one HTML file: no script, no request, light and dark, and it prints."""

from collections.abc import Sequence
from html import escape

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curves,
    Document,
    Equation,
    Paragraph,
    Picture,
    Section,
    Table,
)
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula
from glassnet.views.mathml import equation_mathml, formula_mathml

__all__ = ["document_html", "document_page"]

STYLE = """
.glassnet { --ink: #1c2430; --soft: #5c6878; --line: #d5dbe3; --paper: #ffffff; --shade: #f3f5f8;
  --one: #2f6fd0; --two: #d9822b; --three: #3a9a68; --four: #a04ec4;
  color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif;
  max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem; }
@media (prefers-color-scheme: dark) { .glassnet { --ink: #e4e9f0; --soft: #9aa7b8;
  --line: #36404e; --paper: #14181f; --shade: #1d232d; --one: #6ea3f2; --two: #eda65c;
  --three: #64c08f; --four: #c58be0; } }
.glassnet h1 { font-size: 1.6rem; margin: .5rem 0 1rem; }
.glassnet h2 { font-size: 1.2rem; margin: 1.8rem 0 .6rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--line); }
.glassnet p { margin: .5rem 0; }
.glassnet .equation { display: flex; gap: .4rem; padding: .35rem .6rem; margin: .3rem 0;
  background: var(--shade); border-radius: 6px; align-items: baseline; }
.glassnet .left { flex: none; max-width: 45%; }
.glassnet .steps { flex: 1; min-width: 0; }
.glassnet .step { display: block; padding-left: 1.6em; text-indent: -1.6em; overflow-x: auto;
  overflow-y: hidden; padding-block: .22rem; }
.glassnet math { font-size: 1.05em; text-indent: 0; }
.glassnet .scroll { overflow-x: auto; margin: .6rem 0; }
.glassnet table { border-collapse: collapse; }
.glassnet caption, .glassnet figcaption { text-align: left; color: var(--soft);
  font-size: .92rem; padding-bottom: .3rem; }
.glassnet th, .glassnet td { padding: .2rem .8rem .2rem 0; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: baseline; }
.glassnet .number { text-align: right; font-variant-numeric: tabular-nums; }
.glassnet figure { margin: .8rem 0; }
.glassnet .bars { display: grid; grid-template-columns: auto auto 1fr; gap: .1rem .7rem;
  font-size: .92rem; }
.glassnet .bars .label { font-weight: 600; }
.glassnet .bars .name { color: var(--soft); }
.glassnet .bar { display: flex; align-items: center; gap: .4rem; }
.glassnet .bar i { display: block; height: .75rem; border-radius: 2px; min-width: 1px; flex: none; }
.glassnet svg { width: 100%; max-width: 44rem; height: auto; }
.glassnet svg.picture { width: 8rem; fill: var(--ink); background: var(--shade); }
.glassnet svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
@media print { .glassnet { --paper: #fff; --ink: #000; }
  .glassnet .equation { break-inside: avoid; } }
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>html {{ color-scheme: light dark; }} body {{ margin: 0; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181f; }} }}</style>
</head>
<body>
{content}
</body>
</html>
"""

COLOURS = ("var(--one)", "var(--two)", "var(--three)", "var(--four)")
PLOT_LEFT, PLOT_WIDTH, PLOT_HEIGHT = 80, 640, 240


def document_page(document: Document) -> str:
    """Return a document as a whole HTML page."""
    return PAGE.format(title=escape(document.title), content=document_html(document))


def document_html(document: Document) -> str:
    """Return a document as an HTML element, with its style, for notebooks."""
    sections = "".join(_section(section) for section in document.sections)
    title = f"<h1>{escape(document.title)}</h1>"
    return f'<div class="glassnet"><style>{STYLE}</style>{title}{sections}</div>'


def _section(section: Section) -> str:
    blocks = "\n".join(_block(block) for block in section.blocks)
    return f"<section><h2>{escape(section.title)}</h2>\n{blocks}</section>\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Equation():
            return equation_mathml(block)
        case Table():
            return _table(block)
        case Bars():
            return _bars(block)
        case Curves():
            return _curves(block)
        case Picture(rows, caption):
            return _figure(caption, _picture(rows))


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in table.rows)
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table>{caption}{body}</table></div>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    if isinstance(cell, Formula):
        return f"<td>{formula_mathml(cell)}</td>"
    return f'<td class="number">{_number(cell)}</td>'


def _bars(bars: Bars) -> str:
    largest = max((abs(value) for _, values in bars.series for value in values), default=0.0)
    cells = []
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = 75 * abs(values[place]) / largest if largest else 0
            colour = COLOURS[number % len(COLOURS)]
            bar = f'<i style="width:{width:.4g}%;background:{colour}"></i>'
            cells.append(
                f'<span class="label">{escape(label) if number == 0 else ""}</span>'
                f'<span class="name">{escape(name)}</span>'
                f'<span class="bar">{bar}<span>{_number(values[place], 4)}</span></span>'
            )
    return _figure(bars.caption, f'<div class="bars">{"".join(cells)}</div>')


def _curves(curves: Curves) -> str:
    points = [(x, y) for curve in curves.curves for x, y in zip(curve.x, curve.y, strict=True)]
    if not points:
        return _figure(curves.caption, "<p>(no points)</p>")
    (left, right), (low, high) = (
        (min(values), max(values)) for values in zip(*points, strict=True)
    )
    x_scale, y_scale = PLOT_WIDTH / (right - left or 1), PLOT_HEIGHT / (high - low or 1)
    lines, legend = [], []
    for number, curve in enumerate(curves.curves):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(
            f"{PLOT_LEFT + (x - left) * x_scale:.1f},{20 + (high - y) * y_scale:.1f}"
            for x, y in zip(curve.x, curve.y, strict=True)
        )
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        legend.append(f'<span style="color:{colour}">━ {escape(curve.name)}</span>')
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
    drawing = f'<svg viewBox="{box}" role="img">{axes}{"".join(lines)}</svg>'
    return _figure(curves.caption, f"{drawing}<div>{' '.join(legend)}</div>")


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(rows: Sequence[Sequence[float]]) -> str:
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill-opacity="{value:.3g}"/>'
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    )
    box = f"0 0 {max(len(row) for row in rows)} {len(rows)}"
    return f'<svg class="picture" viewBox="{box}" role="img">{squares}</svg>'


def _number(value: float, digits: int = 6) -> str:
    mantissa, _, exponent = number_text(value, digits).partition("^")
    return f"{mantissa}<sup>{exponent}</sup>" if exponent else mantissa


def _figure(caption: str, content: str) -> str:
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{words}{content}</figure>"
