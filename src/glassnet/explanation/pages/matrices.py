"""The step in matrix form: an equation and its shapes for each quantity of each layer."""

from glassnet.explanation.step import Forward, Step
from glassnet.formula.document import Cell, DocumentTable, Paragraph, Section
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.layers import Scale

__all__ = ["backward_matrices", "forward_matrices"]


def forward_matrices(forward: Forward, examples: int = 1) -> Section:
    """One line for each layer's net inputs and outputs."""
    rows: list[tuple[Cell, ...]] = []
    units = forward.architecture.units
    for number in range(1, len(units)):
        layer, place = forward.layer(number), forward.architecture.places[number - 1]
        product = " ∘ " if isinstance(layer, Scale) else " "
        c = "" if place.multiplier == 1 else f"c({number}) · "
        bias = f" + b({number})" if layer.bias else ""
        dropout_mask = f" ∘ m({number})" if forward.has_dropout(number) else ""
        rows.append(
            (
                f"in({number}) = {c}y({number - 1}){product}W({number}){bias}",
                f"{_shape(examples, units[number - 1])}{product}{_shape(*place.shape)}"
                + (f" + {_shape(units[number])}" if layer.bias else ""),
            )
        )
        rows.append(
            (
                f"y({number}) = {layer.activation.name}(in({number})){dropout_mask}",
                _shape(examples, units[number]),
            )
        )
    words = "y(0) is x." if not forward.has_dropout(0) else "y(0) is x ∘ m(0)."
    if forward.dropout_mask is not None:
        words += (
            " m is the dropout mask of this step, 0 or 1 / (1 − rate); ∘ multiplies elementwise."
        )
    table = DocumentTable(("forward", "shapes"), tuple(rows))
    return Section("The forward pass in matrix form", (table, Paragraph(words)))


def backward_matrices(step: Step) -> Section:
    """One line for each layer's δ and weight gradients."""
    examples, units = len(step.batch), step.architecture.units
    rows: list[tuple[Cell, ...]] = []
    for number in range(len(units) - 1, 0, -1):
        layer, place = step.layer(number), step.architecture.places[number - 1]
        rows.append((f"δ({number}) = {_delta(step, number)}", _shape(examples, units[number])))
        c = "" if place.multiplier == 1 else f"c({number}) · "
        mean = "" if step.alone else " / N"
        if isinstance(layer, Scale):
            product = f"Σ y({number - 1}) ∘ δ({number})"
        else:
            product = f"y({number - 1})ᵀ δ({number})"
        rows.append((f"∂E/∂W({number}) = {c}{product}{mean}", _shape(*place.shape)))
        if layer.bias:
            rows.append((f"∂E/∂b({number}) = 1ᵀ δ({number}){mean}", _shape(units[number])))
    words = "∘ multiplies elementwise; 1 is a column of ones, the outputs of the bias unit."
    table = DocumentTable(("backward", "shape of the result"), tuple(rows))
    return Section("The backward pass in matrix form", (table, Paragraph(words)))


def _delta(step: Step, number: int) -> str:
    if number == len(step.architecture.layers):
        return f"∂E/∂in({number})"
    behind = step.layer(number + 1)
    multiplier = step.architecture.places[number].multiplier
    c = "" if multiplier == 1 else f"c({number + 1}) · "
    d_output = (
        f"δ({number + 1}) ∘ W({number + 1})"
        if isinstance(behind, Scale)
        else f"δ({number + 1}) W({number + 1})ᵀ"
    )
    dropout_mask = f" ∘ m({number})" if step.has_dropout(number) else ""
    if isinstance(step.layer(number).activation, Elementwise):
        return f"{c}{d_output}{dropout_mask} ∘ g′(in({number}))"
    return f"({c}{d_output}{dropout_mask}) times the softmax Jacobian"


def _shape(*counts: int) -> str:
    return f"({' × '.join(str(count) for count in counts)})"
