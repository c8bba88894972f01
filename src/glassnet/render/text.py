"""A document as plain text, for terminals: at most 80 columns, readable when piped."""

import re
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from glassnet.formula.document import (
    Bars,
    Block,
    Command,
    Curves,
    Document,
    DocumentTable,
    Drawing,
    DrawnLayer,
    DrawnUnit,
    Equation,
    Heading,
    Matrices,
    MatrixEquation,
    Paragraph,
    Picture,
    Regions,
    Section,
)
from glassnet.formula.number import NumberFormat, number_text
from glassnet.formula.tree import Formula, Number, Symbol
from glassnet.render.format import Format
from glassnet.render.formula_writer import SIX_DIGITS, FormulaWriter
from glassnet.render.text_matrices import cell_text, matrices_text, matrix_equation_text
from glassnet.render.text_plots import curves_lines, regions_lines

__all__ = ["document_text", "formula_text"]

WIDTH = 80
MAX_NARROW = 12  # columns of a table are not made narrower than this
BAR_WIDTH = 30
DEEPEST_INDENT = 24  # of the steps of an equation
INK = " ░▒▓█"
SIGNED_SMALL, SIGNED_LARGE = 0.1, 0.5


def document_text(document: Document) -> str:
    """Return a document as text."""
    first, *further = textwrap.wrap(document.title, WIDTH - 6)
    parts = [f"══ {first} ".ljust(WIDTH, "═"), *(f"   {line}" for line in further)]
    writer = TextWriter(document.numbers)
    writer.has_room = document.story == document.sections
    gap = [""] if writer.has_room else []
    for section in document.story:
        parts += [*gap, *_section(section, writer)]
    if document.unfold and not writer.has_room:
        parts += textwrap.wrap(document.unfold, WIDTH)
    return "\n".join(parts).rstrip() + "\n"


def formula_text(formula: Formula, numbers: NumberFormat = SIX_DIGITS) -> str:
    """Return a formula in one line.

    Examples
    --------
    >>> w, y = Symbol("w", -0.5, layer=1, index="1,2"), Symbol("x", 3.0, index="1")
    >>> formula_text(w * y + 1)
    'w1[1,2]·x[1] + 1'
    >>> formula_text((w * y + 1).with_numbers())
    '(−0.5)·3 + 1'
    """
    return TextWriter(numbers).write(formula)


class TextWriter(FormulaWriter):
    """Formulas in one line of text.

    Attributes
    ----------
    has_room : bool
        Whether lines do not have to be saved, as in the short form of a page.
    """

    has_room = True

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
    lines = [f"── {section.title} ".ljust(WIDTH, "─")] if section.title else []
    for block, before in zip(section.blocks, (None, *section.blocks), strict=False):
        if before and writer.has_room and not _belong_together(before, block):
            lines.append("")
        lines += _block(block, writer)
    return lines


def _belong_together(above: Block, below: Block) -> bool:
    """Whether no blank line stands between two blocks."""
    introduces = isinstance(above, Paragraph) and above.text.endswith(":")
    alike = isinstance(above, Equation | Matrices | Command) and type(above) is type(below)
    return introduces or alike


def _block(block: Block, writer: TextWriter) -> list[str]:
    match block:
        case Paragraph(text):
            return textwrap.wrap(text, WIDTH)
        case Command(text):
            return [text]
        case Heading(text):
            return [f"─ {text}"]
        case Equation():
            return _equation(block, writer)
        case DocumentTable():
            return _captioned(block.caption, _table(block, writer))
        case Matrices():
            return _captioned(block.caption, matrices_text(block, writer, WIDTH))
        case MatrixEquation():
            return matrix_equation_text(block, writer, WIDTH)
        case Bars():
            return _captioned(block.caption, _bars(block, writer))
        case Curves():
            return _captioned(block.caption, curves_lines(block))
        case Drawing():
            return _drawing(block, writer)
        case Regions():
            return _captioned(block.caption, regions_lines(block))
        case Picture(rows, caption, signed):
            return _captioned(caption, _signed_picture(rows) if signed else _picture(rows))


def _drawing(drawing: Drawing, writer: TextWriter) -> list[str]:
    """A line for each layer: its units with their outputs; in the short form, only the names."""
    if not writer.has_room:
        layers = [_in_short(layer, number) for number, layer in enumerate(drawing.layers)]
        return textwrap.wrap(" → ".join(layers), WIDTH)
    width = max(len(layer.title) for layer in drawing.layers)
    lines = []
    for layer in drawing.layers:
        units = [*(_drawn_unit(unit) for unit in layer.units), *_drawn_rest(layer)]
        if layer.image is not None:
            lines += _picture(layer.image.rows)
        text = f"{layer.title.ljust(width)}  " + "  ".join(
            unit.replace(" ", "\u00a0") for unit in units
        )
        wrapped = textwrap.wrap(text, WIDTH, subsequent_indent=" " * (width + 2))
        lines += [line.replace("\u00a0", " ") for line in wrapped]
    return lines


