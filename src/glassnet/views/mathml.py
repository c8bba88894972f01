"""Formulas as MathML, which browsers render without a script."""

from collections.abc import Sequence
from html import escape

from glassnet.formula.document import Equation
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

__all__ = ["equation_mathml", "formula_mathml"]


def formula_mathml(formula: Formula) -> str:
    """Return a formula as a math element.

    Examples
    --------
    >>> formula_mathml(Symbol("x", 0.5, index="1"))
    '<math><msub><mi>x</mi><mtext>1</mtext></msub></math>'
    """
    return f"<math>{_row(formula)}</math>"


def equation_mathml(equation: Equation) -> str:
    """Return an equation as lines of math elements, one for each step.

    Browsers do not break a math element into lines, so each term of a sum is one of its own.
    """
    left = f'<span class="left"><math displaystyle="true">{_row(equation.left)}</math></span>'
    steps = "".join(f'<span class="step">{_pieces(step)}</span>' for step in equation.steps)
    return f'<div class="equation">{left}<span class="steps">{steps}</span></div>'


def _pieces(step: Formula) -> str:
    terms = step.terms if isinstance(step, Sum) else (step,)
    pieces = []
    for number, term in enumerate(terms):
        sign, shown = _signed(term) if number else ("", term)
        inner = _parenthesised(shown) if number and _needs_parentheses(shown) else _row(shown)
        # At the start of its element an operator would be taken for a prefix, without its spaces.
        operator = f'<mo form="infix">{sign or "="}</mo>'
        pieces.append(f'<math displaystyle="true">{operator}{inner}</math>')
    return " ".join(pieces)


def _row(formula: Formula) -> str:
    match formula:
        case Number(value):
            return _number(value)
        case Symbol():
            return _symbol(formula)
        case Partial(of, by):
            return f"<mfrac>{_group(_d(of))}{_group(_d(by))}</mfrac>"
        case Sum(terms):
            return _sum(terms)
        case Remainder(count, value):
            text = f"(… and {count:,} more, together {number_text(value)})"
            return f"<mtext>{text}</mtext>"
        case Product(factors):
            return _operator("·").join(_factor(factor) for factor in factors)
        case Quotient(numerator, denominator):
            return f"<mfrac>{_group(_row(numerator))}{_group(_row(denominator))}</mfrac>"
        case Power(base, exponent):
            return f"<msup>{_group(_atom(base))}{_group(_row(exponent))}</msup>"
        case Negative(of):
            return f'<mo form="prefix">−</mo>{_factor(of)}'
        case Positive(argument):
            return f"{_fence('[')}{_row(argument)}{_operator('&gt;')}<mn>0</mn>{_fence(']')}"
        case Call("sqrt", (argument,)):
            return f"<msqrt>{_row(argument)}</msqrt>"
        case Call(function, arguments):
            inner = "<mo>,</mo>".join(_row(argument) for argument in arguments)
            return f"<mi>{function}</mi>{_fence('(')}{inner}{_fence(')')}"
    raise TypeError(f"{type(formula).__name__} is no formula")


def _number(value: float) -> str:
    text = number_text(value)
    sign = '<mo form="prefix">−</mo>' if text.startswith("−") else ""
    mantissa, _, exponent = text.removeprefix("−").partition("·10^")
    if not exponent:
        return f"{sign}<mn>{mantissa}</mn>"
    power = f"<msup><mn>10</mn><mn>{exponent}</mn></msup>"
    return f"{sign}<mn>{mantissa}</mn>{_operator('·')}{power}"


def _symbol(symbol: Symbol) -> str:
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


def _d(of: Formula) -> str:
    return f"<mi>∂</mi>{_row(of)}"


def _sum(terms: Sequence[Formula]) -> str:
    row = _row(terms[0])
    for term in terms[1:]:
        sign, shown = _signed(term)
        inner = _parenthesised(shown) if _needs_parentheses(shown) else _row(shown)
        row += _operator(sign) + inner
    return row


def _signed(term: Formula) -> tuple[str, Formula]:
    return ("−", term.of) if isinstance(term, Negative) else ("+", term)


def _starts_negative(formula: Formula) -> bool:
    return isinstance(formula, Number) and number_text(formula.value).startswith("−")


def _needs_parentheses(formula: Formula) -> bool:
    return isinstance(formula, Sum | Negative) or _starts_negative(formula)


def _factor(formula: Formula) -> str:
    return _parenthesised(formula) if _needs_parentheses(formula) else _row(formula)


def _atom(formula: Formula) -> str:
    compound = isinstance(formula, Product | Quotient | Power | Partial)
    return _parenthesised(formula) if compound else _factor(formula)


def _parenthesised(formula: Formula) -> str:
    return f"{_fence('(')}{_row(formula)}{_fence(')')}"


def _operator(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _fence(sign: str) -> str:
    # A bare parenthesis would stretch to the height of its row.
    return f'<mo stretchy="false">{sign}</mo>'


def _group(row: str) -> str:
    return f"<mrow>{row}</mrow>"
