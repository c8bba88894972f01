"""Sections and blocks that the explanations of a step, a weight and a unit share."""

import math

import numpy as np

from glassnet.core.plural import numbered
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.pages.chain import delta_lines
from glassnet.explanation.pages.rounding import with_rounding
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import (
    Bars,
    Block,
    Cell,
    DocumentTable,
    Equation,
    Paragraph,
)
from glassnet.formula.tree import ln
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.loss import Loss

__all__ = [
    "batch_words",
    "delta_blocks",
    "gradient_blocks",
    "loss_blocks",
    "loss_name",
    "outcome_blocks",
    "prediction_blocks",
    "unit_blocks",
]


def unit_blocks(explainer: Explainer, layer: int) -> list[Block]:
    """in and y of a layer's units; for a wide layer, of those with the largest outputs."""
    equations = explainer.equations
    chosen = largest(equations.forward.units(layer), explainer.limits.units)
    blocks: list[Block] = []
    for unit in chosen.shown:
        blocks.append(Paragraph(f"Unit {equations.names.unit_name(layer, unit)}:"))
        blocks += [equations.net_input(layer, unit), *equations.outputs(layer, unit)]
    return blocks + chosen.sentence("units", "outputs", explainer.numbers)


def delta_blocks(explainer: Explainer, layer: int) -> list[Block]:
    """δ of a layer's units, factor by factor; for a wide layer, the largest."""
    chosen = largest(explainer.step.deltas[layer - 1], explainer.limits.units)
    lines: list[Equation] = []
    for unit in chosen.shown:
        own = delta_lines(explainer.step_equations, layer, unit)
        lines += [line for line in own if line not in lines]  # softmax units share a factor
    blocks = with_rounding(lines, explainer.numbers)
    letter = explainer.symbols.notation.delta
    return blocks + chosen.sentence("units", letter, explainer.numbers)


def gradient_blocks(explainer: Explainer, place: WeightPlace) -> list[Block]:
    """A weight's gradient for the example and, in a batch, the mean over all examples."""
    equations = explainer.step_equations
    own = equations.gradient(place)
    return [own] if equations.step.alone else [own, equations.batch_gradient(place)]


def prediction_blocks(explainer: Explainer) -> list[Block]:
    """The predictions beside the targets."""
    step, names = explainer.step, explainer.symbols
    p, t = step.outputs[-1].astype(np.float64), step.target.astype(np.float64)
    chosen = largest(np.maximum(np.abs(p), np.abs(t)), explainer.limits.units * 2)
    labels = tuple(names.unit_name(names.depth, unit) for unit in chosen.shown)
    predicted = ("prediction", tuple(p[chosen.shown].tolist()))
    target = ("target", tuple(t[chosen.shown].tolist()))
    rest = math.fsum(np.delete(p, chosen.shown).tolist())
    blocks: list[Block] = [Bars(labels, (predicted, target))]
    if chosen.others:
        total = explainer.numbers.text(rest)
        words = f"Remaining outputs: {chosen.others:,}; their predictions sum to {total}."
        blocks.append(Paragraph(words))
    return blocks


def loss_blocks(explainer: Explainer) -> list[Block]:
    """The loss: its formula, the term that is not 0, and the terms of all classes."""
    step, equations = explainer.step, explainer.step_equations
    loss = step.output_loss.loss
    blocks: list[Block] = [Paragraph(f"The loss is {loss_name(loss)}.")]
    if not step.alone:
        blocks.append(Paragraph(batch_words(explainer)))
    blocks += with_rounding([equations.loss()], explainer.numbers)
    if isinstance(loss, CategoricalCrossentropy):
        blocks += _only_term(explainer, loss)
        blocks.append(_penalised_classes(explainer))
        dropped = step.target.size - min(explainer.limits.units * 2, step.target.size)
        if dropped:
            blocks.append(Paragraph(f"Remaining classes: {dropped:,}."))
    if not step.alone:
        blocks.append(equations.mean_loss())
    return blocks


