"""The sheet of what is given: examples, weights, hyper-parameters; and matrices of weights."""

from collections.abc import Callable
from dataclasses import replace

from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.pages.legend import meanings
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.spreadsheet.book import FIRST, NAME, TEXT, Book, Sheet
from glassnet.explanation.spreadsheet.cell_formula import CellFormula
from glassnet.explanation.step import Step
from glassnet.formula.tree import Number, Symbol
from glassnet.render.text import formula_text

__all__ = ["network_sheet", "weight_matrices"]


def network_sheet(book: Book, explainer: Explainer, equations: ForwardEquations) -> Sheet:
    """Write the sheet of what is given."""
    sheet = book.sheet(
        "Network",
        "A network in a spreadsheet",
        "Change a coloured cell, and everything on all sheets follows.",
        {NAME: 16, TEXT: 26},
    )
    for sentence in meanings(explainer):
        sheet.paragraph(sentence)
    if equations.forward.parameters.dtype.name == "float32":
        sheet.paragraph(
            "The network computes in float32, with about 7 digits; a spreadsheet has 15, so they "
            "agree in the first 6 or so."
        )
    _examples(sheet, equations)
    weight_matrices(
        sheet, equations, lambda place, column: _given_weight(sheet, equations, place, column)
    )
    return sheet


def _examples(sheet: Sheet, equations: ForwardEquations) -> None:
    forward, names = equations.forward, equations.names
    sheet.heading("Examples" if sheet.book.examples > 1 else "Example")
    sheet.heads([(NAME, "name"), (TEXT, "meaning"), *sheet.example_columns])
    dropped = ", after dropout" if forward.has_dropout(0) else ""
    step = forward if isinstance(forward, Step) else None
    inputs = forward.units(0)[None, :] if step is None else step.met_inputs
    for unit in range(inputs.shape[1]):
        sheet.given(equations.input(unit), inputs[:, unit].tolist(), f"input{dropped}")
    if step is None:
        return
    for unit in range(step.target.size):
        targets = step.batch.targets[:, unit].tolist()
        sheet.given(names.target(unit, 0.0), targets, "target")
    weights = step.batch.sample_weights.tolist()
    if any(weight != 1 for weight in weights):
        sheet.given(names.sample_weight(0.0), weights, "sample weight")
    _dropout_masks(sheet, step, equations)
    if not step.alone:
        _total(sheet, equations)


def _total(sheet: Sheet, equations: ForwardEquations) -> None:
    """N, the sum of the sample weights, or the number of examples."""
    weights = sheet.cells.find(equations.names.sample_weight(0.0))
    row = weights or sheet.cells.find(equations.input(0))
    assert row is not None
    last = replace(row, column=sheet.book.mean_column - 1, by_example=False)
    writer = CellFormula(sheet.cells, sheet.name)
    function = "COUNT" if weights is None else "SUM"
    meaning = "number of examples" if weights is None else "sum of the sample weights"
    sheet.label("N", meaning)
    sheet.cells.put(equations.names.total(0.0), sheet.here(FIRST))
    sheet.formula(FIRST, f"{function}({writer.range(row, last)})")
    sheet.row += 1


def _dropout_masks(sheet: Sheet, step: Step, equations: ForwardEquations) -> None:
    masks = step.batch.dropout_mask(step.architecture)
    if masks is None:
        return
    for layer in range(1, equations.depth):
        if not step.has_dropout(layer):
            continue
        for unit in range(masks[layer].shape[1]):
            symbol = equations.names.dropout_mask(layer, unit, 0.0)
            sheet.given(symbol, masks[layer][:, unit].tolist(), "dropout mask")


def weight_matrices(
    sheet: Sheet, equations: ForwardEquations, write: Callable[[WeightPlace, int], None]
) -> None:
    """Write the weights of each layer as a matrix: a row for each source, a column for each unit.

    Parameters
    ----------
    sheet : Sheet
    equations : ForwardEquations
    write : callable
        Writes a weight, given its place and column, into the row.
    """
    names = equations.names
    for layer in range(1, equations.depth + 1):
        units = range(equations.forward.architecture.units[layer])
        own_only = equations.is_scale(layer)
        sources = range(1) if own_only else range(equations.forward.architecture.units[layer - 1])
        kind = equations.forward.layer(layer).activation.name
        sheet.heading(f"Weights of layer {layer} ({kind})")
        to = [
            (FIRST + unit, f"to {formula_text(names.net_input(layer, unit, 0.0))}")
            for unit in units
        ]
        sheet.heads([(NAME, "from"), (TEXT, ""), *to])
        for source in sources:
            name = names.output(layer - 1, source, 0.0)
            sheet.label("each unit" if own_only else formula_text(name), "weights")
            for unit in units:
                write(WeightPlace(layer, unit if own_only else source, unit), FIRST + unit)
            sheet.row += 1
        if equations.forward.layer(layer).bias:
            sheet.label("1", "biases")
            for unit in units:
                write(WeightPlace(layer, None, unit), FIRST + unit)
            sheet.row += 1
        _multiplier(sheet, equations, layer)


def _given_weight(
    sheet: Sheet, equations: ForwardEquations, place: WeightPlace, column: int
) -> None:
    symbol = equations.weight(place)
    sheet.cells.put(symbol, sheet.here(column))
    sheet.input(column, symbol.value)


def _multiplier(sheet: Sheet, equations: ForwardEquations, layer: int) -> None:
    multiplier = equations.multiplier(layer)
    if sheet.cells.find(multiplier) is None and not isinstance(multiplier, Number):
        assert isinstance(multiplier, Symbol)
        sheet.given(multiplier, [multiplier.value], "factor on the weights of the layer")
