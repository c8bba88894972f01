"""The step in matrix form: shapes for each quantity of each layer, and small layers in numbers.

Where a weight's index names the unit that it leads to first, examples are columns and W stands
before them, z = W a + b; otherwise examples are rows, in = y W + b.
"""

from collections.abc import Sequence
from typing import TypeVar

from glassnet.explanation.explainer import Explainer
from glassnet.explanation.notation import Notation
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

T = TypeVar("T")

# The matrices of layers with more inputs or units are not written out.
FEW = 6


def forward_matrices(explainer: Explainer) -> list[Block]:
    """One line for each layer's net inputs and outputs; small layers with their numbers."""
    forward, letters = explainer.forward, explainer.symbols.notation
    examples = len(forward.batch) if isinstance(forward, Step) else 1
    rows: list[tuple[Cell, ...]] = []
    units = forward.architecture.units
    for number in range(1, len(units)):
        layer, place = forward.layer(number), forward.architecture.places[number - 1]
        c = "" if place.multiplier == 1 else f"c({number}) · "
        product = " ∘ " if isinstance(layer, Scale) else " "
        factors = _ordered(letters, _y(letters, number - 1), f"{_weight(letters)}({number})")
        shapes = _ordered(
            letters, _shape(letters, examples, units[number - 1]), _shape(letters, *place.shape)
        )
        net_input = f"{letters.net_input}({number})"
        bias, shape = "", product.join(shapes)
        if layer.bias:
            bias, shape = f" + {letters.bias}({number})", f"{shape} + ({units[number]})"
        rows.append((f"{net_input} = {c}{product.join(factors)}{bias}", shape))
        dropout_mask = f" ∘ m({number})" if forward.has_dropout(number) else ""
        output = f"{_y(letters, number)} = {layer.activation.name}({net_input}){dropout_mask}"
        rows.append((output, _shape(letters, examples, units[number])))
    words = ["Each example is a column." if letters.to_first else "Each example is a row."]
    if forward.dropout_mask is not None:
        words.append("m is the dropout mask of this step, 0 or 1 / (1 − rate).")
        words.append("∘ multiplies elementwise.")
    if forward.has_dropout(0):
        words.append(f"{letters.input} is meant with its mask, {letters.input} ∘ m(0).")
    table = DocumentTable(("forward", "shapes"), tuple(rows))
    return [table, Paragraph(" ".join(words)), *_forward_numbers(explainer)]


def backward_matrices(explainer: Explainer) -> list[Block]:
    """One line for each layer's δ and weight gradients; small layers with their numbers."""
    step, letters = explainer.step, explainer.symbols.notation
    examples, units = len(step.batch), step.architecture.units
    rows: list[tuple[Cell, ...]] = []
    for number in range(len(units) - 1, 0, -1):
        layer, place = step.layer(number), step.architecture.places[number - 1]
        delta = f"{letters.delta}({number})"
        shape = _shape(letters, examples, units[number])
        rows.append((f"{delta} = {_delta(explainer, number)}", shape))
        c = "" if place.multiplier == 1 else f"c({number}) · "
        mean = "" if step.alone else " / N"
        y = _y(letters, number - 1)
        if isinstance(layer, Scale):
            product = f"Σ {y} ∘ {delta}"
        else:
            product = f"{delta} {y}ᵀ" if letters.to_first else f"{y}ᵀ {delta}"
        gradient = f"∂{letters.loss}/∂"
        rows.append(
            (
                f"{gradient}{_weight(letters)}({number}) = {c}{product}{mean}",
                _shape(letters, *place.shape),
            )
        )
        if layer.bias:
            total = f"{delta} 1" if letters.to_first else f"1ᵀ {delta}"
            rows.append(
                (f"{gradient}{letters.bias}({number}) = {total}{mean}", f"({units[number]})")
            )
    words = "∘ multiplies elementwise; 1 is a column of ones, the outputs of the bias unit."
    table = DocumentTable(("backward", "shape of the result"), tuple(rows))
    return [table, Paragraph(words), *_backward_numbers(explainer)]