def outcome_blocks(explainer: Explainer) -> list[Block]:
    """What the update changed: before, after, target."""
    step, names = explainer.step, explainer.symbols
    apart = np.maximum(np.abs(step.outputs[-1]), np.abs(step.new_prediction))
    chosen = largest(np.maximum(apart, np.abs(step.target)), explainer.limits.units * 2)
    letters = names.notation
    rows: list[tuple[Cell, ...]] = []
    for unit in chosen.shown:
        was, now = float(step.outputs[-1][unit]), float(step.new_prediction[unit])
        name = f"{letters.prediction} of {names.unit_name(names.depth, unit)}"
        rows.append((name, was, now, float(step.target[unit])))
    rows.append((f"loss {names.loss(0.0).letter}", step.loss, step.new_loss, ""))
    if not step.alone:
        rows.append(("mean loss of the batch", step.mean_loss, step.new_mean_loss, ""))
    blocks: list[Block] = [DocumentTable(("", "was", "is", "target"), tuple(rows))]
    if chosen.others:
        blocks.append(Paragraph(f"Remaining outputs: {chosen.others:,}."))
    if words := _outcome_words(explainer):
        blocks.append(Paragraph(words))
    return blocks


def _outcome_words(explainer: Explainer) -> str:
    """What the table does not say by itself."""
    step, words = explainer.step, []
    if step.new_mean_loss > step.mean_loss:
        words.append(_why_it_grew(step))
    if explainer.paper is not None:
        words.append("This table is computed without rounding.")
    if step.dropout_mask is not None:
        words.append("Both use the dropout mask of this step; a prediction uses all units.")
    return " ".join(words)


def _why_it_grew(step: Step) -> str:
    """Whether the step was too long, or went the wrong way."""
    slope = float(np.dot(step.gradient.astype(np.float64), step.changes.astype(np.float64)))
    if slope < 0:
        return "The loss grew: the step was too long. With a smaller learning rate it falls."
    return (
        "The loss grew: what the optimizer remembers of earlier steps, or a penalty, moved the "
        "weights against the gradient here."
    )


def loss_name(loss: Loss) -> str:
    """A loss's name in words."""
    return loss.name.replace("_", " ").replace("crossentropy", "cross-entropy")


def batch_words(explainer: Explainer) -> str:
    """Which example of which batch is shown."""
    step, letters = explainer.step, explainer.symbols.notation
    batch = step.batch
    words = f"This is example {numbered(step.example)} of {len(batch)} in the batch"
    if batch.table_rows is not None:
        words += f", row {numbered(int(batch.table_rows[step.example]))} of the table"
    elif batch.rows is not None:
        words += f", example {numbered(int(batch.rows[step.example]))} of the training data"
    words += f": {letters.loss}[{step.example + 1}] is its loss"
    if step.sample_weight != 1:
        words += f", with the sample weight {step.sample_weight:g}"
    return f"{words}. {letters.loss} is the mean over the batch."


def _only_term(explainer: Explainer, loss: CategoricalCrossentropy) -> list[Block]:
    equations = explainer.step_equations
    counting = np.flatnonzero(equations.step.target)
    if len(counting) != 1 or loss.label_smoothing or equations.step.target[counting[0]] != 1:
        return []
    unit = int(counting[0])
    name = equations.names.unit_name(equations.depth, unit)
    p = explainer.numbers.text(equations.predicted[unit].value)
    return [
        Paragraph(
            f"The target class is {name}, so only its term is not 0: E = −ln p, with p = {p}. "
            "The loss is 0 at p = 1 and grows without bound as p goes to 0."
        )
    ]


def _penalised_classes(explainer: Explainer) -> DocumentTable:
    """The term of each class."""
    equations = explainer.step_equations
    terms = equations.step.output_loss.terms(equations.predicted, equations.target)
    # The target classes are shown however small their probability is.
    size = equations.step.outputs[-1] + equations.step.target
    rows: list[tuple[Cell, ...]] = []
    for unit in largest(size, explainer.limits.units * 2).shown:
        p, t = equations.predicted[unit], equations.target[unit]
        name = equations.names.unit_name(equations.depth, unit)
        rows.append((name, t.value, p.value, (-ln(p)).evaluate(), abs(terms[unit].evaluate())))
    columns = ("class", "target t", "prediction p", "−ln p", "term −t·ln p")
    return DocumentTable(columns, tuple(rows), "The terms of the loss, one for each class")
