"""Formulas in the language of spreadsheets, with cells in place of symbols.

A spreadsheet has no infinity: what would overflow is an error there. exp(x) therefore is
``EXP(MIN(700,x))``, whose value is as good as infinite, and ln(1 + exp(x)) is written such that it
neither overflows nor loses the digits of a small exp(x). In a spreadsheet −x^2 is (−x)², hence the
parentheses of negatives.
"""

from collections.abc import Sequence
from itertools import pairwise

from glassnet.explanation.spreadsheet.cells import Cell, Cells, column_letters
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
    Sum,
    Symbol,
    exp,
)

__all__ = ["LARGEST_EXPONENT", "CellFormula", "computed_as", "in_symbols", "where_positive"]

#: exp of more may overflow, in a sum with others.
LARGEST_EXPONENT = 700.0
#: Longer sums are written by ranges of cells.
FEW = 4
#: In symbols, longer sums are shortened.
MOST_SHOWN = 5
NAMES = {"exp": "EXP", "ln": "LN", "Φ": "NORMSDIST"}


def where_positive(condition: Formula, positive: Formula, otherwise: Formula) -> Formula:
    """Return the second formula where the first is above 0, else the third."""
    return Call("where positive", (condition, positive, otherwise))


def computed_as(in_cell: Formula, shown: Formula) -> Formula:
    """Return a formula that stands in a cell in one form, and in symbols in another."""
    return Call("computed as", (in_cell, shown))


def in_symbols(formula: Formula) -> Formula:
    """Return a formula as it is shown in symbols: in the usual form, long sums shortened."""
    match formula:
        case Symbol() | Partial():
            return formula
        case Call("computed as", (_, shown)):
            return in_symbols(shown)
        case Sum(terms) if len(terms) > MOST_SHOWN:
            few = [*terms[: MOST_SHOWN - 2], Symbol("…", 0.0), terms[-1]]
            return Sum(tuple(map(in_symbols, few)))
    return formula.mapped(in_symbols)


