"""Formulas and words in TeX."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import cycle

from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Symbol
from glassnet.render.formula_writer import SIX_DIGITS, FormulaWriter

__all__ = ["TeXWriter", "formula_tex", "signs_tex", "words_tex"]

# A sum may break at its signs; a product only as a last resort.
CDOT = r" \cdot\penalty9000 "
LAST_BREAK = r"\penalty3000{}"  # in a long word, where no line can hold it

LETTERS = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Upsilon Phi Psi Omega"
)
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΥΦΨΩ", LETTERS.split(), strict=True))

# Characters that are commands in TeX's mathematics.
MATHEMATICS = {
    **{letter: rf"\{name} " for letter, name in GREEK.items()},
    "∂": r"\partial ",
    "Σ": r"\textstyle\sum ",
    "→": r"\to ",
    "←": r"\gets ",
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
    "✓": r"\checkmark ",
    "✗": r"\times ",
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
}
HEIGHTS = {"<super>": "^", "<sub>": "_"}  # as Unicode says of ⁵ and ₖ
IN_FONT = ({chr(code) for code in range(0xA1, 0x17F)} | set("ȘșȚț‘’“”„‚†‡•‰€—")) - set("ĦħĸĿŀŉŦŧ")
UNKNOWN = "U+{:04X}"
LONG_WORD, LONG_INDEX = 20, 30  # characters
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
        plain = symbol.letter.removesuffix("ᵀ")
        above = f"({symbol.layer})" if symbol.layer is not None else ""
        if plain != symbol.letter:  # a letter bears one superscript
            above += r"\top"
        index = f"_{{{_index(symbol.index)}}}" if symbol.index else ""
        letter = _letter(plain)
        base = f"{{{letter}}}" if "_" in letter else letter  # β₁ has an index of its own
        return f"{base}{index}^{{{above}}}" if above else f"{base}{index}"

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
        # What stands in braces is not broken into lines.
        braced = base if base.startswith("(") else f"{{{base}}}"
        return f"{braced}^{{{self.write(exponent)}}}"

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
        written = name or rf"\operatorname{{{words_tex(function)}}}"
        return f"{written}({', '.join(arguments)})"

    def parenthesised(self, text: str) -> str:
        """Write (a)."""
        return f"({text})"


def _letter(letter: str) -> str:
    """A symbol's letter: mathematics if it is short, text if it is a word."""
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) == 2 and decomposed[1] == "\N{COMBINING CIRCUMFLEX ACCENT}":
        return rf"\hat{{{_letter(decomposed[0])}}}"
    if len(letter) <= 2 and not letter.isascii() and all(map(_is_mathematics, letter)):
        return "".join(MATHEMATICS.get(character, character) for character in letter).strip()
    if len(letter) == 1 and _is_mathematics(letter):
        return letter
    words, _, last = letter.rpartition(" ")
    if words:  # new w
        return rf"\text{{{words_tex(words)} }}{_letter(last)}"
    return rf"\text{{{words_tex(letter)}}}"


def _is_mathematics(character: str) -> bool:
    return character in MATHEMATICS or (character.isascii() and character.isalnum())


def _index(index: str) -> str:
    if index.replace(",", "").isdecimal() and index.isascii():
        return index
    if len(index) > LONG_INDEX:
        return rf"\parbox[t]{{35mm}}{{\scriptsize\raggedright {words_tex(index, 8)}}}"
    return rf"\text{{{words_tex(index)}}}"


def signs_tex(signs: str) -> str:
    """Return signs such as · and = as they are written in math mode."""
    return "".join(MATHEMATICS.get(sign, sign) for sign in signs)


def words_tex(words: str, longest: int = LONG_WORD) -> str:
    """Return text with special characters, and those that TeX's fonts lack, as commands.

    A word of more characters than `longest` is broken where it does not fit on a line.
    """
    text = unicodedata.normalize("NFC", words)
    # 7.5·10^−5 is written with an exponent.
    parts = re.split(r"(?<=·10)\^(−?\d+)", text)
    return "".join(
        f"$^{{{signs_tex(part)}}}$" if odd else _breakable(part, longest)
        for part, odd in zip(parts, cycle((False, True)), strict=False)
    )


def _breakable(words: str, longest: int) -> str:
    written = []
    length = 0  # of the word so far, without a place to break it
    for character in words:
        text = _character(character)
        size = longest if text.startswith(r"\texttt") else 1
        if length + size > longest:
            written.append(LAST_BREAK)
            length = 0
        written.append(text)
        length = 0 if character.isspace() else length + size
        if length >= longest / 2 and not character.isalnum():
            written.append(LAST_BREAK)
            length = 0
    return "".join(written)


def _character(character: str) -> str:
    if character in TEXT:
        return TEXT[character]
    if character in MATHEMATICS:
        return f"${MATHEMATICS[character]}$"
    if character.isascii():
        return character if character.isprintable() else " "
    # pdfTeX stops at characters that its fonts do not have.
    if character in IN_FONT:
        return character
    kind, _, code = unicodedata.decomposition(character).partition(" ")
    if kind in HEIGHTS and " " not in code:
        return f"${HEIGHTS[kind]}{{{signs_tex(chr(int(code, 16)))}}}$"
    return rf"\texttt{{{UNKNOWN.format(ord(character))}}}"
