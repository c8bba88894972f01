"""A document as LaTeX that compiles with any TeX Live: amsmath, longtable and TikZ.

How wide a formula, a table or a picture is, only TeX knows: the macros of ``preamble.tex`` decide
what stands on a line and what stays on a page. This module says what belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glassnet.formula.document import (
    Bars,
    Block,
    Command,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    Equation,
    Heading,
    Matrices,
    Matrix,
    MatrixEquation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.render.format import Format
from glassnet.render.formula_writer import SIX_DIGITS
from glassnet.render.latex_tables import (
    matrices_latex,
    number_latex,
    row_latex,
    table_latex,
    width_latex,
)
from glassnet.render.tex import TeXWriter, signs_tex, words_tex
from glassnet.render.text import formula_text
from glassnet.render.tikz import COLOURS, curves_tikz, drawing_tikz, picture_tikz, regions_tikz

__all__ = ["document_latex"]

PREAMBLE = Path(__file__).with_name("preamble.tex")
LINE, COLUMN = 174.0, 84.0  # mm
SMALL = 0.8  # letters of tables in small print, relative to others
COLUMN_CHARACTERS = 66  # of a formula in one line of text, which takes two lines of a column

BAR_WIDTH = 7.0  # cm


def document_latex(document: Document) -> str:
    r"""Return a document as a whole LaTeX file.

    Examples
    --------
    >>> document_latex(Document("A network", ())).splitlines()[-3:]
    ['\\fullpage{\\section*{A network}', '}', '\\end{document}']
    """
    layout = _layout(document)
    title = f"\\section*{{{words_tex(document.title)}}}"
    first, *others = [_section(section, layout) for section in document.story] or [""]
    preamble = PREAMBLE.read_text(encoding="utf-8")
    body = "\n".join([rf"\{layout.name}{{{title}", f"{first}}}", *others])
    return f"{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n"


@dataclass(frozen=True)
class _Layout:
    """How lines are set.

    Attributes
    ----------
    name : str
        The macro of ``preamble.tex``.
    writer : TeXWriter
    room : float
        The width of a line in mm, for tables.
    saves_lines : bool
        Whether what is worked out in part is left out where it takes a line of its own.
    """

    name: str
    writer: TeXWriter
    room: float
    saves_lines: bool


def _layout(document: Document) -> _Layout:
    """A short form is set in small print, in two columns if its lines are short."""
    writer = TeXWriter(document.numbers)
    if document.story == document.sections:
        return _Layout("fullpage", writer, LINE, saves_lines=False)
    if _is_narrow(document, writer):
        return _Layout("smallcolumns", writer, COLUMN / SMALL, saves_lines=True)
    return _Layout("smallpage", writer, LINE / SMALL, saves_lines=True)


def _is_narrow(document: Document, writer: TeXWriter) -> bool:
    """Whether what follows the first section fits into two columns, but for few equations."""
    blocks = [block for section in document.story[1:] for block in section.blocks]
    if any(
        width_latex(block, writer) > COLUMN / SMALL
        for block in blocks
        if isinstance(block, DocumentTable | Matrices)
    ):
        return False
    longest = [
        max(len(formula_text(step, writer.numbers)) for step in block.shown)
        for block in blocks
        if isinstance(block, Equation)
    ]
    return 8 * sum(length > COLUMN_CHARACTERS for length in longest) <= len(longest)


def _section(section: Section, layout: _Layout) -> str:
    heading = rf"\heading{{{words_tex(section.title)}}}" if section.title else ""
    groups = _grouped(section.blocks)
    parts = [] if groups and isinstance(groups[0][-1], Drawing) else [heading]
    for number, group in enumerate(groups, 1):
        if isinstance(group[-1], Drawing):
            words = [_block(block, layout) for block in group[:-1]]
            parts.append(_drawing(group[-1], [heading, *words] if number == 1 else words))
        else:
            parts.append(_group(group, layout))
        if isinstance(group[-1], Paragraph) and number < len(groups):
            parts.append("\\nopagebreak\n")
    return "\n".join(parts) + "\n"


def _grouped(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks that are set together: equations in a row, and a drawing with the words before it."""
    groups: list[list[Block]] = []
    for block in blocks:
        above = groups[-1][-1] if groups else None
        equations = isinstance(above, _EQUATIONS) and isinstance(block, _EQUATIONS)
        words = isinstance(above, Paragraph) and isinstance(block, Paragraph | Drawing)
        if equations or words:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


_EQUATIONS = (Equation, MatrixEquation)


