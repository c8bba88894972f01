"""The page of one weight: forward pass, loss, chain rule, paths to the loss, update, check."""

import numpy as np

from glassnet.explanation.equations.backward import StepEquations
from glassnet.explanation.equations.paths import Path, path_equation, paths_of
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.pages.chain import chain_lines
from glassnet.explanation.pages.legend import legend
from glassnet.explanation.pages.rounding import with_rounding
from glassnet.explanation.pages.sections import (
    batch_words,
    delta_blocks,
    loss_name,
    outcome_blocks,
)
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.explanation.symbols import Symbols
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Equation,
    Paragraph,
    Section,
)
from glassnet.formula.number import count_text
from glassnet.formula.tree import Formula, Remainder, Sum
from glassnet.render.text import formula_text

__all__ = ["weight_sections"]

# At most this many units of each following layer are shown, and products of paths written out.
FEW = 4


def weight_sections(explainer: Explainer, place: WeightPlace) -> list[Section]:
    """The sections of one weight's page."""
    loss = Section(f"Loss: {loss_name(explainer.step.output_loss.loss)}", tuple(_loss(explainer)))
    return [
        Section("Forward pass", tuple(_forward_blocks(explainer, place))),
        loss,
        Section("Backward pass, by the chain rule", tuple(_chain_blocks(explainer, place))),
        *_paths(explainer, place),
        *_shares(explainer, place),
        *_update(explainer, place),
    ]


def _loss(explainer: Explainer) -> list[Block]:
    equations = explainer.step_equations
    blocks: list[Block] = with_rounding([equations.loss()], explainer.numbers)
    if not explainer.step.alone:
        blocks = [Paragraph(batch_words(explainer)), *blocks, equations.mean_loss()]
    return blocks


def _forward_blocks(explainer: Explainer, place: WeightPlace) -> list[Block]:
    equations, names = explainer.step_equations, explainer.symbols
    layer, unit = place.layer, place.unit
    bias = equations.contributions(layer, unit).size - 1
    keep = bias if place.source is None else place.source
    blocks: list[Block] = [
        *legend(explainer, place),
        Paragraph(_weight_words(names, place)),
        equations.net_input(layer, unit, keep),
        *equations.outputs(layer, unit),
    ]
    if layer == names.depth:
        return blocks
    blocks.append(Paragraph("Then through the following layers:"))
    for above in range(layer + 1, names.depth + 1):
        chosen = largest(equations.forward.units(above), min(explainer.limits.units, FEW))
        for other in chosen.shown:
            blocks.append(equations.net_input(above, other, unit if above == layer + 1 else None))
            blocks += equations.outputs(above, other)
        blocks += chosen.sentence("units", "outputs", explainer.numbers)
    return blocks


def _weight_words(names: Symbols, place: WeightPlace) -> str:
    unit = names.unit_name(place.layer, place.unit)
    if place.source is None:
        return f"The weight from the bias unit, whose output is always 1, to {unit}."
    symbol = formula_text(names.weight(place, 0.0))
    return f"{symbol}, from {names.unit_name(place.layer - 1, place.source)} to {unit}."


def _chain_blocks(explainer: Explainer, place: WeightPlace) -> list[Block]:
    """Each factor from the loss back to the weight; δ of the layers between, layer by layer."""
    equations = explainer.step_equations
    few = explainer.with_units(FEW)
    blocks: list[Block] = []
    for layer in range(explainer.depth, place.layer, -1):
        blocks += delta_blocks(few, layer)
    return [*blocks, *with_rounding(chain_lines(equations, place), explainer.numbers)]


