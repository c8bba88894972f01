"""Formulas and words in TeX."""

import unicodedata
from collections.abc import Sequence

from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Symbol
from glassnet.render.formula_writer import SIX_DIGITS, FormulaWriter

__all__ = ["TeXWriter", "formula_tex", "signs_tex", "words_tex"]

# A sum may break at its signs; a product only as a last resort.
CDOT = r" \cdot\penalty9000 "

# Characters that are commands in TeX's mathematics.
MATHEMATICS = {
    "∂": r"\partial ",
    "α": r"\alpha ",
    "β": r"\beta ",
    "δ": r"\delta ",
    "ε": r"\varepsilon ",
    "κ": r"\kappa ",
    "λ": r"\lambda ",
    "μ": r"\mu ",
    "ρ": r"\rho ",
    "σ": r"\sigma ",
    "Σ": r"\textstyle\sum ",
    "Φ": r"\Phi ",
    "→": r"\to ",
    "−": "-",
    "·": r"\cdot ",
    "×": r"\times ",
    "∘": r"\circ ",
    "≠": r"\neq ",
    "≤": r"\leq ",
    "≥": r"\geq ",
    "∞": r"\infty ",
    "√": r"\surd ",
    "′": "'",
    "ᵀ": r"^{\top}",
    "₁": "_1",
    "₂": "_2",
    "²": "^2",
    "½": r"\tfrac12 ",
}
TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "…": r"\ldots{}",
    "–": "--",
    "ₖ": "$_k$",
}
FUNCTIONS = {name: rf"\{name}" for name in ("exp", "ln", "tanh", "max", "min", "sin", "cos")}


def formula_tex(formula: Formula, numbers: NumberFormat = SIX_DIGITS) -> str:
    r"""Return a formula in TeX's math mode.

    Examples
    --------
    >>> w, y = Symbol("w", -0.5, layer=1, index="1,2"), Symbol("y", 3.0, index="1")
    >>> formula_tex(w / y + 1)
    '\\frac{w_{1,2}^{(1)}}{y_{1}} + 1'
    """
    return TeXWriter(numbers).write(formula)


class TeXWriter(FormulaWriter):
    """Formulas in TeX's math mode."""

    def number(self, sign: str, mantissa: str, exponent: str) -> str:
        """Write −2.5 · 10³."""
        power = f" \\cdot 10^{{{exponent.replace('−', '-')}}}" if exponent else ""
        return f"{'-' if sign else ''}{mantissa.replace('∞', chr(92) + 'infty ')}{power}"

    def symbol(self, symbol: Symbol) -> str:
        """Write the index as subscript, the layer as superscript in parentheses."""
        index = f"_{{{_index(symbol.index)}}}" if symbol.index else ""
        layer = f"^{{({symbol.layer})}}" if symbol.layer is not None else ""
        letter = _letter(symbol.letter)
        base = f"{{{letter}}}" if "_" in letter else letter  # β₁ has an index of its own
        return f"{base}{index}{layer}"

    def partial(self, of: str, by: str) -> str:
        """Write a fraction with ∂ above and below."""
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def words(self, text: str) -> str:
        """Write the words."""
        return rf"\text{{{words_tex(text)}}}"

    def sum(self, first: str, rest: Sequence[tuple[str, str]]) -> str:
        """Write the terms with their signs between."""
        return first + "".join(f" {'-' if sign == '−' else sign} {term}" for sign, term in rest)

    def product(self, factors: Sequence[str]) -> str:
        """Write the factors with dots between."""
        return CDOT.join(factors)

    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        """Write a fraction."""
        return rf"\frac{{{self.write(numerator)}}}{{{self.write(denominator)}}}"

    def power(self, base: str, exponent: Formula) -> str:
        """Write the exponent as superscript."""
        return f"{{{base}}}^{{{self.write(exponent)}}}"

    def negative(self, of: str) -> str:
        """Write a leading minus."""
        return f"-{of}"

    def iverson(self, argument: str) -> str:
        """Write [a > 0]."""
        return f"[{argument} > 0]"

    def root(self, argument: Formula) -> str:
        """Write a root sign over it."""
        return rf"\sqrt{{{self.write(argument)}}}"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write f(a, b)."""
        name = FUNCTIONS.get(function) or MATHEMATICS.get(function)
        written = name or rf"\operatorname{{{function}}}"
        return f"{written}({', '.join(arguments)})"

    def parenthesised(self, text: str) -> str:
        """Write (a)."""
        return f"({text})"


def _letter(letter: str) -> str:
    """A symbol's letter: mathematics if it is short, text if it is a word."""
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) == 2 and decomposed[1] == "\N{COMBINING CIRCUMFLEX ACCENT}":
        return rf"\hat{{{decomposed[0]}}}"
    if len(letter) <= 2 and not letter.isascii():
        return "".join(MATHEMATICS.get(character, character) for character in letter).strip()
    if len(letter) == 1:
        return letter
    return rf"\text{{{words_tex(letter)}}}"


def _index(index: str) -> str:
    numbers = index.replace(",", "").isdecimal() and index.isascii()
    return index if numbers else rf"\text{{{words_tex(index)}}}"


def signs_tex(signs: str) -> str:
    """Return signs such as · and = as they are written in math mode."""
    return "".join(MATHEMATICS.get(sign, sign) for sign in signs)


def words_tex(words: str) -> str:
    """Return text with special characters, and those that TeX's fonts lack, as commands."""
    return "".join(_character(character) for character in words)


def _character(character: str) -> str:
    if character in TEXT:
        return TEXT[character]
    if character in MATHEMATICS:
        return f"${MATHEMATICS[character]}$"
    if character.isascii():
        return character if character.isprintable() else " "
    # pdfTeX stops at characters that its fonts do not have.
    latin = "\u00a1" <= character <= "\u017e"
    return character if latin else rf"\texttt{{U+{ord(character):04X}}}"