def _group(group: Sequence[Block], layout: _Layout) -> str:
    if isinstance(group[0], _EQUATIONS):
        lines = [
            _equation(block, layout)
            if isinstance(block, Equation)
            else _matrix_equation(block, layout.writer)
            for block in group
            if isinstance(block, _EQUATIONS)
        ]
        return "\n".join([r"\equations{%", *lines, "}"])
    return "\n".join(_block(block, layout) for block in group)


def _block(block: Block, layout: _Layout) -> str:
    writer, room = layout.writer, layout.room
    match block:
        case Paragraph(text):
            return f"{words_tex(text)}\n"
        case Command(text):  # two hyphens would become a dash
            return rf"\texttt{{{words_tex(text).replace('--', '-{}-')}}}" + "\n"
        case Heading(text):
            return rf"\subsubsection*{{{words_tex(text)}}}" + "\n"
        case DocumentTable():
            return _captioned(block.caption, table_latex(block, writer, room))
        case Matrices():
            return _captioned(block.caption, matrices_latex(block, writer, room))
        case Bars():
            return _captioned(block.caption, _bars(block, writer))
        case Curves():
            return _captioned(block.caption, rf"\fit{{{curves_tikz(block)}}}")
        case Drawing():
            return _drawing(block, [])
        case Regions():
            return _captioned(block.caption, rf"\fit{{{regions_tikz(block)}}}")
        case Picture():
            return _captioned(block.caption, rf"\fit{{{picture_tikz(block)}}}")
    raise TypeError(f"{type(block).__name__} stands in a group")


def _captioned(caption: str, content: str) -> str:
    return f"{words_tex(caption)}\\par\\nopagebreak\n{content}\n" if caption else f"{content}\n"


def _equation(equation: Equation, layout: _Layout) -> str:
    r"""Return \quantity{left}{\is{step}\is{value}}."""
    writer = layout.writer
    *steps, value = map(writer.write, equation.shown)
    if equation.exact is not None:
        exact = number_latex(SIX_DIGITS.text(equation.exact), writer)
        value += rf"\quad\text{{(exactly {exact})}}"
    forms = [rf"\is{{{step}}}" for step in steps]
    if equation.between is not None:
        macro = "between" if layout.saves_lines else "is"
        forms.append(rf"\{macro}{{{writer.write(equation.between)}}}")
    return _quantity(writer.write(equation.left), [*forms, rf"\is{{{value}}}"])


def _matrix_equation(block: MatrixEquation, writer: TeXWriter) -> str:
    """The names, the matrices on the right with their numbers, and that on the left."""
    (_, left), (_, first), *others = block.parts
    names, filled = [writer.write(first.name)], [_matrix(first, writer)]
    for sign, matrix in others:
        names += [signs_tex(sign), writer.write(matrix.name)]
        filled += [signs_tex(sign), _matrix(matrix, writer)]
    steps = [" ".join(names), " ".join(filled), _matrix(left, writer)]
    return _quantity(writer.write(left.name), [rf"\is{{{step}}}" for step in steps])


def _quantity(left: str, forms: Sequence[str]) -> str:
    return "\n  ".join([rf"\quantity{{{left}}}{{%", *forms]) + "}"


def _matrix(matrix: Matrix, writer: TeXWriter) -> str:
    rows = [
        " & ".join(number_latex(text, writer).strip("$") for text in row)
        for row in matrix.number_texts(writer.numbers)
    ]
    inner = r" \\ ".join(rows)
    return rf"\numbers{{{inner}}}"


def _drawing(drawing: Drawing, words: Sequence[str]) -> str:
    """A drawing beside the words before it, its caption and its legend."""
    above, below = (
        rf"\textcolor{{{colour}}}{{\rule[0.5ex]{{1.5em}}{{1.5pt}}}}" for colour in COLOURS[:2]
    )
    legend = f"{above} positive, {below} negative; wider lines: larger weights."
    text = "\n".join([*words, f"{words_tex(drawing.caption)}\n", legend])
    return f"\\beside{{{text}}}{{%\n{drawing_tikz(drawing)}}}"


def _bars(bars: Bars, writer: TeXWriter) -> str:
    short = TeXWriter(writer.numbers.short())
    lines = [r"\fit{\tablesize\begin{tabular}{@{}lll@{}}"]
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            width = BAR_WIDTH * bars.size(values[place])
            bar = rf"\textcolor{{{COLOURS[number % 4]}}}{{\rule{{{width:.3f}cm}}{{1.4ex}}}}"
            head = words_tex(label) if number == 0 else ""
            value = number_latex(short.value_text(values[place]), short)
            lines.append(row_latex([head, words_tex(name), f"{bar} {value}"]))
    return "\n".join([*lines, r"\end{tabular}}"])


Format("latex", document_latex)
