"""The explanation of a whole step: its sections in the order of the computation."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from glassnet.core.array import Array
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import Limits, Selection, largest, largest_in_layer
from glassnet.explanation.numbers_end import (
    LOSS,
    OUTCOME,
    UPDATE,
    backward_stage,
    forward_stage,
)
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

#: The stage of the numbers that a part of the page shows, and what makes its sections.
_Part: TypeAlias = tuple[str | None, Callable[[], list[Section]]]


def forward_sections(explainer: Explainer) -> list[Section]:
    """The network and the forward pass."""
    return _as_far_as_numbers_go(explainer, _forward_parts(explainer))


def _forward_parts(explainer: Explainer) -> Iterator[_Part]:
    forward, end = explainer.forward, explainer.end
    examples = len(forward.batch) if isinstance(forward, Step) else 1
    yield None, lambda: [layers_section(forward.architecture, forward.parameters.dtype.name)]
    if end is None or not end.in_forward_pass:
        yield (
            None,
            lambda: [
                Section("The units of this example", (draw_example(explainer),)),
                forward_matrices(forward, examples),
            ],
        )
    for layer in range(1, explainer.depth + 1):
        yield forward_stage(layer), partial(_forward_layer, explainer, layer)


def _forward_layer(explainer: Explainer, layer: int) -> list[Section]:
    words = _layer_words(explainer.forward, layer)
    title = f"Forward pass, layer {layer} of {explainer.depth}: {words}"
    return [Section(title, tuple(_forward_blocks(explainer, layer)))]


def step_sections(explainer: Explainer, shown: "ShownWeights") -> list[Section]:
    """Forward pass, loss, backward pass, update and outcome."""
    return _as_far_as_numbers_go(explainer, _step_parts(explainer, shown))


def _step_parts(explainer: Explainer, shown: "ShownWeights") -> Iterator[_Part]:
    end = explainer.end
    yield from _forward_parts(explainer)
    yield LOSS, lambda: [prediction_section(explainer), loss_section(explainer)]
    if end is None or end.has_gradients:
        yield None, lambda: [backward_matrices(explainer.step)]
    for layer in range(explainer.depth, 0, -1):
        yield backward_stage(layer), partial(_backward_layer, explainer, layer, shown)
    if explainer.update_equations is not None:
        yield UPDATE, lambda: [_update_section(explainer, shown)]
        yield OUTCOME, lambda: [outcome_section(explainer)]


def _backward_layer(explainer: Explainer, layer: int, shown: "ShownWeights") -> list[Section]:
    title = f"Backward pass, layer {layer} of {explainer.depth}: δ = ∂E/∂in, then ∂E/∂w = δ·y"
    return [Section(title, tuple(_backward_blocks(explainer, layer, shown)))]


def _as_far_as_numbers_go(explainer: Explainer, parts: Iterable[_Part]) -> list[Section]:
    """The sections up to the first part with numbers that are not finite, and where that is."""
    sections: list[Section] = []
    for stage, make in parts:
        if explainer.end is not None and stage == explainer.end.stage:
            end = Section("Where the numbers end", (Paragraph(str(explainer.end)),))
            return [*sections, end]
        sections += make()
    return sections


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


def _update_section(explainer: Explainer, shown: ShownWeights) -> Section:
    updates = explainer.update_equations
    assert updates is not None
    blocks: list[Block] = updates.preface(explainer.limits)
    for layer, (places, chosen) in enumerate(shown.by_change, start=1):
        for place in places:
            blocks += updates.equations(place)
        blocks += chosen.sentence(f"weights of layer {layer}", "changes", explainer.limits)
    return Section("Update", tuple(blocks))
