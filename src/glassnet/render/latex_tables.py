"""Tables and matrices as LaTeX.

How wide they are is estimated, which decides what stands beside what. Where the estimate fails, the
preamble's macro ``fit`` makes a table smaller.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from glassnet.formula.document import Cell, DocumentTable, Matrices, Matrix
from glassnet.formula.tree import Formula
from glassnet.render.formula_writer import number_parts
from glassnet.render.tex import TeXWriter, words_tex

__all__ = ["matrices_latex", "number_latex", "row_latex", "table_latex", "width_latex"]

CHARACTER, GAP = 1.75, 2.8  # mm, a character on average and the space between columns
MATRIX_GAP = 1.0  # mm, besides
NARROWEST = 40.0  # mm, of a column of words that is broken into lines
ROWS_ON_A_PAGE = 30  # of a table that stays on one page


def table_latex(table: DocumentTable, writer: TeXWriter, room: float) -> str:
    """Return a table that stays on a page, or, with many rows, goes over several.

    Parameters
    ----------
    table : DocumentTable
    writer : TeXWriter
    room : float
        The width of a line in mm.
    """
    rows = _rows(table, writer)
    columns = _alignment(table, _widths(table, rows), room)
    heads = [
        _head(name) if right else words_tex(name)
        for name, right in zip(table.columns, table.numeric, strict=True)
    ]
    top = rf"{row_latex(heads)} \midrule" if any(table.columns) else ""
    lines = [top, *map(row_latex, rows)]
    if len(rows) <= ROWS_ON_A_PAGE:
        return _tabular(columns, lines)
    lines.insert(1, r"\endhead")
    return "\n".join([rf"\begin{{longtable}}{{{columns}}}", *lines, r"\end{longtable}"])


def matrices_latex(block: Matrices, writer: TeXWriter, room: float) -> str:
    """Return matrices with the names of their rows and columns, beside each other if they fit.

    The parameters are those of :func:`table_latex`.
    """
    names = [_cell(name, writer) for name in block.row_names]
    beside: list[list[_Columns]] = []
    left = 0.0
    for matrix in block.matrices:
        columns = _Columns(matrix, block.column_names, writer)
        left -= columns.width
        if left < 0:
            beside.append([])
            left = room - min(_width(names), NARROWEST) - columns.width
        beside[-1].append(columns)
    return "\n\n".join(_beside(names, columns) for columns in beside) + "\n"


def width_latex(block: DocumentTable | Matrices, writer: TeXWriter) -> float:
    """About how wide a table is, or the widest of some matrices, in mm; infinite if it is long."""
    if isinstance(block, DocumentTable):
        rows = _rows(block, writer)
        long = len(rows) > ROWS_ON_A_PAGE
        return math.inf if long else _whole(_widths(block, rows))
    names = _width([_cell(name, writer) for name in block.row_names])
    columns = [_Columns(matrix, block.column_names, writer) for matrix in block.matrices]
    return min(names, NARROWEST) + max(matrix.width for matrix in columns)


def number_latex(text: str, writer: TeXWriter) -> str:
    """Return a number that is text already."""
    return f"${writer.number(*number_parts(text))}$"


@dataclass(frozen=True)
class _Columns:
    """A matrix as columns of a table: rows of numbers under the columns' names."""

    matrix: Matrix
    names: Sequence[str]
    writer: TeXWriter

    @property
    def name(self) -> str:
        return self.writer.write(self.matrix.name)

    @cached_property
    def heads(self) -> list[str]:
        return list(map(_head, self.names))

    @cached_property
    def rows(self) -> list[list[str]]:
        texts = self.matrix.number_texts(self.writer.numbers)
        return [[number_latex(text, self.writer) for text in row] for row in texts]

    @property
    def width(self) -> float:
        """In mm."""
        columns = sum(GAP + _width(column) for column in zip(self.heads, *self.rows, strict=True))
        return MATRIX_GAP + columns


