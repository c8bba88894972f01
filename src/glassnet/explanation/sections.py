"""The explanation as a document: its sections in the order in which a step happens."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from glassnet.explanation.check import Check
from glassnet.explanation.derive import Derivation, ForwardDerivation
from glassnet.explanation.notation import Notation, WeightPlace
from glassnet.explanation.numbers import Forward, Step
from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    Equation,
    Paragraph,
    Section,
    Table,
)
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula, ln
from glassnet.structure.architecture import Architecture
from glassnet.structure.cost import CategoricalCrossentropy, Cost, CrossEntropyObjective

__all__ = [
    "Limits",
    "forward_sections",
    "network_section",
    "shown_weights",
    "step_sections",
    "weight_sections",
]


Item = TypeVar("Item")


@dataclass(frozen=True)
class Limits:
    """How much is listed before the rest is summed up.

    Parameters
    ----------
    terms : int
        Terms of a sum.
    units : int
        Units of a layer.
    weights : int
        Weights of a layer.
    """

    terms: int = 8
    units: int = 8
    weights: int = 24


def forward_sections(forward: Forward, names: Notation, limits: Limits) -> list[Section]:
    """The network and the forward pass."""
    derivation = ForwardDerivation(forward, names, limits.terms)
    layers = [
        Section(
            f"Forward pass, layer {layer} of {names.depth}: {_layer_words(forward, layer)}",
            tuple(_forward_blocks(derivation, layer, limits)),
        )
        for layer in range(1, names.depth + 1)
    ]
    network = network_section(forward.architecture, forward.parameters.dtype.name)
    return [network, *layers]


def step_sections(step: Step, names: Notation, check: Check, limits: Limits) -> list[Section]:
    """Forward pass, error, backward pass, update, outcome and check."""
    derivation = Derivation(step, names, limits.terms)
    backward = [
        Section(
            f"Backward pass, layer {layer} of {names.depth}: δ = ∂E/∂in, then ∂E/∂w = δ·y",
            tuple(_backward_blocks(derivation, layer, limits)),
        )
        for layer in range(names.depth, 0, -1)
    ]
    return [
        *forward_sections(step, names, limits),
        _prediction_section(step, names, limits),
        _error_section(derivation, limits),
        *backward,
        *_update_sections(derivation, limits),
        Section("Check", (Paragraph(str(check)),)),
    ]


def shown_weights(step: Step, limits: Limits) -> list[WeightPlace]:
    """The weights whose gradients or updates :func:`step_sections` lists."""
    shown: list[WeightPlace] = []
    for layer in range(1, len(step.architecture.layers) + 1):
        places = step.places(layer)
        shown += _largest(places, limits.weights, step.gradient_at)[0]
        shown += _largest(places, limits.weights, step.change)[0]
    return shown


def weight_sections(
    step: Step, names: Notation, check: Check, place: WeightPlace, limits: Limits
) -> list[Section]:
    """One weight's whole story: forward pass, error, chain rule, update, outcome, check."""
    derivation = Derivation(step, names, limits.terms)
    layer, unit = place.layer, place.unit
    before = step.units(layer - 1)
    forward: list[Block] = [
        Paragraph(_weight_words(names, place)),
        derivation.net_input(layer, unit, len(before) if place.source is None else place.source),
        derivation.output(layer, unit),
    ]
    if layer < names.depth:
        forward.append(Paragraph("From there through the layers behind it:"))
        for above in range(layer + 1, names.depth + 1):
            keep = unit if above == layer + 1 else None
            forward += _unit_blocks(derivation, above, _weight_limits(limits), keep, named=False)
    pair = next(pair for pair in check.pairs if pair.place == place)
    own = (
        f"This weight: {number_text(pair.gradient)} here, {number_text(pair.independent)} "
        f"independently; relative difference {pair.difference:.2g}."
    )
    return [
        Section("Forward pass", tuple(forward)),
        _prediction_section(step, names, limits),
        _error_section(derivation, limits),
        Section("Chain rule", tuple(_chain_blocks(derivation, place, limits))),
        *_weight_update(derivation, place),
        Section("Check", (Paragraph(own), Paragraph(str(check)))),
    ]


def network_section(architecture: Architecture, dtype: str) -> Section:
    """A table of the layers."""
    rows: list[tuple[Cell, ...]] = [("0 (input)", architecture.inputs, "", "", "")]
    for number, layer in enumerate(architecture.layers, start=1):
        place = architecture.places[number - 1]
        shape = " × ".join(str(count) for count in place.shape)
        biases = str(layer.units) if layer.bias else "none"
        rows.append((str(number), layer.units, layer.activation.name, shape, biases))
    table = Table(("layer", "units", "activation", "weights", "biases"), tuple(rows))
    count = architecture.parameter_count
    summary = Paragraph(f"{count:,} weights and biases, {dtype}.")
    return Section("The network", (table, summary))


def _layer_words(forward: Forward, layer: int) -> str:
    activation = forward.architecture.layers[layer - 1].activation.name
    return f"in = Σ w·y + b, then {activation}"