def _paths(explainer: Explainer, place: WeightPlace) -> list[Section]:
    """The sum over paths, if there is more than one."""
    equations, step, limits = explainer.step_equations, explainer.step, explainer.limits
    paths = paths_of(step, place, limits.paths, limits.terms)
    count = len(paths.largest) + paths.others
    if count == 1:
        return _only_path(equations, place, paths.largest[0])
    words = (
        f"{count_text(count)} paths lead from this weight to the loss. The value of a path is the "
        "product of the derivatives along it; ∂E/∂w is the sum over all paths."
    )
    rows: list[tuple[Cell, ...]] = [
        (f"path {number}", _way(equations, place, path), path.value)
        for number, path in enumerate(paths.largest, start=1)
    ]
    if paths.others:
        rows.append((f"… and {count_text(paths.others)} more", "", paths.rest))
    caption = "All paths" if not paths.others else "The paths with the largest products"
    table = DocumentTable(("", "through", "product"), tuple(rows), caption)
    written_out = [
        path_equation(equations, place, path, number)
        for number, path in enumerate(paths.largest[:FEW], start=1)
    ]
    products = [line.left for line in written_out]
    further = enumerate(paths.largest[FEW:], start=FEW + 1)
    terms: list[Formula] = [
        *products,
        *(equations.written(equations.names.path(number, path.value)) for number, path in further),
    ]
    if paths.others:
        terms.append(Remainder(paths.others, paths.rest))
    total = equations.equation(equations.gradient_symbol(place), Sum(tuple(terms)))
    blocks: tuple[Block, ...] = (Paragraph(words), table, *written_out, total)
    return [Section("Paths to the loss", blocks, folded=True)]


def _only_path(equations: StepEquations, place: WeightPlace, path: Path) -> list[Section]:
    """The gradient as one product, if no other layer follows that spreads it."""
    if len(path.units) == 1:  # the chain rule above is the path
        return []
    words = Paragraph("Only one path leads from this weight to the loss:")
    return [Section("Path to the loss", (words, path_equation(equations, place, path, 1)))]


def _way(equations: StepEquations, place: WeightPlace, path: Path) -> str:
    """The units along a path."""
    names = [equations.names.unit_name(place.layer, path.units[0])]
    for n, unit in enumerate(path.units[1:]):
        name = equations.names.unit_name(place.layer + (n + 1) // 2, unit)
        if name != names[-1]:
            names.append(name)
    return " → ".join(names)


def _shares(explainer: Explainer, place: WeightPlace) -> list[Section]:
    """Why the weight changed: each example's share of the gradient, if there are several."""
    step, equations = explainer.step, explainer.step_equations
    if step.alone:
        return []
    own = step.example_gradients(place)
    total = step.batch.weight or 1.0
    chosen = largest(own, explainer.limits.units * 2)
    order = sorted(chosen.shown, key=lambda example: -abs(own[example]))
    rows: list[tuple[Cell, ...]] = [
        (*_example_cells(step, example), float(own[example]), float(own[example] / total))
        for example in order
    ]
    which = ("example",) if step.batch.rows is None else ("example", "row")
    columns = (*which, "∂E[n]/∂w", "share ∂E[n]/∂w / N")
    up, down = own[own > 0].sum() / total, own[own < 0].sum() / total
    words = (
        f"Examples that call for a smaller weight: {int(np.count_nonzero(own > 0)):,} (their "
        f"shares sum to {explainer.numbers.text(float(up))}); for a larger weight: "
        f"{int(np.count_nonzero(own < 0)):,} (sum {explainer.numbers.text(float(down))})."
    )
    blocks: tuple[Block, ...] = (
        equations.batch_gradient(place),
        DocumentTable(columns, tuple(rows), "Each example's share of the gradient, largest first"),
        *chosen.sentence("examples", "gradients", explainer.numbers),
        Paragraph(words),
    )
    return [Section("The batch: why this weight changes", blocks)]


def _example_cells(step: Step, example: int) -> tuple[Cell, ...]:
    if step.batch.rows is None:
        return (str(example + 1),)
    return (str(example + 1), str(int(step.batch.rows[example])))


def _update(explainer: Explainer, place: WeightPlace) -> list[Section]:
    updates = explainer.update_equations
    if updates is None:
        return []
    shown: list[Equation] = updates.equations(place)
    return [
        Section("Update", (*updates.preface(explainer.numbers), *shown)),
        Section("Outcome", tuple(outcome_blocks(explainer))),
    ]
