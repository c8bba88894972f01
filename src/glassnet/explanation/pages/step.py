"""The explanation of a whole step: its sections in the order of the computation."""

from dataclasses import dataclass

from glassnet.core.array import Array
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import Limits, Selection, largest, largest_in_layer
from glassnet.explanation.pages.drawing import draw_example
from glassnet.explanation.pages.matrices import backward_matrices, forward_matrices
from glassnet.explanation.pages.sections import (
    delta_blocks,
    gradient_blocks,
    loss_name,
    loss_section,
    outcome_section,
    prediction_section,
    unit_blocks,
)
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Forward, Step
from glassnet.formula.document import Block, Cell, DocumentTable, Paragraph, Section
from glassnet.nn.losses.loss import CrossEntropyFromLogits
from glassnet.nn.summary import layers_section

__all__ = ["ShownWeights", "forward_sections", "step_sections"]


def forward_sections(explainer: Explainer) -> list[Section]:
    """The network and the forward pass."""
    forward, depth = explainer.forward, explainer.depth
    examples = len(forward.batch) if isinstance(forward, Step) else 1
    layers = [
        Section(
            f"Forward pass, layer {layer} of {depth}: {_layer_words(forward, layer)}",
            tuple(_forward_blocks(explainer, layer)),
        )
        for layer in range(1, depth + 1)
    ]
    network = layers_section(forward.architecture, forward.parameters.dtype.name)
    drawing = Section("The units of this example", (draw_example(explainer),))
    return [network, drawing, forward_matrices(forward, examples), *layers]


def step_sections(explainer: Explainer, shown: "ShownWeights") -> list[Section]:
    """Forward pass, loss, backward pass, update and outcome."""
    depth = explainer.depth
    backward = [
        Section(
            f"Backward pass, layer {layer} of {depth}: δ = ∂E/∂in, then ∂E/∂w = δ·y",
            tuple(_backward_blocks(explainer, layer, shown)),
        )
        for layer in range(depth, 0, -1)
    ]
    return [
        *forward_sections(explainer),
        prediction_section(explainer),
        loss_section(explainer),
        backward_matrices(explainer.step),
        *backward,
        *_update_sections(explainer, shown),
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


def _layer_words(forward: Forward, layer: int) -> str:
    return f"in = Σ w·y + b, then {forward.layer(layer).activation.name}"


def _forward_blocks(explainer: Explainer, layer: int) -> list[Block]:
    blocks: list[Block] = []
    if layer == 1:
        blocks += _input_blocks(explainer)
    return blocks + unit_blocks(explainer, layer)


def _input_blocks(explainer: Explainer) -> list[Block]:
    forward, equations = explainer.forward, explainer.equations
    chosen = largest(forward.x, explainer.limits.units * 2)
    if not forward.has_dropout(0) or forward.dropout_mask is None:
        rows = [(symbol, symbol.value) for symbol in map(equations.input, chosen.shown)]
        table = DocumentTable(("input", "value"), tuple(rows), "The inputs")
        return [table, *chosen.sentence("inputs", "values", explainer.limits)]
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
    table = DocumentTable(
        columns, tuple(with_dropout), "The inputs, with the dropout mask of this step"
    )
    return [table, *chosen.sentence("inputs", "values", explainer.limits)]


def _backward_blocks(explainer: Explainer, layer: int, shown: ShownWeights) -> list[Block]:
    blocks: list[Block] = []
    if layer == explainer.depth:
        blocks += _two_ways(explainer.step)
    blocks += delta_blocks(explainer, layer)
    places, chosen = shown.by_gradient[layer - 1]
    for place in places:
        blocks += gradient_blocks(explainer, place)
    return blocks + chosen.sentence("weights", "gradients", explainer.limits)


def _two_ways(step: Step) -> list[Block]:
    output_loss = step.output_loss
    if not isinstance(output_loss, CrossEntropyFromLogits):
        return []
    name, loss = output_loss.activation.name, loss_name(output_loss.loss)
    return [
        Paragraph(
            f"δ of the output layer in two ways: in full, the derivative of {loss} times that of "
            f"{name}; and in short, after cancelling."
        )
    ]


def _update_sections(explainer: Explainer, shown: ShownWeights) -> list[Section]:
    updates = explainer.update_equations
    if updates is None:
        return []
    blocks: list[Block] = updates.preface(explainer.limits)
    for layer, (places, chosen) in enumerate(shown.by_change, start=1):
        for place in places:
            blocks += updates.equations(place)
        blocks += chosen.sentence(f"weights of layer {layer}", "changes", explainer.limits)
    return [Section("Update", tuple(blocks)), outcome_section(explainer)]
