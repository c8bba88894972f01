"""The structure of written formulas, such as where parentheses go, shared by all formats.

Text, MathML and LaTeX each define how they write a number, a symbol, a fraction.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from glassnet.formula.number import NumberFormat, count_text
from glassnet.formula.tree import (
    Call,
    Formula,
    IversonBracket,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Remainder,
    Sum,
    Symbol,
)

__all__ = ["SIX_DIGITS", "FormulaWriter", "number_parts"]


SIX_DIGITS = NumberFormat()


class FormulaWriter(ABC):
    """Writes formulas in one format.

    Parameters
    ----------
    numbers : NumberFormat
        How numbers are written.
    """

    def __init__(self, numbers: NumberFormat = SIX_DIGITS) -> None:
        self.numbers = numbers

    def write(self, formula: Formula) -> str:
        """Return a formula in this format."""
        match formula:
            case Number():
                return self.number(*number_parts(self.number_text(formula)))
            case Symbol():
                return self.symbol(formula)
            case Partial(of, by):
                return self.partial(self.symbol(of), self.symbol(by))
            case Sum(terms):
                return self.sum(self.write(terms[0]), [self.signed(term) for term in terms[1:]])
            case Remainder(count, value):
                together = self.number_text(Number(value, formula.decimals))
                return self.words(f"(… and {count_text(count)} more, together {together})")
            case Product(factors):
                return self.product([self.factor(factor) for factor in factors])
            case Quotient(numerator, denominator):
                return self.quotient(numerator, denominator)
            case Power(base, exponent):
                return self.power(self.atom(base), exponent)
            case Negative(of):
                return self.negative(self.factor(of))
            case IversonBracket(argument):
                return self.iverson(self.write(argument))
            case Call("sqrt", (argument,)):
                return self.root(argument)
            case Call(function, arguments):
                return self.call(function, [self.write(argument) for argument in arguments])
        raise TypeError(f"{type(formula).__name__} is not a formula")

    def factor(self, formula: Formula) -> str:
        """Return a formula as it is written in a product."""
        text = self.write(formula)
        return self.parenthesised(text) if self._is_signed(formula) else text

    def atom(self, formula: Formula) -> str:
        """Return a formula as it is written under an exponent."""
        compound = isinstance(formula, Product | Quotient | Power | Partial)
        if isinstance(formula, Number):  # with a power of ten it is a product too
            compound = bool(number_parts(self.number_text(formula))[2])
        return self.parenthesised(self.write(formula)) if compound else self.factor(formula)

    def number_text(self, number: Number) -> str:
        """Return a number of a formula as text: a constant with its own digits."""
        return NumberFormat(self.numbers.digits).text(number.value, number.decimals)

    def value_text(self, value: float) -> str:
        """Return a number of a table as text."""
        return self.numbers.text(value)

    def signed(self, term: Formula) -> tuple[str, str]:
        """Return the sign between a sum and its next term, and the term."""
        sign, shown = ("−", term.of) if isinstance(term, Negative) else ("+", term)
        text = self.write(shown)
        return sign, self.parenthesised(text) if self._is_signed(shown) else text

    @abstractmethod
    def number(self, sign: str, mantissa: str, exponent: str) -> str:
        """Write a number."""

    @abstractmethod
    def symbol(self, symbol: Symbol) -> str:
        """Write a symbol with its layer and index."""

    @abstractmethod
    def partial(self, of: str, by: str) -> str:
        """Write a partial derivative."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Write words inside a formula."""

    @abstractmethod
    def sum(self, first: str, rest: Sequence[tuple[str, str]]) -> str:
        """Write a sum: its first term, then signs and terms."""

    @abstractmethod
    def product(self, factors: Sequence[str]) -> str:
        """Write a product."""

    @abstractmethod
    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        """Write a fraction."""

    @abstractmethod
    def power(self, base: str, exponent: Formula) -> str:
        """Write a power."""

    @abstractmethod
    def negative(self, of: str) -> str:
        """Write a negative."""

    @abstractmethod
    def iverson(self, argument: str) -> str:
        """Write 1 where the argument is above 0, else 0."""

    @abstractmethod
    def root(self, argument: Formula) -> str:
        """Write a square root."""

    @abstractmethod
    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write a named function of some arguments."""

    @abstractmethod
    def parenthesised(self, text: str) -> str:
        """Write text in parentheses."""

    def _is_signed(self, formula: Formula) -> bool:
        """Whether a formula needs parentheses after a sign: a sum, or a negative."""
        negative = isinstance(formula, Number) and self.number_text(formula).startswith("−")
        return negative or isinstance(formula, Sum | Negative)


def number_parts(text: str) -> tuple[str, str, str]:
    """Return the sign of a number ("−" or ""), its digits, and its power of ten or "".

    Examples
    --------
    >>> number_parts("−2.5·10^3")
    ('−', '2.5', '3')
    """
    sign = "−" if text.startswith("−") else ""
    mantissa, _, exponent = text.removeprefix("−").partition("·10^")
    return sign, mantissa, exponent