def _delta(explainer: Explainer, number: int) -> str:
    """δ of a layer, by way of the layer after it."""
    step, letters = explainer.step, explainer.symbols.notation
    net_input = f"{letters.net_input}({number})"
    if number == explainer.depth:
        return f"∂{letters.loss}/∂{net_input}"
    multiplier = step.architecture.places[number].multiplier
    c = "" if multiplier == 1 else f"c({number + 1}) · "
    behind, W = f"{letters.delta}({number + 1})", f"{_weight(letters)}({number + 1})"
    if isinstance(step.layer(number + 1), Scale):
        d_output = f"{behind} ∘ {W}"
    else:
        d_output = " ".join(_ordered(letters, behind, f"{W}ᵀ"))
    dropout_mask = f" ∘ m({number})" if step.has_dropout(number) else ""
    if isinstance(step.layer(number).activation, Elementwise):
        return f"{c}{d_output}{dropout_mask} ∘ g′({net_input})"
    return f"({c}{d_output}{dropout_mask}) times the softmax Jacobian"


def _forward_numbers(explainer: Explainer) -> list[Block]:
    """in(l) = y(l−1) · W(l) + b(l) of each small layer, for the shown example."""
    equations, names, blocks = explainer.equations, explainer.symbols, list[Block]()
    letters = names.notation
    for layer in _small_layers(explainer):
        units = range(names.architecture.units[layer])
        sources = range(names.architecture.units[layer - 1])
        weights = [
            [equations.weight(WeightPlace(layer, i, j)).value for j in units] for i in sources
        ]
        before = [equations.output(layer - 1, i).value for i in sources]
        net_input = [symbol.value for symbol in equations.net_input_symbols(layer)]
        y = Matrix(_y_symbol(letters, layer - 1), _turned(letters, [before]))
        W = Matrix(Symbol(_weight(letters), 0.0, layer), _turned(letters, weights))
        first, second = _ordered(letters, y, W)
        left = Matrix(Symbol(letters.net_input, 0.0, layer), _turned(letters, [net_input]))
        parts = [("", left), ("=", first), ("·", second)]
        if names.architecture.layers[layer - 1].bias:
            biases = [equations.weight(WeightPlace(layer, None, j)).value for j in units]
            b = Symbol(letters.bias, 0.0, layer)
            parts.append(("+", Matrix(b, _turned(letters, [biases]))))
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
        deltas = [equations.delta_symbol(layer, j).value for j in units]
        dW = Partial(Symbol(letters.loss, 0.0), Symbol(_weight(letters), 0.0, layer), 0.0)
        y = Matrix(Symbol(f"{_y(letters, layer - 1)}ᵀ", 0.0), _turned(letters, before))
        delta = Matrix(Symbol(letters.delta, 0.0, layer), _turned(letters, [deltas]))
        first, second = _ordered(letters, y, delta)
        left = Matrix(dW, _turned(letters, gradient))
        blocks.append(MatrixEquation((("", left), ("=", first), ("·", second))))
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


def _y(letters: Notation, layer: int) -> str:
    return f"{letters.output}({layer})" if layer else letters.input


def _y_symbol(letters: Notation, layer: int) -> Symbol:
    return Symbol(letters.output, 0.0, layer) if layer else Symbol(letters.input, 0.0)


def _weight(letters: Notation) -> str:
    return letters.weight.upper()


def _ordered(letters: Notation, first: T, second: T) -> tuple[T, T]:
    """Two factors, turned round where examples are columns."""
    return (second, first) if letters.to_first else (first, second)


def _turned(letters: Notation, rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """A matrix, transposed where examples are columns."""
    return tuple(map(tuple, zip(*rows, strict=True) if letters.to_first else rows))


def _shape(letters: Notation, rows: int, columns: int | None = None) -> str:
    if columns is None:  # of a scale layer, one weight for each unit
        return f"({rows})"
    return f"({columns} × {rows})" if letters.to_first else f"({rows} × {columns})"
