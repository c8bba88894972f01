"""The sheet of the backward pass: each factor of the chain rule, δ, and the gradients."""

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.spreadsheet.book import Book, Sheet
from glassnet.explanation.spreadsheet.losses import mean_row, of_example
from glassnet.formula.tree import Formula, Number, Partial, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.losses.loss import CrossEntropyFromLogits

__all__ = ["backward_sheet", "layer_places"]

#: The derivatives of each output by each net input are left out for more, where δ needs none.
MOST_SLOPES = 10


def backward_sheet(book: Book, equations: StepEquations) -> None:
    """Write the sheet of the backward pass."""
    note = (
        ""
        if equations.step.alone
        else "E is the loss of the example in the column; the last column has the mean."
    )
    sheet = book.sheet("Backward", "Backward pass: how the loss depends on each number", note)
    sheet.example_heads(mean=not equations.step.alone)
    for layer in range(equations.depth, 0, -1):
        sheet.heading(f"Layer {layer}: δ = ∂E/∂{equations.names.notation.net_input}")
        _output_rows(sheet, equations, layer)
        _slope_rows(sheet, equations, layer)
        _delta_rows(sheet, equations, layer)
        sheet.heading(f"Layer {layer}: gradients")
        for place in layer_places(equations, layer):
            _gradient_row(sheet, equations, place)


def layer_places(equations: StepEquations, layer: int) -> list[WeightPlace]:
    """Return the places of a layer's weights, then of its biases."""
    before, units = equations.step.architecture.units[layer - 1 : layer + 1]
    if equations.is_scale(layer):
        places = [WeightPlace(layer, unit, unit) for unit in range(units)]
    else:
        places = [WeightPlace(layer, i, j) for i in range(before) for j in range(units)]
    if equations.step.layer(layer).bias:
        places += [WeightPlace(layer, None, unit) for unit in range(units)]
    return places


def _output_rows(sheet: Sheet, equations: StepEquations, layer: int) -> None:
    """∂E/∂y of each unit."""
    for unit in range(equations.step.architecture.units[layer]):
        quantity = _partial(equations.loss_symbol(), equations.output(layer, unit))
        if layer < equations.depth:
            sheet.rows([(quantity, equations.d_output(layer, unit))])
            continue
        examples = [of_example(equations, n) for n in range(sheet.book.examples)]
        sheet.row_by_example(quantity, [example.d_predicted(unit) for example in examples])


def _slope_rows(sheet: Sheet, equations: StepEquations, layer: int) -> None:
    """∂y/∂in of each unit, by each net input that it depends on."""
    units = range(equations.step.architecture.units[layer])
    elementwise = isinstance(equations.step.layer(layer).activation, Elementwise)
    if not elementwise and len(units) > MOST_SLOPES and _is_short(equations, layer):
        return
    for unit in units:
        for k in [unit] if elementwise else units:
            slope = equations.slope(layer, k, unit)
            if slope != Number(1.0):
                output, net_input = (
                    equations.output(layer, k),
                    equations.net_input_symbol(layer, unit),
                )
                sheet.rows([(_partial(output, net_input), slope)])


def _delta_rows(sheet: Sheet, equations: StepEquations, layer: int) -> None:
    for unit in range(equations.step.architecture.units[layer]):
        formula = equations.delta_formulas(layer, unit)[-1]
        sheet.rows([(equations.delta_symbol(layer, unit), formula)])


def _is_short(equations: StepEquations, layer: int) -> bool:
    """Whether δ is p − t."""
    return layer == equations.depth and isinstance(
        equations.step.output_loss, CrossEntropyFromLogits
    )


def _gradient_row(sheet: Sheet, equations: StepEquations, place: WeightPlace) -> None:
    gradient = equations.gradient_symbol(place)
    assert gradient.definition is not None
    sheet.rows([(gradient, gradient.definition())])
    if not equations.step.alone:
        mean_row(sheet, sheet.row - 1)


def _partial(of: Symbol, by: Symbol) -> Formula:
    return Partial(of, by, 0.0)
