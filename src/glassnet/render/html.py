"""A document as one HTML file: no scripts, no requests, light and dark mode, printable."""

from html import escape

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Command,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    Equation,
    Heading,
    Link,
    Matrices,
    MatrixEquation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula
from glassnet.render import svg
from glassnet.render.colours import DARK, LIGHT, SERIES, css_colours
from glassnet.render.format import Format
from glassnet.render.mathml import equation_mathml, formula_mathml, matrix_equation_mathml

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
.glassnet .equation { padding: .3rem .6rem .3rem 2.6rem; text-indent: -2rem; margin: .2rem 0;
  background: var(--shade); border-radius: 6px; line-height: 1.9; overflow-x: auto;
  overflow-y: hidden; }
.glassnet .exact { color: var(--soft); font-size: .92rem; }
.glassnet math { font-size: 1.15em; text-indent: 0; }
.glassnet .scroll { overflow-x: auto; margin: .6rem 0; }
.glassnet table { border-collapse: collapse; }
.glassnet caption, .glassnet figcaption { text-align: left; color: var(--soft);
  font-size: .92rem; padding-bottom: .3rem; }
.glassnet th, .glassnet td { padding: .2rem .8rem .2rem 0; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: baseline; }
.glassnet .number { text-align: right; font-variant-numeric: tabular-nums; }
.glassnet figure { margin: .8rem 0; }
.glassnet summary h2 { display: inline-block; border: 0; margin: .3rem 0; font-size: 1rem; }
.glassnet .beside { display: inline-block; vertical-align: top; width: 15rem; margin-right: 1rem; }
.glassnet .bars { display: grid; grid-template-columns: auto auto 1fr; gap: .1rem .7rem;
  font-size: .92rem; }
.glassnet .bars .label { font-weight: 600; }
.glassnet .bars .name { color: var(--soft); }
.glassnet .bar { display: flex; align-items: center; gap: .4rem; }
.glassnet .bar i { display: block; height: .75rem; border-radius: 2px; min-width: 1px; flex: none; }
.glassnet .matrices { display: flex; flex-wrap: wrap; gap: .8rem 2rem; overflow-x: auto; }
.glassnet details > summary { cursor: pointer; color: var(--soft); padding: .25rem 0; }
.glassnet section.more { margin: .3rem 0 .3rem .6rem; padding-left: .8rem;
  border-left: 2px solid var(--line); }
.glassnet nav { font-size: .92rem; }
.glassnet nav .more { margin-left: 1.2rem; list-style: circle; }
.glassnet nav a { color: var(--ink); }
@media print { @page { margin: 1.1cm; }
  .glassnet { --paper: #fff; --ink: #000; --shade: #fff; font-size: 10px; line-height: 1.3;
    padding: 0; max-width: none; }
  .glassnet h1 { font-size: 14px; margin: 0 0 4px; }
  .glassnet h2 { font-size: 11px; margin: 5px 0 1px; padding: 0; break-after: avoid; }
  .glassnet p, .glassnet .scroll, .glassnet figure { margin: 2px 0; }
  .glassnet p:has(+ .scroll) { break-after: avoid; }
  .glassnet .equation, .glassnet tr, .glassnet figure { break-inside: avoid; }
  .glassnet .equation { padding: 0 0 0 2rem; margin: 0; line-height: 1.55; overflow: visible; }
  .glassnet math { font-size: 1.15em; }
  .glassnet caption, .glassnet figcaption, .glassnet .bars, .glassnet .exact { font-size: 10px; }
  .glassnet th, .glassnet td { padding: 0 .8rem 0 0; }
  .glassnet .matrices { gap: 2px 2rem; overflow: visible; }
  .glassnet section:has(> .equation + .equation) { columns: 2; column-gap: 1.6rem; }
  .glassnet h2 { column-span: all; }
  .glassnet svg.network { max-height: 4cm; width: auto; }
  .glassnet nav, .glassnet details:not([open]) { display: none; }
  .glassnet section.more { margin: 0; padding: 0; border: 0; } }
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

COLOURS = tuple(f"var(--{role})" for role in SERIES)


def document_page(document: Document) -> str:
    """Return a document as a whole HTML page."""
    return PAGE.format(title=escape(document.title), content=document_html(document))


def document_html(document: Document) -> str:
    """Return a document as an HTML element, with its style, for notebooks."""
    numbers = document.numbers
    sections = "".join(
        _section(section, f"section-{place}", numbers)
        for place, section in enumerate(document.sections, start=1)
    )
    title = f"<h1>{escape(document.title)}</h1>"
    contents = _contents(document)
    style = f"<style>{COLOURS_STYLE}{svg.STYLE}{STYLE}</style>"
    return f'<div class="glassnet">{style}{title}{contents}{sections}</div>'


