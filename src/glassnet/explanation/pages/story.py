"""The short form of a step: the story on one screen, in the order of a textbook."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest, largest_in_layer
from glassnet.explanation.pages.chain import chain_lines
from glassnet.explanation.pages.drawing import draw_example
from glassnet.explanation.pages.legend import legend
from glassnet.explanation.pages.rounding import with_rounding
from glassnet.explanation.pages.sections import (
    batch_words,
    loss_name,
    outcome_blocks,
)
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Equation,
    Matrices,
    Matrix,
    Paragraph,
    Section,
)
from glassnet.formula.tree import Formula, Partial, Symbol

__all__ = [
    "backward_story",
    "few",
    "forward_story",
    "loss_story",
    "network_story",
    "outcome_story",
    "update_story",
]

# A layer with at most so many units is told whole; of a larger one, so many units.
SMALL, FEW = 6, 3
# A deeper network is not told layer by layer.
LAYERS = 4
# So many terms of a sum; of a layer that is not told whole, so many weights.
TERMS, WEIGHTS = 5, 3


def few(explainer: Explainer) -> Explainer:
    """Return the explainer for the short form. On paper a sum has the same terms in both forms."""
    if explainer.paper is not None:
        return explainer
    limits = replace(explainer.limits, terms=min(explainer.limits.terms, TERMS))
    return replace(explainer, style=replace(explainer.style, limits=limits))


def told_units(explainer: Explainer, layer: int) -> list[int]:
    """The units of a layer that the story tells: all of a small layer, else the largest outputs."""
    values = explainer.forward.units(layer)
    most = min(SMALL, explainer.limits.units)
    if len(values) <= most:
        return list(range(len(values)))
    if layer == explainer.depth and isinstance(explainer.forward, Step):
        values = np.maximum(np.abs(values), np.abs(explainer.forward.target))
    return largest(values, min(FEW, most)).shown


def told_layers(explainer: Explainer) -> list[int]:
    """The layers that the story tells: all, or of a deep network the first and the last two."""
    depth = explainer.depth
    return list(range(1, depth + 1)) if depth <= LAYERS else [1, 2, depth - 1, depth]


def network_story(explainer: Explainer) -> Section:
    """The legend, and the network drawn."""
    return Section("The network", (*legend(explainer), draw_example(explainer)))


def forward_story(explainer: Explainer) -> Section:
    """Each unit's net input and output; symbols for the first unit of a layer, then numbers."""
    equations, blocks = explainer.equations, list[Block]()
    for layer in told_layers(explainer):
        told = told_units(explainer, layer)
        for unit in told:
            lines = [equations.net_input(layer, unit), *equations.outputs(layer, unit)]
            blocks += [replace(line, brief=unit != told[0]) for line in lines]
        others = explainer.forward.units(layer).size - len(told)
        if others:
            blocks.append(Paragraph(f"Layer {layer} has {others:,} more units."))
        if layer == 2 and explainer.depth > LAYERS:
            blocks.append(Paragraph(f"Then layers 3 to {explainer.depth - 2}, in the full form."))
    return Section("Forward pass", tuple(blocks))


def loss_story(explainer: Explainer) -> Section:
    """The loss: formula, numbers, value; and of a batch, the mean."""
    step, equations = explainer.step, explainer.step_equations
    blocks: list[Block] = []
    if not step.alone:
        blocks.append(Paragraph(batch_words(explainer)))
    blocks += with_rounding([equations.loss()], explainer.numbers)
    if not step.alone:
        blocks.append(equations.mean_loss())
    return Section(f"Loss: {loss_name(step.output_loss.loss)}", tuple(blocks))


def backward_story(explainer: Explainer) -> list[Section]:
    """The chain rule for one weight of the last layer, and for one of the layer before."""
    equations, depth = explainer.step_equations, explainer.depth
    last = told_weight(explainer, depth)
    lines = with_rounding(_chain(explainer, last), explainer.numbers)
    if depth == 1:
        return [Section(_for_weight(explainer, last), tuple(lines))]
    others = [unit for unit in told_units(explainer, depth) if unit != last.unit]
    lines += [equations.delta(depth, unit)[-1] for unit in others]
    before = told_weight(explainer, depth - 1, last.source)
    return [
        Section(_for_weight(explainer, last), tuple(lines)),
        Section(
            _for_weight(explainer, before),
            tuple(with_rounding(_chain(explainer, before), explainer.numbers)),
        ),
    ]


def _chain(explainer: Explainer, place: WeightPlace) -> list[Equation]:
    """The chain of one weight; of a batch, then the mean over its examples."""
    equations = explainer.step_equations
    lines = chain_lines(equations, place)
    return lines if explainer.step.alone else [*lines, equations.batch_gradient(place)]


