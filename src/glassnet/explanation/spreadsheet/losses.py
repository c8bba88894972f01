"""The rows of the loss: what each output adds, the loss of each example, and their mean."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.spreadsheet.book import FIRST, Book, Sheet
from glassnet.explanation.spreadsheet.cell_formula import CellFormula, computed_as, where_positive
from glassnet.explanation.spreadsheet.cells import Cell
from glassnet.formula.tree import Call, Formula, Number, Symbol, product_of, sum_of
from glassnet.nn.losses.hinge import Hinge
from glassnet.nn.losses.squared_hinge import SquaredHinge
from glassnet.render.text import formula_text

__all__ = ["has_logarithms", "loss_rows", "loss_sheet", "mean_row", "of_example", "side_rows"]


def loss_sheet(book: Book, equations: StepEquations) -> None:
    """Write the sheet of the losses."""
    sheet = book.sheet("Loss", "Loss: how far the prediction is from the target")
    sheet.example_heads(mean=not equations.step.alone)
    sheet.heading(equations.step.output_loss.loss.name.replace("_", " "))
    side_rows(sheet, equations)
    loss_rows(sheet, equations)


def loss_rows(sheet: Sheet, equations: StepEquations) -> None:
    """Write what each output adds, E of each example, and E of the batch."""
    terms = [_terms(equations, example) for example in range(sheet.book.examples)]
    weight, loss = equations.sample_weight(), equations.loss_symbol()
    if len(equations.target) == 1:
        sheet.row_by_example(loss, [product_of(weight, term) for (term,) in terms])
    else:
        added = [Symbol("term", 0.0, index=target.index) for target in equations.target]
        for symbol, its in zip(added, zip(*terms, strict=True), strict=True):
            sheet.row_by_example(symbol, its)
        sheet.rows([(loss, product_of(weight, sum_of(added)))])
    if not equations.step.alone:
        mean_row(sheet, sheet.row - 1)


def mean_row(sheet: Sheet, row: int) -> None:
    """Write the mean of a row's examples beside them."""
    first, last = Cell(sheet.name, row, FIRST), Cell(sheet.name, row, sheet.book.mean_column - 1)
    writer = CellFormula(sheet.cells, sheet.name)
    total = writer.write(Symbol("N", 0.0))
    after, sheet.row = sheet.row, row
    sheet.formula(sheet.book.mean_column, f"SUM({writer.range(first, last)})/{total}")
    sheet.row = after


def side_rows(sheet: Sheet, equations: StepEquations) -> None:
    """Write, for hinge losses, the targets with −1 in place of 0."""
    if isinstance(equations.step.output_loss.loss, Hinge | SquaredHinge):
        sheet.rows([(_side(t), _side_formula(t)) for t in equations.target])


def has_logarithms(equations: StepEquations) -> bool:
    """Return whether the loss has the logarithm of an output in it."""
    terms = equations.step.output_loss.terms(equations.predicted, equations.target)
    calls = (part for term in terms for part in _parts(term) if isinstance(part, Call))
    return any(call.function == "ln" for call in calls)


def of_example(equations: StepEquations, example: int) -> StepEquations:
    """Return equations whose loss formulas are those of one example of the batch.

    Losses write less where a target or a prediction makes a part of the formula idle, such as
    max(0.0000001, t) for a larger t. A cell is to follow a target that is changed, so it has the
    whole formula.
    """
    own, step = copy(equations), equations.step
    predicted = step.trace.outputs[-1][example].tolist()
    pairs = zip(equations.predicted, predicted, strict=True)
    own.predicted = [replace(symbol, value=value) for symbol, value in pairs]
    if isinstance(step.output_loss.loss, Hinge | SquaredHinge):
        own.target = [_side(t) for t in equations.target]
    else:
        own.target = [replace(t, value=0.0) for t in equations.target]
    return own


def _terms(equations: StepEquations, example: int) -> Sequence[Formula]:
    own = of_example(equations, example)
    return own.step.output_loss.terms(own.predicted, own.target)


def _side(target: Symbol) -> Symbol:
    return Symbol("side", 1.0, index=target.index)


def _side_formula(target: Symbol) -> Formula:
    """t, or −1 in place of 0."""
    shown = Symbol(f"{formula_text(target)}, with −1 in place of 0", 0.0)
    return computed_as(where_positive(Call("abs", (target,)), target, Number(-1.0)), shown)


def _parts(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in formula.parts:
        yield from _parts(part)
