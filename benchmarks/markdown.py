"""Markdown that is as readable in a terminal as when rendered."""

from collections.abc import Sequence


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns: the first left, the others right."""
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    delimiters = [_delimiter(column, width) for column, width in enumerate(widths)]
    lines = [_line(columns, widths), _line(delimiters, widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)]) + "\n"


def _delimiter(column: int, width: int) -> str:
    return "-" * width if column == 0 else "-" * (width - 1) + ":"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join([first, *others])} |"


def section(title: str, *blocks: str) -> str:
    return "\n".join([f"## {title}\n", *blocks])


def format_duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3g} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