def _forward_blocks(derivation: ForwardDerivation, layer: int, limits: Limits) -> list[Block]:
    blocks: list[Block] = []
    if layer == 1:
        x = derivation.outputs(0)
        shown, left_out = _largest(x, limits.units * 2, _value)
        rows: list[tuple[Cell, ...]] = [(symbol, symbol.value) for symbol in shown]
        blocks.append(Table(("input", "value"), tuple(rows), "The inputs"))
        blocks += _left_out(left_out, "inputs", "values")
    return blocks + _unit_blocks(derivation, layer, limits)


def _unit_blocks(
    derivation: ForwardDerivation,
    layer: int,
    limits: Limits,
    keep: int | None = None,
    *,
    named: bool = True,
) -> list[Block]:
    """in and y of the layer's units; where they are many, of those with the largest outputs."""
    outputs = derivation.outputs(layer)
    shown, left_out = _largest(outputs, limits.units, _value)
    blocks: list[Block] = []
    for symbol in shown:
        unit = outputs.index(symbol)
        if named:
            blocks.append(Paragraph(f"Unit {derivation.names.unit_name(layer, unit)}:"))
        blocks += [derivation.net_input(layer, unit, keep), derivation.output(layer, unit)]
    return blocks + _left_out(left_out, "units", "outputs")


def _prediction_section(step: Step, names: Notation, limits: Limits) -> Section:
    p, d = step.outputs[-1].tolist(), step.desired.tolist()
    shown, _ = _largest(
        range(len(p)), limits.units * 2, lambda unit: max(abs(p[unit]), abs(d[unit]))
    )
    labels = tuple(names.unit_name(names.depth, unit) for unit in shown)
    predicted = ("predicted", tuple(p[unit] for unit in shown))
    desired = ("desired", tuple(d[unit] for unit in shown))
    rest = [p[unit] for unit in range(len(p)) if unit not in shown]
    blocks = (Bars(labels, (predicted, desired)), *_left_out(rest, "outputs", "predictions"))
    return Section("Predicted beside desired", blocks)


def _error_section(derivation: Derivation, limits: Limits) -> Section:
    step = derivation.step
    cost = step.objective.cost
    blocks: list[Block] = [Paragraph(f"The cost is {_cost_words(cost)}.")]
    blocks.append(derivation.error())
    if isinstance(cost, CategoricalCrossentropy):
        counting = [d for d in derivation.desired if d.value != 0]
        if len(counting) == 1 and not cost.label_smoothing:
            place = derivation.desired.index(counting[0])
            p = derivation.predicted[place]
            name = derivation.names.unit_name(derivation.names.depth, place)
            blocks.append(
                Paragraph(
                    f"Desired is 1 for {name} and 0 for the others, so that only one term counts: "
                    f"E = −ln p, with p = {number_text(p.value)}. At p = 1 it would be 0; it grows "
                    "without bound as p goes to 0."
                )
            )
        blocks += _penalties(derivation, limits)
    return Section("The error", tuple(blocks))


def _penalties(derivation: Derivation, limits: Limits) -> list[Block]:
    """How much each class is penalised."""
    terms = derivation.step.objective.cost.terms(derivation.predicted, derivation.desired)
    values = [term.evaluate() for term in terms]
    rows: list[tuple[Cell, ...]] = []
    for unit, (p, d) in enumerate(zip(derivation.predicted, derivation.desired, strict=True)):
        name = derivation.names.unit_name(derivation.names.depth, unit)
        rows.append((name, d.value, p.value, (-ln(p)).evaluate(), abs(values[unit])))
    # The desired classes count however improbable they are predicted.
    shown, _ = _largest(
        range(len(rows)),
        limits.units * 2,
        lambda unit: derivation.predicted[unit].value + derivation.desired[unit].value,
    )
    columns = ("class", "desired d", "predicted p", "−ln p", "counts −d·ln p")
    table = Table(columns, tuple(rows[unit] for unit in shown), "How each class is penalised")
    left_out = [value for unit, value in enumerate(values) if unit not in shown]
    return [table, *_left_out(left_out, "classes", "terms")]


def _backward_blocks(derivation: Derivation, layer: int, limits: Limits) -> list[Block]:
    blocks: list[Block] = []
    if layer == derivation.depth:
        blocks += _two_ways(derivation)
    deltas = derivation.deltas(layer)
    shown, left_out = _largest(deltas, limits.units, _value)
    for symbol in shown:
        blocks += _with_rounding(derivation.delta(layer, deltas.index(symbol)))
    blocks += _left_out(left_out, "units", "δ")
    places = derivation.step.places(layer)
    chosen, others = _largest(places, limits.weights, derivation.step.gradient_at)
    blocks += [derivation.gradient(place) for place in chosen]
    return blocks + _left_out(others, "weights", "gradients")


