"""A document as plain text, for terminals: at most 80 columns, readable when piped."""

import re
import textwrap
from collections.abc import Sequence

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
from glassnet.formula.tree import (
    Call,
    Formula,
    Negative,
    Number,
    Partial,
    Positive,
    Power,
    Product,
    Quotient,
    Remainder,
    Sum,
    Symbol,
)

__all__ = ["document_text", "formula_text"]

WIDTH = 80
BAR_WIDTH = 30
CURVE_WIDTH, CURVE_HEIGHT = 60, 12
INK = " ░▒▓█"


def document_text(document: Document) -> str:
    """Return a document as text."""
    title = textwrap.wrap(document.title, WIDTH)
    parts = [*title, "═" * max(len(line) for line in title), ""]
    for section in document.sections:
        parts += [*_section(section), ""]
    return "\n".join(parts).rstrip() + "\n"


def formula_text(formula: Formula) -> str:
    """Return a formula in one line.

    Examples
    --------
    >>> w, y = Symbol("w", -0.5, layer=1, index="1,2"), Symbol("x", 3.0, index="1")
    >>> formula_text(w * y + 1)
    'w1[1,2]·x[1] + 1'
    >>> formula_text((w * y + 1).with_numbers())
    '(−0.5)·3 + 1'
    """
    match formula:
        case Number(value):
            return number_text(value)
        case Symbol(letter, _, layer, index):
            number = "" if layer is None else str(layer)
            return f"{letter}{number}[{index}]" if index else f"{letter}{number}"
        case Partial(of, by):
            return f"∂{formula_text(of)}/∂{formula_text(by)}"
        case Sum(terms):
            return _sum(terms)
        case Remainder(count, value):
            return f"(… and {count:,} more, together {number_text(value)})"
        case Product(factors):
            return "·".join(_factor(factor) for factor in factors)
        case Quotient(numerator, denominator):
            return f"{_factor(numerator)}/{_atom(denominator)}"
        case Power(base, Number(2.0)):
            return f"{_atom(base)}²"
        case Power(base, exponent):
            return f"{_atom(base)}^{_atom(exponent)}"
        case Negative(of):
            return f"−{_factor(of)}"
        case Positive(argument):
            return f"[{formula_text(argument)} > 0]"
        case Call("sqrt", (argument,)):
            return f"√{_atom(argument)}"
        case Call(function, arguments):
            return f"{function}({', '.join(formula_text(argument) for argument in arguments)})"
    raise TypeError(f"{type(formula).__name__} is no formula")


def _sum(terms: Sequence[Formula]) -> str:
    text = formula_text(terms[0])
    for term in terms[1:]:
        sign, shown = (" − ", term.of) if isinstance(term, Negative) else (" + ", term)
        inner = formula_text(shown)
        text += sign + (f"({inner})" if isinstance(shown, Sum) or inner.startswith("−") else inner)
    return text


def _factor(formula: Formula) -> str:
    text = formula_text(formula)
    if isinstance(formula, Sum | Negative) or text.startswith("−"):
        return f"({text})"
    return text


def _atom(formula: Formula) -> str:
    text = _factor(formula)
    return f"({text})" if isinstance(formula, Product | Quotient | Power | Partial) else text


def _section(section: Section) -> list[str]:
    lines = [section.title, "─" * len(section.title)]
    for block in section.blocks:
        lines += _block(block)
    return lines


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [*textwrap.wrap(text, WIDTH), ""]
        case Equation():
            return [*_equation(block), ""]
        case Table():
            return [*_captioned(block.caption, _table(block)), ""]
        case Bars():
            return [*_captioned(block.caption, _bars(block)), ""]
        case Curves():
            return [*_captioned(block.caption, _curves(block)), ""]
        case Picture(rows, caption):
            return [*_captioned(caption, _picture(rows)), ""]


