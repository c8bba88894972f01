"""Formulas as MathML, which browsers render without a script."""

from collections.abc import Sequence
from html import escape

from glassnet.formula.document import Equation, MatrixEquation
from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Sum, Symbol
from glassnet.render.formula_writer import SIX_DIGITS, FormulaWriter, number_parts

__all__ = ["MathMLWriter", "equation_mathml", "formula_mathml", "matrix_equation_mathml"]


def formula_mathml(formula: Formula, numbers: NumberFormat = SIX_DIGITS) -> str:
    """Return a formula as a math element.

    Examples
    --------
    >>> formula_mathml(Symbol("x", 0.5, index="1"))
    '<math><msub><mi>x</mi><mtext>1</mtext></msub></math>'
    """
    return f"<math>{MathMLWriter(numbers).write(formula)}</math>"


def equation_mathml(equation: Equation, numbers: NumberFormat = SIX_DIGITS) -> str:
    """Return an equation as math elements that flow like words.

    Browsers do not break a math element into lines, so each step of an equation, and each term of
    a sum, is a separate element.
    """
    writer = MathMLWriter(numbers)
    left = f"<math>{writer.write(equation.left)}</math>"
    steps = [_pieces(step, writer) for step in equation.all_steps]
    if equation.exact is not None:
        exact = escape(SIX_DIGITS.text(equation.exact))
        steps.append(f'<span class="exact">(exactly {exact})</span>')
    return f'<div class="equation">{left} {" ".join(steps)}</div>'


def matrix_equation_mathml(equation: MatrixEquation, numbers: NumberFormat = SIX_DIGITS) -> str:
    """Return matrices with the signs between them: a line with their names, one with numbers."""
    writer = MathMLWriter(numbers)
    names, filled = [], []
    for sign, matrix in equation.parts:
        operator = f'<mo form="infix">{escape(sign)}</mo>' if sign else ""
        names.append(operator + writer.write(matrix.name))
        rows = "".join(_row(row, writer) for row in matrix.number_texts(numbers))
        filled.append(f"{operator}<mrow><mo>(</mo><mtable>{rows}</mtable><mo>)</mo></mrow>")
    lines = (f"<math>{''.join(parts)}</math>" for parts in (names, filled))
    return f'<div class="equation">{"<br>".join(lines)}</div>'


def _row(texts: Sequence[str], writer: "MathMLWriter") -> str:
    cells = (f"<mtd>{writer.number(*number_parts(text))}</mtd>" for text in texts)
    return f"<mtr>{''.join(cells)}</mtr>"


def _pieces(step: Formula, writer: "MathMLWriter") -> str:
    first, *rest = step.terms if isinstance(step, Sum) else (step,)
    signed = [("=", writer.write(first)), *(writer.signed(term) for term in rest)]
    # At the start of an element, an operator would be set as a prefix, without spaces.
    pieces = [f'<math><mo form="infix">{sign}</mo>{inner}</math>' for sign, inner in signed]
    return " ".join(pieces)


class MathMLWriter(FormulaWriter):
    """Formulas as the content of a math element."""

    def number(self, sign: str, mantissa: str, exponent: str) -> str:
        """Write the number, its power of ten raised."""
        minus = '<mo form="prefix">−</mo>' if sign else ""
        if not exponent:
            return f"{minus}<mn>{mantissa}</mn>"
        power = f"<msup><mn>10</mn><mn>{exponent}</mn></msup>"
        return f"{minus}<mn>{mantissa}</mn>{_operator('·')}{power}"

    def symbol(self, symbol: Symbol) -> str:
        """Write the index as subscript, the layer as superscript in parentheses."""
        tag = "mi" if len(symbol.letter) <= 2 else "mtext"
        base = f"<{tag}>{escape(symbol.letter)}</{tag}>"
        index = f"<mtext>{escape(symbol.index)}</mtext>"
        layer = f"{_fence('(')}<mn>{symbol.layer}</mn>{_fence(')')}"
        match symbol.layer, symbol.index:
            case None, "":
                return base
            case None, _:
                return f"<msub>{base}{index}</msub>"
            case _, "":
                return f"<msup>{base}{_group(layer)}</msup>"
        return f"<msubsup>{base}{index}{_group(layer)}</msubsup>"

    def partial(self, of: str, by: str) -> str:
        """Write a fraction with ∂ above and below."""
        return f"<mfrac>{_group(f'<mi>∂</mi>{of}')}{_group(f'<mi>∂</mi>{by}')}</mfrac>"

    def words(self, text: str) -> str:
        """Write the words."""
        return f"<mtext>{escape(text)}</mtext>"

    def sum(self, first: str, rest: Sequence[tuple[str, str]]) -> str:
        """Write the terms with their signs between."""
        return first + "".join(f"{_operator(sign)}{term}" for sign, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Write the factors with dots between."""
        return _operator("·").join(factors)

    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        """Write a fraction."""
        above, below = _group(self.write(numerator)), _group(self.write(denominator))
        return f"<mfrac>{above}{below}</mfrac>"

    def power(self, base: str, exponent: Formula) -> str:
        """Write the exponent as superscript."""
        return f"<msup>{_group(base)}{_group(self.write(exponent))}</msup>"

    def negative(self, of: str) -> str:
        """Write a leading minus."""
        return f'<mo form="prefix">−</mo>{of}'

    def iverson(self, argument: str) -> str:
        """Write [a > 0]."""
        return f"{_fence('[')}{argument}{_operator('&gt;')}<mn>0</mn>{_fence(']')}"

    def root(self, argument: Formula) -> str:
        """Write a root sign."""
        return f"<msqrt>{self.write(argument)}</msqrt>"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write f(a, b)."""
        inner = "<mo>,</mo>".join(arguments)
        return f"<mi>{function}</mi>{_fence('(')}{inner}{_fence(')')}"

    def parenthesised(self, text: str) -> str:
        """Write (a)."""
        return f"{_fence('(')}{text}{_fence(')')}"


def _operator(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _fence(sign: str) -> str:
    # A bare parenthesis would stretch to the height of its row.
    return f'<mo stretchy="false">{sign}</mo>'


def _group(row: str) -> str:
    return f"<mrow>{row}</mrow>"
