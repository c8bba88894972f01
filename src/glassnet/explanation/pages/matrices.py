"""The step in matrix form: shapes for each quantity of each layer, and small layers in numbers."""

from glassnet.explanation.explainer import Explainer
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Matrix,
    MatrixEquation,
    Paragraph,
)
from glassnet.formula.tree import Partial, Symbol
from glassnet.nn.activations.activation import Elementwise
from glassnet.nn.layers import Scale

__all__ = ["backward_matrices", "forward_matrices"]

# The matrices of layers with more inputs or units are not written out.
FEW = 6


def forward_matrices(explainer: Explainer) -> list[Block]:
    """One line for each layer's net inputs and outputs; small layers with their numbers."""
    forward = explainer.forward
    examples = len(forward.batch) if isinstance(forward, Step) else 1
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
    return [table, Paragraph(words), *_forward_numbers(explainer)]


def backward_matrices(explainer: Explainer) -> list[Block]:
    """One line for each layer's δ and weight gradients; small layers with their numbers."""
    step = explainer.step
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
    return [table, Paragraph(words), *_backward_numbers(explainer)]


def _forward_numbers(explainer: Explainer) -> list[Block]:
    """in(l) = y(l−1) · W(l) + b(l) of each small layer, for the shown example."""
    equations, names, blocks = explainer.equations, explainer.symbols, list[Block]()
    for layer in _small_layers(explainer):
        units = range(names.architecture.units[layer])
        sources = range(names.architecture.units[layer - 1])
        weights = [
            [equations.weight(WeightPlace(layer, i, j)).value for j in units] for i in sources
        ]
        before = [equations.output(layer - 1, i).value for i in sources]
        letters = names.notation
        net_input = [symbol.value for symbol in equations.net_input_symbols(layer)]
        parts = [
            ("", _matrix(letters.net_input, layer, [net_input])),
            ("=", _matrix(letters.output if layer > 1 else letters.input, layer - 1, [before])),
            ("·", _matrix(letters.weight.upper(), layer, weights)),
        ]
        if names.architecture.layers[layer - 1].bias:
            biases = [equations.weight(WeightPlace(layer, None, j)).value for j in units]
            parts.append(("+", _matrix(letters.bias, layer, [biases])))
        blocks.append(MatrixEquation(tuple(parts)))
    return blocks


def _backward_numbers(explainer: Explainer) -> list[Block]:
    """∂E/∂W(l) = y(l−1)ᵀ · δ(l) of each small layer, for the shown example."""
    equations, names, blocks = explainer.step_equations, explainer.symbols, list[Block]()
    if not explainer.step.alone:
        return []
    letters = names.notation
    for layer in reversed(_small_layers(explainer)):
        units = range(names.architecture.units[layer])
        sources = range(names.architecture.units[layer - 1])
        gradient = [
            [equations.gradient_symbol(WeightPlace(layer, i, j)).value for j in units]
            for i in sources
        ]
        before = [[equations.output(layer - 1, i).value] for i in sources]
        delta = [equations.delta_symbol(layer, j).value for j in units]
        W = Symbol(letters.weight.upper(), 0.0, layer)
        y = f"{letters.output if layer > 1 else letters.input}ᵀ"
        parts = (
            ("", Matrix(Partial(Symbol(letters.loss, 0.0), W, 0.0), _rows(gradient))),
            ("=", _matrix(y, layer - 1, before)),
            ("·", _matrix(letters.delta, layer, [delta])),
        )
        blocks.append(MatrixEquation(parts))
    return blocks


def _small_layers(explainer: Explainer) -> list[int]:
    """The layers whose matrices have few rows and columns, and no other factors."""
    architecture, forward = explainer.symbols.architecture, explainer.forward
    return [
        layer
        for layer in range(1, explainer.depth + 1)
        if max(architecture.units[layer - 1 : layer + 1]) <= FEW
        and not isinstance(forward.layer(layer), Scale)
        and architecture.places[layer - 1].multiplier == 1
    ]


def _matrix(letter: str, layer: int, rows: list[list[float]]) -> Matrix:
    return Matrix(Symbol(letter, 0.0, layer), _rows(rows))


def _rows(rows: list[list[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, rows))


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
