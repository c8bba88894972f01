"""Matrices as plain text: beside each other where they fit, otherwise one below the other."""

from collections.abc import Sequence

from glassnet.formula.document import Cell, Matrices, Matrix, MatrixEquation
from glassnet.formula.tree import Formula
from glassnet.render.formula_writer import FormulaWriter

__all__ = ["cell_text", "matrices_text", "matrix_equation_text"]

GAP = "   "


def cell_text(cell: Cell, writer: FormulaWriter) -> str:
    """Return a cell of a table that is text or a formula."""
    if isinstance(cell, Formula):
        return writer.write(cell)
    return cell if isinstance(cell, str) else writer.value_text(cell)


def matrices_text(block: Matrices, writer: FormulaWriter, width: int) -> list[str]:
    """Return the lines of some matrices with the names of their rows and columns."""
    heads = ["", *(cell_text(name, writer) for name in block.row_names)]
    edge = [head.ljust(max(map(len, heads))) for head in heads]
    columns = [_columns(matrix, block.column_names, writer) for matrix in block.matrices]
    beside = [edge]
    lines: list[str] = []
    for column in columns:
        if len(beside) > 1 and len(_joined([*beside, column])[0]) > width:
            lines += _joined(beside)
            beside = [edge]
        beside.append(column)
    return [line.rstrip() for line in [*lines, *_joined(beside)]]


def matrix_equation_text(block: MatrixEquation, writer: FormulaWriter, width: int) -> list[str]:
    """Return a line of names, and the matrices with their numbers below it."""
    names = " ".join(f"{sign} {writer.write(matrix.name)}".strip() for sign, matrix in block.parts)
    most = max(len(matrix.rows) for _, matrix in block.parts)
    parts: list[list[str]] = []
    for sign, matrix in block.parts:
        bracketed = _bracketed(matrix.number_texts(writer.numbers))
        head = f" {sign} " if sign else ""
        lines = [
            (head if row == 0 else " " * len(head)) + text for row, text in enumerate(bracketed)
        ]
        parts.append([*lines, *[" " * len(lines[0])] * (most - len(lines))])
    numbers = ["".join(row).rstrip() for row in zip(*parts, strict=True)]
    return [names, *numbers] if max(map(len, numbers)) <= width else [names]


def _columns(matrix: Matrix, column_names: Sequence[str], writer: FormulaWriter) -> list[str]:
    """The lines of one matrix; its own name stands before that of its first column."""
    first, *others = column_names
    heads = [f"{writer.write(matrix.name)} {first}".strip(), *others]
    rows = [heads, *matrix.number_texts(writer.numbers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]


def _joined(beside: Sequence[Sequence[str]]) -> list[str]:
    return [GAP.join(row) for row in zip(*beside, strict=True)]


def _bracketed(rows: Sequence[Sequence[str]]) -> list[str]:
    width = max(len(cell) for row in rows for cell in row)
    middle = ["  ".join(cell.rjust(width) for cell in row) for row in rows]
    if len(rows) == 1:
        return [f"[{middle[0]}]"]
    corners = [("⎡", "⎤"), *[("⎢", "⎥")] * (len(rows) - 2), ("⎣", "⎦")]
    return [f"{left}{row}{right}" for (left, right), row in zip(corners, middle, strict=True)]
