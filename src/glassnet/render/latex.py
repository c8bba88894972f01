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
    Heading,
    Matrices,
    MatrixEquation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.tree import Formula
from glassnet.render.format import Format
from glassnet.render.formula_writer import number_parts
from glassnet.render.tex import TeXWriter, signs_tex, words_tex
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
    writer = TeXWriter(document.numbers)
    sections = "\n".join(_section(section, writer) for section in document.story)
    title = f"\\section*{{{words_tex(document.title)}}}"
    return f"{PREAMBLE}\\begin{{document}}\n{title}\n{sections}\n\\end{{document}}\n"


def _section(section: Section, writer: TeXWriter) -> str:
    blocks = "\n".join(_block(block, writer) for block in section.blocks)
    return f"\\subsection*{{{words_tex(section.title)}}}\n{blocks}\n"


def _block(block: Block, writer: TeXWriter) -> str:
    match block:
        case Paragraph(text):
            return f"{words_tex(text)}\n"
        case Heading(text):
            return rf"\subsubsection*{{{words_tex(text)}}}" + "\n"
        case Equation():
            return _equation(block, writer)
        case DocumentTable():
            return _table(block, writer)
        case Matrices():
            return _captioned(block.caption, _matrices(block, writer))
        case MatrixEquation():
            return _matrix_equation(block, writer)
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
    for number, step in enumerate(equation.all_steps):
        head = left if number == 0 else rf"\hphantom{{{left}}}"
        lines.append(rf"\hangindent=3em $\displaystyle {head} = {writer.write(step)}$")
    return "\n\n".join(lines) + "\n\\smallskip\n"


def _captioned(caption: str, content: str) -> str:
    return f"{words_tex(caption)}\n\n{content}\n" if caption else f"{content}\n"


def _table(table: DocumentTable, writer: TeXWriter) -> str:
    columns = "".join("r" if right else "l" for right in table.numeric)
    head = " & ".join(words_tex(name) for name in table.columns)
    rows = []
    for row, texts in zip(table.rows, table.number_texts(writer.numbers), strict=True):
        cells = [
            _cell(cell, writer) if text is None else _number(text, writer)
            for cell, text in zip(row, texts, strict=True)
        ]
        rows.append(" & ".join(cells) + r" \\")
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
    return _number(writer.value_text(cell), writer)


def _number(text: str, writer: TeXWriter) -> str:
    return f"${writer.number(*number_parts(text))}$"


def _matrices(block: Matrices, writer: TeXWriter) -> str:
    """A table with the matrices one below the other, each under its name."""
    columns = len(block.column_names)
    lines = [rf"\begin{{longtable}}{{@{{}}l{'r' * columns}@{{}}}}"]
    for matrix in block.matrices:
        heads = " & ".join(map(words_tex, block.column_names))
        lines.append(rf"${writer.write(matrix.name)}$ & {heads} \\ \hline")
        for name, row in zip(block.row_names, matrix.number_texts(writer.numbers), strict=True):
            numbers = " & ".join(_number(text, writer) for text in row)
            lines.append(rf"{_cell(name, writer)} & {numbers} \\")
        lines.append(r"\noalign{\smallskip}")
    return "\n".join([*lines, r"\end{longtable}"])


def _matrix_equation(block: MatrixEquation, writer: TeXWriter) -> str:
    names, filled = [], []
    for sign, matrix in block.parts:
        operator = signs_tex(sign)
        names.append(f"{operator} {writer.write(matrix.name)}")
        rows = [
            " & ".join(writer.number(*number_parts(text)) for text in row)
            for row in matrix.number_texts(writer.numbers)
        ]
        inner = r" \\ ".join(rows)
        filled.append(rf"{operator} \begin{{pmatrix}} {inner} \end{{pmatrix}}")
    return f"${' '.join(names).strip()}$\n\n${' '.join(filled).strip()}$\n"


def _bars(bars: Bars, writer: TeXWriter) -> str:
    short = TeXWriter(writer.numbers.short())
    lines = [r"\begin{longtable}{@{}lll@{}}"]
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = BAR_WIDTH * bars.size(values[place])
            bar = rf"\textcolor{{{COLOURS[number % 4]}}}{{\rule{{{width:.3f}cm}}{{1.4ex}}}}"
            head = words_tex(label) if number == 0 else ""
            lines.append(rf"{head} & {words_tex(name)} & {bar} {_cell(values[place], short)} \\")
    return _captioned(bars.caption, "\n".join([*lines, r"\end{longtable}"]))


Format("latex", document_latex)
