"""The page of one unit: the contributions of its inputs, its output, and its δ."""

import math

import numpy as np
from numpy.typing import NDArray

from glassnet.drawing.image_shape import image_shape
from glassnet.drawing.weight_pictures import weight_pictures
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.pages.chain import delta_lines
from glassnet.explanation.pages.rounding import with_rounding
from glassnet.explanation.places import UnitPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import Block, Cell, DocumentTable, Picture, Section
from glassnet.nn.layers import Scale

__all__ = ["unit_sections"]


def unit_sections(explainer: Explainer, place: UnitPlace) -> list[Section]:
    """The inputs' contributions, largest first; the output; δ, and the next layer's part in it."""
    layer, unit = place.layer, place.unit
    sections = [
        Section("Net input", (*_contributions(explainer, place),)),
        Section("Output", tuple(explainer.equations.outputs(layer, unit))),
    ]
    if isinstance(explainer.forward, Step):
        blocks: list[Block] = with_rounding(
            delta_lines(explainer.step_equations, layer, unit), explainer.numbers
        )
        if layer < explainer.depth:
            blocks += _backward_contributions(explainer, place)
        letters = explainer.symbols.notation
        title = f"{letters.delta} = ∂{letters.loss}/∂{letters.net_input}"
        sections.append(Section(title, tuple(blocks)))
    return sections


def _contributions(explainer: Explainer, place: UnitPlace) -> list[Block]:
    layer, unit, equations = place.layer, place.unit, explainer.equations
    values = equations.contributions(layer, unit)
    chosen = largest(values, explainer.limits.units * 2)
    rows: list[tuple[Cell, ...]] = []
    for number in _by_size(values, chosen.shown):
        weight = equations.place_into(layer, unit, number)
        symbol = equations.weight(weight)
        if weight.source is None:
            rows.append(("bias unit", symbol, symbol.value, 1.0, float(values[number])))
            continue
        source = equations.names.unit_name(layer - 1, weight.source)
        y = equations.output(layer - 1, weight.source).value
        rows.append((source, symbol, symbol.value, y, float(values[number])))
    multiplier = equations.forward.architecture.places[layer - 1].multiplier
    letters = explainer.symbols.notation
    product = f"{explainer.numbers.text(multiplier)}·{letters.weight}·{letters.output}"
    adds = "adds" if multiplier == 1 else f"adds {product}"
    columns = ("from", "weight", letters.weight, f"output {letters.output}", adds)
    table = DocumentTable(columns, tuple(rows), "Contributions of the inputs, largest first")
    return [
        *_weights_as_picture(explainer, place),
        table,
        *chosen.sentence("inputs", "contributions", explainer.numbers),
        equations.net_input(layer, unit),
    ]


def _weights_as_picture(explainer: Explainer, place: UnitPlace) -> list[Picture]:
    """The weights of a unit that sees an image."""
    shape = image_shape(explainer.symbols.feature_names)
    forward = explainer.forward
    if place.layer > 1 or shape is None or isinstance(forward.layer(1), Scale):
        return []
    weights = forward.architecture.weights(forward.parameters)[0][:, [place.unit]]
    caption = "The weights of this unit over the image: positive blue or +, negative orange or −"
    return weight_pictures(weights, shape, [caption])


def _backward_contributions(explainer: Explainer, place: UnitPlace) -> list[Block]:
    layer, unit, equations = place.layer, place.unit, explainer.step_equations
    values = equations.backward_contributions(layer, unit)
    chosen = largest(values, explainer.limits.units * 2)
    rows: list[tuple[Cell, ...]] = []
    for number in _by_size(values, chosen.shown):
        j = unit if equations.is_scale(layer + 1) else number
        name = equations.names.unit_name(layer + 1, j)
        rows.append((name, equations.delta_symbol(layer + 1, j).value, float(values[number])))
    letters, total = explainer.symbols.notation, explainer.numbers.text(math.fsum(values))
    caption = f"Contributions to ∂{letters.loss}/∂{letters.output} = {total}, largest first"
    columns = ("from", letters.delta, f"adds {letters.weight}·{letters.delta}")
    table = DocumentTable(columns, tuple(rows), caption)
    return [table, *chosen.sentence("units", "contributions", explainer.numbers)]


def _by_size(values: NDArray[np.float64], shown: list[int]) -> list[int]:
    return sorted(shown, key=lambda number: -abs(values[number]))