def _with_rounding(equations: Sequence[Equation]) -> list[Block]:
    """Equations, and a word where the rounded numbers in them no longer give the value."""
    values = [step.evaluate() for equation in equations for step in equation.steps]
    if all(math.isclose(value, equations[0].value, rel_tol=1e-4) for value in values):
        return list(equations)
    words = (
        "The unit is so nearly saturated that the numbers above, rounded as they are, cancel; the "
        "value is computed from the net input, where nothing cancels."
    )
    return [*equations, Paragraph(words)]


def _two_ways(derivation: Derivation) -> list[Block]:
    objective = derivation.step.objective
    if not isinstance(objective, CrossEntropyObjective):
        return []
    name, cost = objective.activation.name, _cost_words(objective.cost)
    return [
        Paragraph(
            f"δ of the output layer twice: in full, the derivative of {cost} times that of {name}; "
            f"and in short, where most of it cancels."
        )
    ]


def _update_sections(derivation: Derivation, limits: Limits) -> list[Section]:
    step = derivation.step
    if step.optimizer is None:
        return []
    blocks: list[Block] = [Paragraph(f"The optimizer is {step.optimizer}.")]
    for layer in range(1, derivation.depth + 1):
        chosen, others = _largest(
            step.places(layer),
            limits.weights,
            step.change,
        )
        for place in chosen:
            blocks += derivation.update(place)
        blocks += _left_out(others, f"weights of layer {layer}", "changes")
    return [Section("Update", tuple(blocks)), _outcome_section(derivation)]


def _outcome_section(derivation: Derivation) -> Section:
    step, names = derivation.step, derivation.names
    rows: list[tuple[Cell, ...]] = []
    for unit in range(len(derivation.predicted)):
        was, now = derivation.predicted[unit].value, float(step.new_predicted[unit])
        name = names.unit_name(names.depth, unit)
        rows.append((name, was, now, derivation.desired[unit].value))
    rows.append(("error E", step.error, step.new_error, 0.0))
    table = Table(("output", "was", "is", "desired"), tuple(rows))
    verdict = "smaller" if step.new_error < step.error else "not smaller"
    words = f"After the update the error of this example is {verdict} than before."
    return Section("Outcome", (table, Paragraph(words)))


def _weight_words(names: Notation, place: WeightPlace) -> str:
    unit = names.unit_name(place.layer, place.unit)
    if place.source is None:
        return f"The weight from the bias unit, which is always 1, to {unit}."
    number = f"w{place.layer}[{place.source + 1},{place.unit + 1}]"
    return f"{number}, from {names.unit_name(place.layer - 1, place.source)} to {unit}."


def _chain_blocks(derivation: Derivation, place: WeightPlace, limits: Limits) -> list[Block]:
    path = derivation.single_path(place)
    words = "From the error backwards, δ = ∂E/∂in layer by layer, down to this weight:"
    blocks: list[Block] = [Paragraph(words)]
    if path is not None:
        alone = Paragraph("Only one path leads from this weight to the error:")
        blocks = [alone, path, Paragraph("The same by way of δ = ∂E/∂in:")]
    return [*blocks, *_recursion(derivation, place, limits), derivation.gradient(place)]


def _recursion(derivation: Derivation, place: WeightPlace, limits: Limits) -> list[Block]:
    blocks: list[Block] = []
    few = _weight_limits(limits)
    for layer in range(derivation.depth, place.layer, -1):
        deltas = derivation.deltas(layer)
        shown, left_out = _largest(deltas, few.units, _value)
        for symbol in shown:
            blocks += derivation.delta(layer, deltas.index(symbol))[-1:]
        blocks += _left_out(left_out, "units", "δ")
    return blocks + _with_rounding(derivation.delta(place.layer, place.unit))


def _weight_update(derivation: Derivation, place: WeightPlace) -> list[Section]:
    if derivation.step.optimizer is None:
        return []
    return [
        Section("Update", tuple(derivation.update(place))),
        _outcome_section(derivation),
    ]


def _weight_limits(limits: Limits) -> Limits:
    """One weight's story shows less of the layers around it."""
    return Limits(limits.terms, min(limits.units, 4), limits.weights)


def _largest(
    items: Sequence[Item], most: int, value: Callable[[Item], float]
) -> tuple[list[Item], list[float]]:
    """The items with the largest values, in their order, and the values of the others."""
    values = [value(item) for item in items]
    order = sorted(range(len(items)), key=lambda n: -abs(values[n]))
    shown, others = sorted(order[:most]), sorted(order[most:])
    return [items[n] for n in shown], [values[n] for n in others]


def _value(formula: Formula) -> float:
    return formula.evaluate()


def _cost_words(cost: Cost) -> str:
    return cost.name.replace("_", " ").replace("crossentropy", "cross-entropy")


def _left_out(values: Sequence[float], what: str, of_each: str) -> list[Block]:
    """One sentence on what is not shown, where there is such."""
    if not values:
        return []
    total = number_text(math.fsum(values))
    return [Paragraph(f"… and {len(values):,} more {what}, their {of_each} together {total}.")]
