"""What is folded behind the story of a step: every layer, every gradient, every update."""

from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import Limits, Selection, largest, largest_in_layer
from glassnet.explanation.pages.matrices import backward_matrices, forward_matrices
from glassnet.explanation.pages.sections import (
    delta_blocks,
    gradient_blocks,
    loss_blocks,
    prediction_blocks,
    unit_blocks,
)
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import Block, Cell, DocumentTable, Paragraph, Section
from glassnet.nn.summary import layers_section

__all__ = [
    "ShownWeights",
    "backward_details",
    "batch_details",
    "forward_details",
    "loss_details",
    "network_details",
    "update_details",
]


@dataclass(frozen=True)
class ShownWeights:
    """The weights listed in each layer: those with the largest gradients and largest changes."""

    by_gradient: list[tuple[list[WeightPlace], Selection]]
    by_change: list[tuple[list[WeightPlace], Selection]]

    @classmethod
    def of(cls, step: Step, limits: Limits) -> "ShownWeights":
        """Return the weights to list for a step."""

        def largest_of(buffer: Array) -> list[tuple[list[WeightPlace], Selection]]:
            layers = range(1, len(step.architecture.layers) + 1)
            most = limits.weights
            return [largest_in_layer(step.architecture, buffer, layer, most) for layer in layers]

        by_gradient = largest_of(step.gradient)
        return cls(by_gradient, largest_of(step.changes) if step.update else [])

    @property
    def all(self) -> list[WeightPlace]:
        """All listed weights, each once."""
        layers = [*self.by_gradient, *self.by_change]
        return list(dict.fromkeys(place for places, _ in layers for place in places))


def network_details(explainer: Explainer) -> list[Section]:
    """The layers, and the inputs."""
    forward = explainer.forward
    layers = layers_section(forward.architecture, forward.parameters.dtype.name)
    return [
        _folded("Layers", *layers.blocks),
        _folded("Inputs", *_input_blocks(explainer)),
    ]


def forward_details(explainer: Explainer, layer: int) -> list[Section]:
    """Every unit of a layer, and after the last layer the whole in matrix form."""
    activation = explainer.forward.layer(layer).activation.name
    title = f"Forward pass, layer {layer} of {explainer.depth}: {activation}"
    sections = [_folded(title, *unit_blocks(explainer, layer))]
    if layer == explainer.depth:
        sections.append(_folded("Forward pass in matrix form", *forward_matrices(explainer)))
    return sections


def loss_details(explainer: Explainer) -> list[Section]:
    """The predictions beside the targets, and the terms of the loss."""
    return [
        _folded("Predictions and targets", *prediction_blocks(explainer)),
        _folded("The terms of the loss", *loss_blocks(explainer)),
    ]


def batch_details(explainer: Explainer) -> list[Section]:
    """The examples of the batch, each with its prediction and loss."""
    step, names = explainer.step, explainer.symbols
    if len(step.batch) == 1:
        return []
    losses = step.trace.losses * step.batch.sample_weights
    chosen = largest(losses, 2 * explainer.limits.units, step.example)
    outputs = largest(np.abs(step.outputs[-1]), explainer.limits.units).shown
    letters = names.notation
    columns = ["example", *(["row"] if step.batch.rows is not None else [])]
    for unit in outputs:
        index = names.index(names.depth, unit)
        columns += [f"{letters.prediction}[{index}]", f"{letters.target}[{index}]"]
    rows: list[tuple[Cell, ...]] = []
    for example in chosen.shown:
        cells: list[Cell] = [str(example + 1)]
        if step.batch.rows is not None:
            cells.append(str(int(step.batch.rows[example])))
        for unit in outputs:
            cells += [
                float(step.trace.predicted[example, unit]),
                float(step.batch.targets[example, unit]),
            ]
        rows.append((*cells, float(losses[example])))
    table = DocumentTable((*columns, f"loss {letters.loss}"), tuple(rows))
    more = chosen.sentence("examples", "losses", explainer.numbers)
    words = Paragraph(
        "Each is explained in full by step.example(n), with n its index, counted from 0."
    )
    return [_folded("The examples of the batch", table, *more, words)]


def backward_details(explainer: Explainer, layer: int, shown: ShownWeights) -> list[Section]:
    """Every δ and every gradient of a layer, and after the first layer the whole as matrices."""
    places, chosen = shown.by_gradient[layer - 1]
    gradients = [block for place in places for block in gradient_blocks(explainer, place)]
    letters = explainer.symbols.notation
    title = (
        f"Backward pass, layer {layer} of {explainer.depth}: {letters.delta}, then "
        f"∂{letters.loss}/∂{letters.weight} = {letters.delta}·{letters.output}"
    )
    left_out = chosen.sentence("weights", "gradients", explainer.numbers)
    sections = [_folded(title, *delta_blocks(explainer, layer), *gradients, *left_out)]
    if layer == 1:
        sections.append(_folded("Backward pass in matrix form", *backward_matrices(explainer)))
    return sections


def update_details(explainer: Explainer, shown: ShownWeights) -> Section:
    """The update of every weight."""
    updates = explainer.update_equations
    assert updates is not None
    blocks: list[Block] = updates.preface(explainer.numbers)
    for layer, (places, chosen) in enumerate(shown.by_change, start=1):
        for place in places:
            blocks += updates.equations(place)
        blocks += chosen.sentence(f"weights of layer {layer}", "changes", explainer.numbers)
    return _folded("Update of every weight", *blocks)


def _folded(title: str, *blocks: Block) -> Section:
    return Section(title, blocks, folded=True)


def _input_blocks(explainer: Explainer) -> list[Block]:
    forward, equations = explainer.forward, explainer.equations
    chosen = largest(forward.x, explainer.limits.units * 2)
    left_out = chosen.sentence("inputs", "values", explainer.numbers)
    if not forward.has_dropout(0) or forward.dropout_mask is None:
        rows = [(symbol, symbol.value) for symbol in map(equations.input, chosen.shown)]
        return [DocumentTable(("input", "value"), tuple(rows)), *left_out]
    dropout_mask, met = forward.dropout_mask[0], forward.units(0)
    with_dropout: list[tuple[Cell, ...]] = [
        (
            equations.names.unit_name(0, unit),
            float(forward.x[unit]),
            float(dropout_mask[unit]),
            float(met[unit]),
        )
        for unit in chosen.shown
    ]
    columns = ("input", "value", "dropout mask m", "x = value · m")
    caption = "The inputs, with the dropout mask of this step"
    return [DocumentTable(columns, tuple(with_dropout), caption), *left_out]
