"""A document as plain text, for terminals: at most 80 columns, readable when piped."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from glassnet.core.plural import counted
from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    DrawnLayer,
    DrawnUnit,
    Equation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula, Number, Symbol
from glassnet.render.format import Format
from glassnet.render.formula_writer import FormulaWriter
from glassnet.render.text_plots import curves_lines, regions_lines

__all__ = ["document_text", "formula_text"]

WIDTH = 80
MAX_NARROW = 12  # columns of a table are not made narrower than this
BAR_WIDTH = 30
INK = " ░▒▓█"


def document_text(document: Document) -> str:
    """Return a document as text."""
    title = textwrap.wrap(document.title, WIDTH)
    parts = [*title, "═" * max(len(line) for line in title), ""]
    writer = TextWriter(document.digits)
    for section in document.sections:
        parts += [*_section(section, writer), ""]
    return "\n".join(parts).rstrip() + "\n"


def formula_text(formula: Formula, digits: int | None = 6) -> str:
    """Return a formula in one line.

    Examples
    --------
    >>> w, y = Symbol("w", -0.5, layer=1, index="1,2"), Symbol("x", 3.0, index="1")
    >>> formula_text(w * y + 1)
    'w1[1,2]·x[1] + 1'
    >>> formula_text((w * y + 1).with_numbers())
    '(−0.5)·3 + 1'
    """
    return TextWriter(digits).write(formula)


class TextWriter(FormulaWriter):
    """Formulas in one line of text."""

    def number(self, sign: str, mantissa: str, exponent: str) -> str:
        """Write −2.5·10^3."""
        return f"{sign}{mantissa}·10^{exponent}" if exponent else f"{sign}{mantissa}"

    def symbol(self, symbol: Symbol) -> str:
        """Write w1[2,3]."""
        layer = "" if symbol.layer is None else str(symbol.layer)
        index = f"[{symbol.index}]" if symbol.index else ""
        return f"{symbol.letter}{layer}{index}"

    def partial(self, of: str, by: str) -> str:
        """Write ∂E/∂w."""
        return f"∂{of}/∂{by}"

    def words(self, text: str) -> str:
        """Write the words."""
        return text

    def sum(self, first: str, rest: Sequence[tuple[str, str]]) -> str:
        """Write a + b − c."""
        return first + "".join(f" {sign} {term}" for sign, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Write a·b."""
        return "·".join(factors)

    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        """Write a/b."""
        return f"{self.factor(numerator)}/{self.atom(denominator)}"

    def power(self, base: str, exponent: Formula) -> str:
        """Write a² or a^b."""
        return f"{base}²" if exponent == Number(2.0) else f"{base}^{self.atom(exponent)}"

    def negative(self, of: str) -> str:
        """Write −a."""
        return f"−{of}"

    def iverson(self, argument: str) -> str:
        """Write [a > 0]."""
        return f"[{argument} > 0]"

    def root(self, argument: Formula) -> str:
        """Write √a."""
        return f"√{self.atom(argument)}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write f(a, b)."""
        return f"{function}({', '.join(arguments)})"

    def parenthesised(self, text: str) -> str:
        """Write (a)."""
        return f"({text})"


def _section(section: Section, writer: TextWriter) -> list[str]:
    lines = [section.title, "─" * len(section.title)]
    for block in section.blocks:
        lines += _block(block, writer)
    return lines


def _block(block: Block, writer: TextWriter) -> list[str]:
    match block:
        case Paragraph(text):
            return [*textwrap.wrap(text, WIDTH), ""]
        case Equation():
            return [*_equation(block, writer), ""]
        case DocumentTable():
            return [*_captioned(block.caption, _table(block, writer)), ""]
        case Bars():
            return [*_captioned(block.caption, _bars(block, writer)), ""]
        case Curves():
            return [*_captioned(block.caption, curves_lines(block)), ""]
        case Drawing():
            return [*_captioned(block.caption, _drawing(block)), ""]
        case Regions():
            return [*_captioned(block.caption, regions_lines(block)), ""]
        case Picture(rows, caption):
            return [*_captioned(caption, _picture(rows)), ""]


