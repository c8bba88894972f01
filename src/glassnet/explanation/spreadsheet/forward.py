"""The sheet of the forward pass, and the losses: with the weights given, or the new ones."""

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.forward import ForwardEquations
from glassnet.explanation.spreadsheet.book import Book, Sheet
from glassnet.explanation.spreadsheet.losses import has_logarithms
from glassnet.explanation.spreadsheet.stable import activation_formula, rows_after, rows_before
from glassnet.formula.tree import product_of

__all__ = ["forward_rows", "forward_sheet"]


def forward_sheet(book: Book, equations: ForwardEquations) -> None:
    """Write the sheet of the forward pass."""
    sheet = book.sheet("Forward", "Forward pass: from the inputs to the prediction")
    sheet.example_heads()
    forward_rows(sheet, equations)


def forward_rows(sheet: Sheet, equations: ForwardEquations) -> None:
    """Write net inputs and outputs, layer by layer."""
    for layer in range(1, equations.depth + 1):
        kind = equations.forward.layer(layer).activation.name
        sheet.heading(f"Layer {layer} ({kind})")
        units = range(equations.forward.architecture.units[layer])
        net_inputs = equations.net_input_symbols(layer)
        sheet.rows([(each, each.definition()) for each in net_inputs if each.definition])
        for rows in rows_before(equations, layer):
            sheet.rows(rows)
        activated = equations.activated_symbols(layer)
        formulas = [activation_formula(equations, layer, unit) for unit in units]
        sheet.rows(list(zip(activated, formulas, strict=True)))
        if equations.forward.has_dropout(layer):
            masks = [equations.dropout_mask(layer, unit) for unit in units]
            dropped = [product_of(g, m) for g, m in zip(activated, masks, strict=True)]
            outputs = [equations.output(layer, unit) for unit in units]
            sheet.rows(list(zip(outputs, dropped, strict=True)))
        logarithms = (
            layer == equations.depth
            and isinstance(equations, StepEquations)
            and has_logarithms(equations)
        )
        for rows in rows_after(equations, layer, logarithms=logarithms):
            sheet.rows(rows)