def _contents(document: Document) -> str:
    """The table of contents of a page with folded sections."""
    if document.story == document.sections:
        return ""
    links = "".join(
        f'<li class="{"more" if section.folded else "told"}">'
        f'<a href="#{section.anchor or f"section-{place}"}">{escape(section.title)}</a></li>'
        for place, section in enumerate(document.sections, start=1)
        if section.title
    )
    return f"<nav><details><summary>Contents</summary><ul>{links}</ul></details></nav>"


def _section(section: Section, place: str, numbers: NumberFormat) -> str:
    blocks = "\n".join(_block(block, numbers) for block in section.blocks)
    heading = f"<h2>{escape(section.title)}</h2>" if section.title else ""
    anchor = f'id="{escape(section.anchor or place)}"'
    if section.folded:  # the anchor stands inside the details, so that a link to it opens them
        summary = f"<summary>{escape(section.title)}</summary>"
        opened = f"<details>{summary}<div {anchor}></div>\n{blocks}</details>"
        return f'<section class="more">{opened}</section>\n'
    return f"<section {anchor}>{heading}\n{blocks}</section>\n"


def _block(block: Block, numbers: NumberFormat) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Command(text):
            return f'<pre class="scroll"><code>{escape(text)}</code></pre>'
        case Heading(text):
            return f"<h3>{escape(text)}</h3>"
        case Equation():
            return equation_mathml(block, numbers)
        case DocumentTable():
            return _table(block, numbers)
        case Matrices():
            return _matrices(block, numbers)
        case MatrixEquation():
            return matrix_equation_mathml(block, numbers)
        case Bars():
            return _bars(block, numbers)
        case Curves():
            return _curves(block)
        case Regions():
            return _figure(block.caption, svg.regions_svg(block))
        case Picture():
            return f'<div class="beside">{_figure(block.caption, svg.picture_svg(block))}</div>'
        case Drawing():
            scrolling = f'<div class="scroll">{svg.drawing_svg(block)}</div>'
            legend = (
                f'<span style="color:{COLOURS[0]}">━ positive</span> '
                f'<span style="color:{COLOURS[1]}">━ negative</span>; wider lines: larger weights'
            )
            return _figure(block.caption, f"{scrolling}<div>{legend}</div>")


def _table(table: DocumentTable, numbers: NumberFormat) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = ""
    for row, texts in zip(table.rows, table.number_texts(numbers), strict=True):
        cells = zip(row, texts, strict=True)
        written = (
            _cell(cell, numbers) if text is None else _number_cell(text) for cell, text in cells
        )
        rows += f"<tr>{''.join(written)}</tr>"
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table>{caption}{body}</table></div>'


def _cell(cell: Cell, numbers: NumberFormat) -> str:
    if isinstance(cell, Link):
        return f'<td><a href="{escape(cell.address)}">{escape(cell)}</a></td>'
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    if isinstance(cell, Formula):
        return f"<td>{formula_mathml(cell, numbers)}</td>"
    return _number_cell(numbers.text(cell))


def _number_cell(text: str) -> str:
    return f'<td class="number">{_number(text)}</td>'


def _matrices(block: Matrices, numbers: NumberFormat) -> str:
    """A table for each matrix, beside each other where the page is wide enough."""
    tables = []
    for matrix in block.matrices:
        name = f"<th>{formula_mathml(matrix.name, numbers)}</th>"
        head = name + "".join(f'<th class="number">{escape(to)}</th>' for to in block.column_names)
        rows = "".join(
            f"<tr>{_cell(row_name, numbers)}{''.join(map(_number_cell, row))}</tr>"
            for row_name, row in zip(block.row_names, matrix.number_texts(numbers), strict=True)
        )
        tables.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return _figure(block.caption, f'<div class="matrices">{"".join(tables)}</div>')


def _bars(bars: Bars, numbers: NumberFormat) -> str:
    cells, short = [], numbers.short()
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = 75 * bars.size(values[place])
            colour = COLOURS[number % len(COLOURS)]
            bar = f'<i style="width:{width:.4g}%;background:{colour}"></i>'
            cells.append(
                f'<span class="label">{escape(label) if number == 0 else ""}</span>'
                f'<span class="name">{escape(name)}</span>'
                f'<span class="bar">{bar}<span>{_number(short.text(values[place]))}</span></span>'
            )
    return _figure(bars.caption, f'<div class="bars">{"".join(cells)}</div>')


def _curves(curves: Curves) -> str:
    if curves.bounds is None:
        return _figure(curves.caption, "<p>(no points)</p>")
    return _figure(curves.caption, svg.curves_svg(curves))


def _number(text: str) -> str:
    mantissa, _, exponent = text.partition("^")
    return f"{mantissa}<sup>{exponent}</sup>" if exponent else mantissa


def _figure(caption: str, content: str) -> str:
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{words}{content}</figure>"


Format("html", document_page)
