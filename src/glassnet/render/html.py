"""A document as one HTML file: no scripts, no requests, light and dark mode, printable."""

from html import escape
from typing import TypeAlias

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    Equation,
    Link,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula
from glassnet.render import svg
from glassnet.render.colours import DARK, LIGHT, SERIES, css_colours
from glassnet.render.format import Format
from glassnet.render.mathml import equation_mathml, formula_mathml

__all__ = ["document_html", "document_page"]

COLOURS_STYLE = f"""
.glassnet {{ {css_colours(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ .glassnet {{ {css_colours(DARK)} }} }}
"""
STYLE = """
.glassnet {
  color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif;
  max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem; }
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

Digits: TypeAlias = int | None
COLOURS = tuple(f"var(--{role})" for role in SERIES)


def document_page(document: Document) -> str:
    """Return a document as a whole HTML page."""
    return PAGE.format(title=escape(document.title), content=document_html(document))


def document_html(document: Document) -> str:
    """Return a document as an HTML element, with its style, for notebooks."""
    digits = document.digits
    sections = "".join(_section(section, digits) for section in document.sections)
    title = f"<h1>{escape(document.title)}</h1>"
    style = f"<style>{COLOURS_STYLE}{svg.STYLE}{STYLE}</style>"
    return f'<div class="glassnet">{style}{title}{sections}</div>'


def _section(section: Section, digits: Digits) -> str:
    blocks = "\n".join(_block(block, digits) for block in section.blocks)
    return f"<section><h2>{escape(section.title)}</h2>\n{blocks}</section>\n"


def _block(block: Block, digits: Digits) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Equation():
            return equation_mathml(block, digits)
        case DocumentTable():
            return _table(block, digits)
        case Bars():
            return _bars(block, digits)
        case Curves():
            return _curves(block)
        case Regions():
            return _figure(block.caption, svg.regions_svg(block))
        case Picture():
            return _figure(block.caption, svg.picture_svg(block))
        case Drawing():
            scrolling = f'<div class="scroll">{svg.drawing_svg(block)}</div>'
            legend = (
                f'<span style="color:{COLOURS[0]}">━ positive</span> '
                f'<span style="color:{COLOURS[1]}">━ negative</span>; wider lines: larger weights'
            )
            return _figure(block.caption, f"{scrolling}<div>{legend}</div>")


def _table(table: DocumentTable, digits: Digits) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = "".join(f"<tr>{''.join(_cell(cell, digits) for cell in row)}</tr>" for row in table.rows)
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table>{caption}{body}</table></div>'


def _cell(cell: Cell, digits: Digits) -> str:
    if isinstance(cell, Link):
        return f'<td><a href="{escape(cell.address)}">{escape(cell)}</a></td>'
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    if isinstance(cell, Formula):
        return f"<td>{formula_mathml(cell, digits)}</td>"
    return f'<td class="number">{_number(cell, digits)}</td>'


def _bars(bars: Bars, digits: Digits) -> str:
    cells, short = [], digits and min(digits, 4)
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = 75 * bars.size(values[place])
            colour = COLOURS[number % len(COLOURS)]
            bar = f'<i style="width:{width:.4g}%;background:{colour}"></i>'
            cells.append(
                f'<span class="label">{escape(label) if number == 0 else ""}</span>'
                f'<span class="name">{escape(name)}</span>'
                f'<span class="bar">{bar}<span>{_number(values[place], short)}</span></span>'
            )
    return _figure(bars.caption, f'<div class="bars">{"".join(cells)}</div>')


def _curves(curves: Curves) -> str:
    if curves.bounds is None:
        return _figure(curves.caption, "<p>(no points)</p>")
    return _figure(curves.caption, svg.curves_svg(curves))


def _number(value: float, digits: Digits) -> str:
    mantissa, _, exponent = number_text(value, digits).partition("^")
    return f"{mantissa}<sup>{exponent}</sup>" if exponent else mantissa


def _figure(caption: str, content: str) -> str:
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{words}{content}</figure>"


Format("html", document_page)