def told_weight(explainer: Explainer, layer: int, into: int | None = None) -> WeightPlace:
    """The weight of a layer with the largest gradient, or of those into one of its units."""
    step = explainer.step
    gradient = step.architecture.weights(step.gradient)[layer - 1]
    size = np.abs(gradient.astype(np.float64))
    if size.ndim == 1:
        unit = int(size.argmax()) if into is None else into
        return WeightPlace(layer, unit, unit)
    if into is not None:
        return WeightPlace(layer, int(size[:, into].argmax()), into)
    source, unit = divmod(int(size.argmax()), size.shape[1])
    return WeightPlace(layer, source, unit)


def _for_weight(explainer: Explainer, place: WeightPlace) -> str:
    names = explainer.symbols
    source = names.unit_name(place.layer - 1, place.source or 0)
    unit = names.unit_name(place.layer, place.unit)
    return f"Backward pass, by the chain rule: the weight from {source} to {unit}"


def update_story(explainer: Explainer) -> Section:
    """All gradients and new weights as matrices, and the update of the weight that was told."""
    updates = explainer.update_equations
    blocks: list[Block] = []
    for layer in told_layers(explainer):
        blocks += _gradients(explainer, layer)
    title = "All gradients"
    if updates is not None:
        title = f"All gradients, and the update by {type(updates.update.rule.optimizer).__name__}"
        blocks += updates.preface(explainer.numbers)
        blocks += updates.equations(told_weight(explainer, explainer.depth))
    return Section(title, tuple(blocks))


def _gradients(explainer: Explainer, layer: int) -> list[Block]:
    """∂E/∂W of a layer and its new weights: as matrices, or a large layer's largest."""
    architecture = explainer.forward.architecture
    sources, units = architecture.units[layer - 1], architecture.units[layer]
    if explainer.equations.is_scale(layer) or max(sources, units) > SMALL:
        return _largest_gradients(explainer, layer)
    transposed = explainer.symbols.notation.to_first
    places = [
        [WeightPlace(layer, source, unit) for unit in range(units)] for source in range(sources)
    ]
    rows = [explainer.symbols.unit_name(layer - 1, source) for source in range(sources)]
    columns = [explainer.symbols.unit_name(layer, unit) for unit in range(units)]
    if architecture.layers[layer - 1].bias:
        places.append([WeightPlace(layer, None, unit) for unit in range(units)])
        rows.append("bias")
    arrow = "→"
    if transposed:
        places = [list(column) for column in zip(*places, strict=True)]
        rows, columns, arrow = columns, rows, "←"
    return [
        Matrices(
            tuple(_matrix(explainer, layer, quantity, places) for quantity in _shown(explainer)),
            tuple(rows),
            tuple(f"{arrow} {name}" for name in columns),
        )
    ]


def _shown(explainer: Explainer) -> list[str]:
    return ["gradient"] if explainer.update_equations is None else ["gradient", "new weight"]


def _matrix(
    explainer: Explainer, layer: int, quantity: str, places: Sequence[Sequence[WeightPlace]]
) -> Matrix:
    letters, equations = explainer.symbols.notation, explainer.step_equations
    W = Symbol(letters.weight.upper(), 0.0, layer)
    if quantity == "gradient":
        name: Formula = Partial(Symbol(letters.loss, 0.0), W, 0.0)
        rows = [[equations.batch_gradient_symbol(place).value for place in row] for row in places]
    else:
        updates = explainer.update_equations
        assert updates is not None
        name = Symbol(f"new {W.letter}", 0.0, layer)
        rows = [[updates.new_weight_symbol(place).value for place in row] for row in places]
    return Matrix(name, tuple(tuple(row) for row in rows))


def _largest_gradients(explainer: Explainer, layer: int) -> list[Block]:
    step, equations, updates = explainer.step, explainer.step_equations, explainer.update_equations
    places, chosen = largest_in_layer(step.architecture, step.gradient, layer, WEIGHTS)
    loss = explainer.symbols.notation.loss
    columns = ["weight", "value", f"∂{loss}/∂{explainer.symbols.notation.weight}"]
    rows: list[list[Cell]] = []
    for place in places:
        weight, gradient = equations.weight(place), equations.batch_gradient_symbol(place)
        rows.append([weight, weight.value, gradient.value])
    if updates is not None:
        columns.append("new value")
        for row, place in zip(rows, places, strict=True):
            row.append(updates.new_weight_symbol(place).value)
    count = len(places) + chosen.others
    caption = f"Layer {layer}: the {len(places)} largest of {count:,} gradients"
    return [DocumentTable(tuple(columns), tuple(map(tuple, rows)), caption)]


def outcome_story(explainer: Explainer) -> Section:
    """Was, is, target."""
    return Section("Outcome", tuple(outcome_blocks(explainer)))