def _beside(names: Sequence[str], matrices: Sequence[_Columns]) -> str:
    """One table: the name of each matrix over its columns, or of a single one in the corner."""
    count = len(matrices[0].heads)
    corner, top = f"${matrices[0].name}$", list[str]()
    if len(matrices) > 1:
        titles = [rf"\multicolumn{{{count}}}{{c}}{{${columns.name}$}}" for columns in matrices]
        rules = [
            rf"\cmidrule(lr){{{left}-{left + count - 1}}}"
            for left in range(2, 2 + count * len(matrices), count)
        ]
        corner, top = "", [row_latex(["", *titles]) + "".join(rules)]
    heads = [head for columns in matrices for head in columns.heads]
    rows = [[cell for columns in matrices for cell in columns.rows[n]] for n in range(len(names))]
    lines = [row_latex([name, *row]) for name, row in zip(names, rows, strict=True)]
    first = _paragraphs(NARROWEST) if _width(names) > NARROWEST else "l"
    alignment = rf"!{{\hspace{{{MATRIX_GAP:.0f}mm}}}}{'r' * count}"
    lines = [*top, row_latex([corner, *heads]) + r" \midrule", *lines]
    return _tabular(f"@{{}}{first}{alignment * len(matrices)}@{{}}", lines)


def _head(name: str) -> str:
    return rf"\column{{{words_tex(name, longest=8)}}}"


def _tabular(columns: str, lines: Sequence[str]) -> str:
    begin = rf"\fit{{\tablesize\begin{{tabular}}{{{columns}}}"
    return "\n".join([begin, *lines, r"\end{tabular}}\par\vspace{2pt}"])


def row_latex(cells: Sequence[str]) -> str:
    """A row of a table. A bracket or a star would be taken for an option of the row before."""
    text = " & ".join(cells) + r" \\"
    return f"{{}}{text}" if text.startswith(("[", "*")) else text


def _cell(cell: Cell, writer: TeXWriter) -> str:
    if isinstance(cell, str):
        return words_tex(cell)
    if isinstance(cell, Formula):
        return f"${writer.write(cell)}$"
    return number_latex(writer.value_text(cell), writer)


def _rows(table: DocumentTable, writer: TeXWriter) -> list[list[str]]:
    """The cells, written in TeX."""
    return [
        [
            _cell(cell, writer) if text is None else number_latex(text, writer)
            for cell, text in zip(row, texts, strict=True)
        ]
        for row, texts in zip(table.rows, table.number_texts(writer.numbers), strict=True)
    ]


def _alignment(table: DocumentTable, widths: Sequence[float], room: float) -> str:
    """How columns are aligned; in a table that is too wide, the widest words are broken."""
    kinds = ["r" if right else "l" for right in table.numeric]
    too_wide = _whole(widths) - room
    for column in sorted(range(len(widths)), key=widths.__getitem__, reverse=True):
        if too_wide > 0 and kinds[column] == "l" and widths[column] > NARROWEST:
            width = max(widths[column] - too_wide, NARROWEST)
            too_wide -= widths[column] - width
            kinds[column] = _paragraphs(width)
    return f"@{{}}{''.join(kinds)}@{{}}"


def _paragraphs(width: float) -> str:
    """A column of words that are broken into lines."""
    return rf">{{\raggedright\arraybackslash}}p{{{width:.0f}mm}}"


def _widths(table: DocumentTable, rows: Sequence[Sequence[str]]) -> list[float]:
    return [_width(column) for column in zip(table.columns, *rows, strict=True)]


def _width(column: Sequence[str]) -> float:
    """About how wide a column of TeX is, in mm: by the characters that are seen."""
    seen = (re.sub(r"\\[a-zA-Z]+|[\\{}$^]", "", cell) for cell in column)
    return CHARACTER * max(map(len, seen), default=0)


def _whole(widths: Sequence[float]) -> float:
    return sum(widths) + GAP * (len(widths) - 1)