def _in_short(layer: DrawnLayer, number: int) -> str:
    names = ", ".join(unit.name for unit in layer.units)
    more = f", … {layer.more:,} more" if layer.more else ""
    kind = f" ({layer.title.partition(': ')[2]})" if number else ""
    return f"{names}{more}{kind}"


def _drawn_unit(unit: DrawnUnit) -> str:
    return unit.name if unit.output is None else f"{unit.name}: {number_text(unit.output, 3)}"


def _drawn_rest(layer: DrawnLayer) -> list[str]:
    more = [f"… {layer.more:,} more"] if layer.more else []
    if layer.image is not None:
        more = [f"an image of {layer.more:,} inputs"]
    return [*more, "bias: 1"] if layer.has_bias else more


def _picture(rows: Sequence[Sequence[float]]) -> list[str]:
    """Two characters for each value, which together are about square; + and − if negative."""
    darkest = len(INK) - 1
    signed = any(value < 0 for row in rows for value in row)

    def ink(value: float) -> str:
        pair = 2 * INK[round(abs(value) * darkest)]
        return pair[0] + "+−"[value < 0] if signed and pair.strip() else pair

    return ["".join(map(ink, row)).rstrip() for row in rows]


def _signed_picture(rows: Sequence[Sequence[float]]) -> list[str]:
    """Two characters for each value: + and # for positive ones, - and = for negative ones."""
    lines = ["".join(2 * _sign(value) for value in row).rstrip() for row in rows]
    return [*lines, "(+ small, # large: positive; - small, = large: negative)"]


def _sign(value: float) -> str:
    if abs(value) < SIGNED_SMALL:
        return " "
    small, large = "+#" if value > 0 else "-="
    return small if abs(value) < SIGNED_LARGE else large


def _captioned(caption: str, lines: list[str]) -> list[str]:
    return [*textwrap.wrap(caption, WIDTH), *lines] if caption else lines


def _equation(equation: Equation, writer: TextWriter) -> list[str]:
    """One line if it fits; otherwise the symbols, then as many steps on a line as fit.

    Where lines are saved, what is worked out in part is left out if it takes a line.
    """
    whole = _steps(equation, equation.all_steps, writer)
    if writer.has_room or equation.between is None:
        return whole
    shorter = _steps(equation, equation.shown, writer)
    return shorter if len(shorter) < len(whole) else whole


def _steps(equation: Equation, formulas: Sequence[Formula], writer: TextWriter) -> list[str]:
    left = writer.write(equation.left)
    steps = [f"= {writer.write(step)}" for step in formulas]
    if equation.exact is not None:
        steps[-1] += f" (exactly {SIX_DIGITS.text(equation.exact)})"
    whole = " ".join([left, *steps])
    if len(whole) <= WIDTH:
        return [whole]
    indent = min(len(left), DEEPEST_INDENT) + 1
    lines = [f"{left} {steps[0]}"]
    for step in steps[1:]:
        together = f"{lines[-1]} {step}"
        if len(lines) > 1 and len(together) <= WIDTH:
            lines[-1] = together
        else:
            lines.append(" " * indent + step)
    return [part for line in lines for part in _wrapped(line, indent + 2)]


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


def _table(table: DocumentTable, writer: TextWriter) -> list[str]:
    numbers = table.number_texts(writer.numbers)
    rows = [list(table.columns)]
    for row, texts in zip(table.rows, numbers, strict=True):
        cells = zip(row, texts, strict=True)
        rows.append([cell_text(cell, writer) if text is None else text for cell, text in cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    right = table.numeric
    # If a table is too wide, its widest text column is broken into lines, then the next one.
    words = [column for column, to_right in enumerate(right) if not to_right]
    too_wide = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    for widest in sorted(words, key=widths.__getitem__, reverse=True):
        narrower = max(widths[widest] - max(too_wide, 0), min(widths[widest], MAX_NARROW))
        too_wide -= widths[widest] - narrower
        widths[widest] = narrower
    first, *others = (_row(row, widths, right) for row in rows)
    rule = ["  ".join("─" * width for width in widths)] if writer.has_room else []
    return [*first, *rule, *(line for row in others for line in row)]


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
            value = writer.numbers.short().text(values[place])
            lines.append(f"{head}  {name.ljust(name_width)}  {bar} {value}".rstrip())
    return lines


Format("text", document_text)
