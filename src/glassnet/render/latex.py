"""A document as LaTeX that compiles with any TeX Live: amsmath, longtable and TikZ."""

from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    Equation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.tree import Formula
from glassnet.render.format import Format
from glassnet.render.tex import TeXWriter, words_tex
from glassnet.render.tikz import COLOURS, curves_tikz, drawing_tikz, picture_tikz, regions_tikz

__all__ = ["document_latex"]

PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=2.2cm]{geometry}
\usepackage{amsmath,amssymb,longtable,tikz}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setlength{\LTleft}{0pt}
\raggedright
\definecolor{one}{HTML}{2F6FD0}
\definecolor{two}{HTML}{D9822B}
\definecolor{three}{HTML}{3A9A68}
\definecolor{four}{HTML}{A04EC4}
"""

BAR_WIDTH = 7.0  # cm


def document_latex(document: Document) -> str:
    r"""Return a document as a whole LaTeX file.

    Examples
    --------
    >>> document_latex(Document("A network", ())).splitlines()[-3:]
    ['\\section*{A network}', '', '\\end{document}']
    """
    writer = TeXWriter(document.digits)
    sections = "\n".join(_section(section, writer) for section in document.sections)
    title = f"\\section*{{{words_tex(document.title)}}}"
    return f"{PREAMBLE}\\begin{{document}}\n{title}\n{sections}\n\\end{{document}}\n"


def _section(section: Section, writer: TeXWriter) -> str:
    blocks = "\n".join(_block(block, writer) for block in section.blocks)
    return f"\\subsection*{{{words_tex(section.title)}}}\n{blocks}\n"


def _block(block: Block, writer: TeXWriter) -> str:
    match block:
        case Paragraph(text):
            return f"{words_tex(text)}\n"
        case Equation():
            return _equation(block, writer)
        case DocumentTable():
            return _table(block, writer)
        case Bars():
            return _bars(block, writer)
        case Curves():
            return _captioned(block.caption, curves_tikz(block))
        case Drawing():
            above, below = (
                rf"\textcolor{{{colour}}}{{\rule[0.5ex]{{1.5em}}{{1.5pt}}}}"
                for colour in COLOURS[:2]
            )
            legend = f"{above} positive, {below} negative; wider lines: larger weights."
            return _captioned(block.caption, f"{legend}\n\n{drawing_tikz(block)}")
        case Regions():
            return _captioned(block.caption, regions_tikz(block))
        case Picture():
            return _captioned(block.caption, picture_tikz(block))


def _equation(equation: Equation, writer: TeXWriter) -> str:
    """A paragraph for each step, because TeX breaks inline mathematics at its signs."""
    lines = []
    left = writer.write(equation.left)
    for number, step in enumerate(equation.steps):
        head = left if number == 0 else rf"\hphantom{{{left}}}"
        lines.append(rf"\hangindent=3em $\displaystyle {head} = {writer.write(step)}$")
    return "\n\n".join(lines) + "\n\\smallskip\n"


def _captioned(caption: str, content: str) -> str:
    return f"{words_tex(caption)}\n\n{content}\n" if caption else f"{content}\n"


def _table(table: DocumentTable, writer: TeXWriter) -> str:
    columns = "".join("r" if right else "l" for right in table.numeric)
    head = " & ".join(words_tex(name) for name in table.columns)
    rows = [" & ".join(_cell(cell, writer) for cell in row) + r" \\" for row in table.rows]
    lines = [
        rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
        rf"{head} \\ \hline\noalign{{\smallskip}}",
        r"\endhead",
        *rows,
        r"\end{longtable}",
    ]
    return _captioned(table.caption, "\n".join(lines))


def _cell(cell: Cell, writer: TeXWriter) -> str:
    if isinstance(cell, str):
        return words_tex(cell)
    if isinstance(cell, Formula):
        return f"${writer.write(cell)}$"
    return f"${writer.number(*writer.number_parts(cell))}$"


def _bars(bars: Bars, writer: TeXWriter) -> str:
    short = TeXWriter(writer.digits and min(writer.digits, 4))
    lines = [r"\begin{longtable}{@{}lll@{}}"]
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = BAR_WIDTH * bars.size(values[place])
            bar = rf"\textcolor{{{COLOURS[number % 4]}}}{{\rule{{{width:.3f}cm}}{{1.4ex}}}}"
            head = words_tex(label) if number == 0 else ""
            lines.append(rf"{head} & {words_tex(name)} & {bar} {_cell(values[place], short)} \\")
    return _captioned(bars.caption, "\n".join([*lines, r"\end{longtable}"]))


Format("latex", document_latex)