class CellFormula:
    """Writes formulas for one column of one sheet.

    Parameters
    ----------
    cells : Cells
        Where the quantities stand.
    sheet : str
        The sheet that the formula is for.
    example : int
        Which example's cells it refers to, counted from 0.

    Examples
    --------
    >>> cells, w, x = Cells(), Symbol("w", 0.5), Symbol("x", 3.0)
    >>> cells.put(w, Cell("Network", 7, 3))
    >>> cells.put(x, Cell("Forward", 4, 3, by_example=True))
    >>> CellFormula(cells, "Forward", 1).write(-(w * x) ** 2)
    '-((Network!$C$7*D4)^2)'
    """

    def __init__(self, cells: Cells, sheet: str, example: int = 0) -> None:
        self.cells, self.sheet, self.example = cells, sheet, example

    def write(self, formula: Formula) -> str:
        """Return a formula, without the sign = before it."""
        cell = self._cell(formula)
        if cell is not None:
            return self.reference(cell)
        match formula:
            case Number(value):
                return self.number(value)
            case Sum(terms):
                return self._sum(terms)
            case Product(factors):
                counting = [factor for factor in factors if factor != Number(1.0)]
                return "*".join(map(self._factor, counting or factors))
            case Quotient(numerator, denominator):
                return f"{self._factor(numerator)}/{self._atom(denominator)}"
            case Power(base, exponent):
                return f"{self._atom(base)}^{self._atom(exponent)}"
            case Negative(of):
                return f"-{self._atom(of)}"
            case IversonBracket(argument):
                return f"IF({self.write(argument)}>0,1,0)"
            case Call(function, arguments):
                return self._call(function, arguments)
        raise AssertionError(f"{formula!r} has no cell")

    @staticmethod
    def number(value: float) -> str:
        """Return a number with all its digits."""
        return repr(value).removesuffix(".0").upper()

    def reference(self, cell: Cell) -> str:
        """Return the name of a cell, of this example."""
        column = column_letters(cell.column + (self.example if cell.by_example else 0))
        if cell.sheet == self.sheet:
            return f"{column}{cell.row}"
        if cell.by_example:
            return f"{cell.sheet}!{column}{cell.row}"
        return f"{cell.sheet}!${column}${cell.row}"

    def range(self, first: Cell, last: Cell) -> str:
        """Return the name of the cells from one to another."""
        if first == last:
            return self.reference(first)
        return f"{self.reference(first)}:{self.reference(last).rpartition('!')[2]}"

    def _cell(self, formula: Formula) -> Cell | None:
        """The cell of a quantity, or of a term that has its own, such as 1 − y."""
        short = isinstance(formula, Sum) and len(formula.terms) == 2
        named = isinstance(formula, Symbol | Partial | Call)
        return self.cells.find(formula) if short or named else None

    def _factor(self, formula: Formula) -> str:
        text = self.write(formula)
        return f"({text})" if self._is_signed(formula) else text

    def _atom(self, formula: Formula) -> str:
        text = self.write(formula)
        compound = isinstance(formula, Product | Quotient | Power) or self._is_signed(formula)
        return f"({text})" if compound else text

    def _is_signed(self, formula: Formula) -> bool:
        if isinstance(formula, Number):
            return formula.value < 0
        return isinstance(formula, Sum | Negative) and self._cell(formula) is None

    def _sum(self, terms: Sequence[Formula]) -> str:
        difference = self._difference_to_target(terms)
        if difference:
            return difference
        parts: list[str] = []
        for run in self._runs(terms):
            text = self._range_sum(run)
            parts += [text] if text else [self._signed(term) for term in run]
        return "".join(parts).removeprefix("+")

    def _signed(self, term: Formula) -> str:
        if isinstance(term, Negative):
            return f"-{self._factor(term.of)}"
        return f"+{self._factor(term)}"

    def _difference_to_target(self, terms: Sequence[Formula]) -> str:
        """p − t, for a target of 1 from 1 − p, which has all digits where p is near 1."""
        match terms:
            case (Symbol() as p, Negative(of)) if not isinstance(of, Number):
                complement = self.cells.find(1 - p)
                if complement is not None:
                    t = self.write(of)
                    shown = self._factor(of)
                    return f"IF({t}=1,-{self.reference(complement)},{self.write(p)}-{shown})"
        return ""

    def _runs(self, terms: Sequence[Formula]) -> list[list[Formula]]:
        """The terms in groups whose factors stand side by side; of a few, each alone."""
        if len(terms) <= FEW:
            return [[term] for term in terms]
        runs: list[list[Formula]] = []
        for term in terms:
            if runs and self._continues(runs[-1], term):
                runs[-1].append(term)
            else:
                runs.append([term])
        return runs

    def _continues(self, run: list[Formula], term: Formula) -> bool:
        steps = self._steps(run[-1], term)
        if steps is None or max(steps) == (0, 0):
            return False
        return len(run) == 1 or steps == self._steps(run[-2], run[-1])

    def _steps(self, one: Formula, next_one: Formula) -> list[tuple[int, int]] | None:
        """By how many rows and columns each factor is away from that of the term before."""
        before, after = self._factor_cells(one), self._factor_cells(next_one)
        if before is None or after is None or len(before) != len(after):
            return None
        steps = [(b.row - a.row, b.column - a.column) for a, b in zip(before, after, strict=True)]
        same_sheets = all(a.sheet == b.sheet for a, b in zip(before, after, strict=True))
        allowed = all(step in ((0, 0), (1, 0), (0, 1)) for step in steps)
        return steps if same_sheets and allowed else None

    def _factor_cells(self, term: Formula) -> list[Cell] | None:
        factors = term.factors if isinstance(term, Product) else (term,)
        cells = [self._cell(factor) for factor in factors]
        found = [cell for cell in cells if cell is not None]
        return found if len(found) == len(cells) else None

    def _range_sum(self, run: list[Formula]) -> str:
        """The sum of a group of terms by ranges; empty if there is no such function."""
        if len(run) < 2:
            return ""
        first, last = self._factor_cells(run[0]), self._factor_cells(run[-1])
        assert first is not None
        assert last is not None
        pairs = list(zip(first, last, strict=True))
        fixed = [self.reference(a) for a, b in pairs if a == b]
        across = [self.range(a, b) for a, b in pairs if a.row == b.row and a != b]
        down = [self.range(a, b) for a, b in pairs if a.row != b.row]
        match across, down:
            case ([ranges], []) | ([], [ranges]):
                total = f"SUM({ranges})"
            case ([row], [column]):
                total = f"MMULT({row},{column})"
            case ([a, b], []) | ([], [a, b]):
                total = f"SUMPRODUCT({a},{b})"
            case _:
                return ""
        return f"+{'*'.join([*fixed, total])}"

    def _call(self, function: str, arguments: Sequence[Formula]) -> str:
        match function, arguments:
            case "computed as", (in_cell, _):
                return f"({self.write(in_cell)})"
            case "where positive", (condition, positive, otherwise):
                texts = [self.write(part) for part in (positive, otherwise)]
                return f"IF({self.write(condition)}>0,{','.join(texts)})"
            case "exp", (argument,) if not _is_bounded(argument):
                return f"EXP(MIN({LARGEST_EXPONENT:g},{self.write(argument)}))"
            case "ln", (Sum((Number(1.0), Call("exp", (argument,)))),):
                return self._softplus(argument)
            case "max" | "min", (_, _, _, *_):
                return f"{function.upper()}({self._several(arguments)})"
        return f"{NAMES.get(function, function.upper())}({','.join(map(self.write, arguments))})"

    def _softplus(self, argument: Formula) -> str:
        """ln(1 + exp(x)) = max(0, x) + ln(1 + e) with e = exp(−|x|), and ln(1 + e) by artanh."""
        e = self.write(exp(-Call("abs", (argument,))))
        return f"(MAX(0,{self.write(argument)})+2*ATANH({e}/(2+{e})))"

    def _several(self, arguments: Sequence[Formula]) -> str:
        """Many arguments: a range, if they stand side by side."""
        cells = [self._cell(argument) for argument in arguments]
        found = [cell for cell in cells if cell is not None]
        below = all(a.row + 1 == b.row and a.column == b.column for a, b in pairwise(found))
        if len(found) == len(cells) and below:
            return self.range(found[0], found[-1])
        return ",".join(map(self.write, arguments))


def _is_bounded(argument: Formula) -> bool:
    """Whether an exponent is 0 or less by its form, or kept in bounds."""
    match argument:
        case Negative(Call("abs")) | Negative(Power(_, Number(2.0))) | Call("min" | "max"):
            return True
        case Quotient(numerator, Number()):
            return _is_bounded(numerator)
        case Product((Number(factor), Call("abs"))):
            return factor <= 0
    return False