def _picture(rows: Sequence[Sequence[float]]) -> list[str]:
    """Two characters for each value, about as wide as high."""
    darkest = len(INK) - 1
    return ["".join(2 * INK[round(value * darkest)] for value in row).rstrip() for row in rows]


def _captioned(caption: str, lines: list[str]) -> list[str]:
    return [*textwrap.wrap(caption, WIDTH), *lines] if caption else lines


def _equation(equation: Equation) -> list[str]:
    left = formula_text(equation.left)
    indent = min(len(left), 24)
    lines = []
    for number, step in enumerate(equation.steps):
        head = left if number == 0 else " " * indent
        lines += _wrapped(f"{head} = {formula_text(step)}", indent + 3)
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    """Lines broken at spaces; where a product is too long for that, behind its dots too."""

    def wrap(words: str) -> list[str]:
        return textwrap.wrap(
            words,
            WIDTH,
            replace_whitespace=False,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=" " * indent,
        )

    # The words of a name stay together.
    text = re.sub(r"\[[^\]]*\]", lambda name: name.group().replace(" ", "\u00a0"), text)
    lines = [line.replace("\u00a0", " ") for line in wrap(text)]
    if max(len(line) for line in lines) <= WIDTH:
        return lines
    return [
        re.sub("· ", "·", line).replace("\u00a0", " ")
        for line in wrap(re.sub("·(?!10\\^)", "· ", text))
    ]


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return number_text(cell) if isinstance(cell, float | int) else formula_text(cell)


def _table(table: Table) -> list[str]:
    rows = [list(table.columns), *([_cell(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    right = [
        bool(table.rows) and all(isinstance(row[column], float | int) for row in table.rows)
        for column in range(len(table.columns))
    ]
    lines = [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def _bars(bars: Bars) -> list[str]:
    largest = max((abs(value) for _, values in bars.series for value in values), default=0.0)
    label_width = max((len(label) for label in bars.labels), default=0)
    name_width = max(len(name) for name, _ in bars.series)
    lines = []
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            size = abs(values[place]) / largest * BAR_WIDTH if largest else 0
            bar = ("█" if number == 0 else "░") * round(size) or ("▏" if values[place] else "")
            head = (label if number == 0 else "").ljust(label_width)
            value = number_text(values[place], 4)
            lines.append(f"{head}  {name.ljust(name_width)}  {bar} {value}".rstrip())
    return lines


def _curves(curves: Curves) -> list[str]:
    points = [(x, y) for curve in curves.curves for x, y in zip(curve.x, curve.y, strict=True)]
    if not points:
        return ["(no points)"]
    (left, right), (low, high) = (
        (min(values), max(values)) for values in zip(*points, strict=True)
    )
    grid = [[" "] * CURVE_WIDTH for _ in range(CURVE_HEIGHT)]
    for number, curve in enumerate(curves.curves):
        for x, y in zip(curve.x, curve.y, strict=True):
            column = round((x - left) / (right - left or 1) * (CURVE_WIDTH - 1))
            row = round((high - y) / (high - low or 1) * (CURVE_HEIGHT - 1))
            grid[row][column] = "●○▲△■□"[number % 6]
    edge = max(len(number_text(low, 3)), len(number_text(high, 3)))
    lines = [f"{curves.y_name}"]
    for row, cells in enumerate(grid):
        value = {0: number_text(high, 3), CURVE_HEIGHT - 1: number_text(low, 3)}.get(row, "")
        lines.append(f"{value.rjust(edge)} │{''.join(cells).rstrip()}")
    lines.append(f"{' ' * edge} └{'─' * CURVE_WIDTH}")
    ends = number_text(left, 4), number_text(right, 4)
    gap = CURVE_WIDTH - len(ends[0]) - len(ends[1])
    lines.append(f"{' ' * edge}  {ends[0]}{curves.x_name.center(gap)}{ends[1]}")
    lines.append("  ".join(f"{'●○▲△■□'[n % 6]} {c.name}" for n, c in enumerate(curves.curves)))
    return lines