def _drawing(drawing: Drawing) -> list[str]:
    """A line for each layer: its units with their values."""
    lines = []
    into = Counter(weight.layer for weight in drawing.weights)
    negative = Counter(weight.layer for weight in drawing.weights if weight.value < 0)
    for number, layer in enumerate(drawing.layers):
        if number:
            weights = counted(into[number], "weight")
            lines.append(f"  │ {weights} shown, {negative[number]} negative")
        units = [*(_drawn_unit(unit) for unit in layer.units), *_drawn_rest(layer)]
        if layer.image is not None:
            lines += _picture(layer.image.rows)
        head = f"{layer.title}  "
        text = head + "   ".join(unit.replace(" ", "\u00a0") for unit in units)
        wrapped = textwrap.wrap(text, WIDTH, subsequent_indent=" " * min(len(head), 24))
        lines += [line.replace("\u00a0", " ") for line in wrapped]
    return lines


def _drawn_unit(unit: DrawnUnit) -> str:
    if unit.output is None:
        return f"({unit.name})"
    came_in = "" if unit.net_input is None else f"in {number_text(unit.net_input, 3)} "
    return f"({unit.name}: {came_in}y {number_text(unit.output, 3)})"


def _drawn_rest(layer: DrawnLayer) -> list[str]:
    more = [f"… {layer.more:,} more"] if layer.more else []
    if layer.image is not None:
        more = [f"an image of {layer.more:,} inputs"]
    return [*more, "(bias: 1)"] if layer.has_bias else more


def _picture(rows: Sequence[Sequence[float]]) -> list[str]:
    """Two characters for each value, which together are about square; + and − if negative."""
    darkest = len(INK) - 1
    signed = any(value < 0 for row in rows for value in row)

    def ink(value: float) -> str:
        pair = 2 * INK[round(abs(value) * darkest)]
        return pair[0] + "+−"[value < 0] if signed and pair.strip() else pair

    return ["".join(map(ink, row)).rstrip() for row in rows]


def _captioned(caption: str, lines: list[str]) -> list[str]:
    return [*textwrap.wrap(caption, WIDTH), *lines] if caption else lines


def _equation(equation: Equation, writer: TextWriter) -> list[str]:
    left = writer.write(equation.left)
    indent = min(len(left), 24)
    lines = []
    for number, step in enumerate(equation.steps):
        head = left if number == 0 else " " * indent
        lines += _wrapped(f"{head} = {writer.write(step)}", indent + 3)
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    """Lines broken at spaces and, if a product is too long for that, after its dots too."""

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


def _cell(cell: Cell, writer: TextWriter) -> str:
    if isinstance(cell, str):
        return cell
    return writer.value_text(cell) if isinstance(cell, float | int) else writer.write(cell)


def _table(table: DocumentTable, writer: TextWriter) -> list[str]:
    rows = [list(table.columns), *([_cell(cell, writer) for cell in row] for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    right = table.numeric
    # If a table is too wide, its widest text column is broken into lines.
    words = [column for column, to_right in enumerate(right) if not to_right]
    too_wide = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if too_wide > 0 and words:
        widest = max(words, key=widths.__getitem__)
        widths[widest] = max(widths[widest] - too_wide, MAX_NARROW)
    first, *others = (_row(row, widths, right) for row in rows)
    rule = "  ".join("─" * width for width in widths)
    return [*first, rule, *(line for row in others for line in row)]


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """A row of a table, of as many lines as its longest cell needs."""
    cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    lines = []
    for parts in zip_longest(*cells, fillvalue=""):
        aligned = [
            part.rjust(width) if to_right else part.ljust(width)
            for part, width, to_right in zip(parts, widths, right, strict=True)
        ]
        lines.append("  ".join(aligned).rstrip())
    return lines


def _bars(bars: Bars, writer: TextWriter) -> list[str]:
    label_width = max((len(label) for label in bars.labels), default=0)
    name_width = max(len(name) for name, _ in bars.series)
    lines = []
    for place, label in enumerate(bars.labels):
        for number, (name, values) in enumerate(bars.series):
            size = round(bars.size(values[place]) * BAR_WIDTH)
            bar = ("█" if number == 0 else "░") * size or ("▏" if values[place] else "")
            head = (label if number == 0 else "").ljust(label_width)
            value = number_text(values[place], writer.digits and min(writer.digits, 4))
            lines.append(f"{head}  {name.ljust(name_width)}  {bar} {value}".rstrip())
    return lines


Format("text", document_text)
