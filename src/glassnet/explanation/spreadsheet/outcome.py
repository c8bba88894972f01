"""The sheet of the outcome: the new weights, and a second forward pass with them."""

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.spreadsheet.book import FIRST, Book, Sheet
from glassnet.explanation.spreadsheet.cell_formula import CellFormula
from glassnet.explanation.spreadsheet.cells import Cell, Cells
from glassnet.explanation.spreadsheet.forward import forward_rows
from glassnet.explanation.spreadsheet.losses import loss_rows
from glassnet.explanation.spreadsheet.network import weight_matrices
from glassnet.formula.tree import Symbol
from glassnet.render.text import formula_text

__all__ = ["outcome_sheet"]

NEXT_STEP = (
    "To take another step, copy the values of the new weights into the coloured cells of the sheet "
    "Network."
)


def outcome_sheet(book: Book, equations: StepEquations) -> None:
    """Write the sheet of the outcome."""
    update = equations.step.update
    has_state = update is not None and update.rule.optimizer.state_names
    note = "" if has_state else NEXT_STEP
    sheet = book.sheet("Outcome", "Outcome: the prediction after the step", note)
    sheet.example_heads(mean=not equations.step.alone)
    summary = sheet.row
    sheet.row += 2 + 3 * len(equations.predicted) + 2
    sheet.heading("The new weights")
    sheet.cells = Cells(book.cells)
    weight_matrices(
        sheet, equations, lambda place, column: _new_weight(sheet, equations, place, column)
    )
    sheet.page_break()
    sheet.heading("Forward pass with the new weights")
    forward_rows(sheet, equations)
    sheet.heading("Loss")
    loss_rows(sheet, equations)
    sheet.row = summary
    _summary(sheet, equations)


def _new_weight(sheet: Sheet, equations: StepEquations, place: WeightPlace, column: int) -> None:
    cell = sheet.cells.find(equations.names.new_weight(place, 0.0))
    assert cell is not None
    sheet.formula(column, CellFormula(sheet.cells, sheet.name).reference(cell))
    sheet.cells.put(equations.weight(place), sheet.here(column))


def _summary(sheet: Sheet, equations: StepEquations) -> None:
    """What was predicted, what is, and the target; the loss likewise."""
    sheet.heading("It was, and it is")
    for p, t in zip(equations.predicted, equations.target, strict=True):
        _was_and_is(sheet, p, mean=False)
        _copied(sheet, sheet.book.cells, t, formula_text(t), "target", mean=False)
    _was_and_is(sheet, equations.loss_symbol(), mean=not equations.step.alone)


def _was_and_is(sheet: Sheet, symbol: Symbol, *, mean: bool) -> None:
    name = formula_text(symbol)
    _copied(sheet, sheet.book.cells, symbol, name, "before the step", mean=mean)
    _copied(sheet, sheet.cells, symbol, f"new {name}", "after the step", mean=mean)


def _copied(
    sheet: Sheet, cells: Cells, symbol: Symbol, name: str, words: str, *, mean: bool
) -> None:
    """A row that repeats another."""
    cell = cells.find(symbol)
    assert cell is not None
    sheet.label(name, words)
    for example in range(sheet.book.examples + mean):
        column = Cell(cell.sheet, cell.row, FIRST, by_example=True)
        sheet.formula(FIRST + example, CellFormula(cells, sheet.name, example).reference(column))
    sheet.row += 1
