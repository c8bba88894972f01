"""The cells of a spreadsheet, found by the quantities that they hold."""

from dataclasses import dataclass

from glassnet.formula.tree import Formula, Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["Cell", "Cells", "column_letters"]


@dataclass(frozen=True)
class Cell:
    """A cell, or a row of them with one for each example.

    Attributes
    ----------
    sheet : str
    row, column : int
        Counted from 1; of a row by example, the column of the first example.
    by_example : bool
    """

    sheet: str
    row: int
    column: int
    by_example: bool = False


class Cells:
    """Which quantity stands in which cell.

    Parameters
    ----------
    before : Cells, optional
        Those of earlier computations, where a quantity is looked for that is not among these.

    Examples
    --------
    >>> cells = Cells()
    >>> cells.put(Symbol("x", 0.5, index="1"), Cell("Network", 4, 3))
    >>> cells.find(Symbol("x", 0.7, index="1")).row
    4
    """

    def __init__(self, before: "Cells | None" = None) -> None:
        self._before = before
        self._cells: dict[Formula, Cell] = {}
        self._given: dict[Symbol, Cell] = {}

    def put(self, formula: Formula, cell: Cell) -> None:
        """Say where a quantity stands.

        Raises
        ------
        ValueError
            If another quantity has the same name.
        """
        key = _without_values(formula)
        if key in self._cells:
            raise ValueError(
                f"two quantities of this step are both called {formula_text(formula)}, so that the "
                "spreadsheet could not tell them apart; choose other letters by notation=…"
            )
        self._cells[key] = cell

    def put_given(self, symbol: Symbol, cell: Cell) -> None:
        """Say where a number stands that is known by its value too, as two λ may be."""
        self._given[symbol] = cell

    def find(self, formula: Formula) -> Cell | None:
        """Return where a quantity stands; None if it has no cell of its own."""
        if isinstance(formula, Symbol) and formula in self._given:
            return self._given[formula]
        cell = self._cells.get(_without_values(formula))
        if cell is None and self._before is not None:
            return self._before.find(formula)
        return cell


def _without_values(formula: Formula) -> Formula:
    """The formula by its names alone."""
    match formula:
        case Symbol(letter, _, layer, index):
            return Symbol(letter, 0.0, layer, index)
        case Partial(of, by):
            return Partial(Symbol(of.letter, 0.0, of.layer, of.index), _named(by), 0.0)
    return formula.mapped(_without_values)


def _named(symbol: Symbol) -> Symbol:
    return Symbol(symbol.letter, 0.0, symbol.layer, symbol.index)


def column_letters(column: int) -> str:
    """Return the name of a column, counted from 1.

    Examples
    --------
    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
