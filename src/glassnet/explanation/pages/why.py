"""The page that says why a prediction is what it is: inputs, units, weights, and a small step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.explanation.attribution import Attribution, Score
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.limits import largest
from glassnet.explanation.pages.pixels import attribution_picture
from glassnet.explanation.places import WeightPlace, name_of, place_at
from glassnet.explanation.question import Question, class_name
from glassnet.explanation.step import Step, Update, take_step
from glassnet.formula.document import (
    Block,
    Cell,
    DocumentTable,
    Link,
    Paragraph,
    Picture,
    Section,
    equation_with_numbers,
)
from glassnet.formula.number import number_text
from glassnet.formula.tree import Symbol
from glassnet.nn.task import Task
from glassnet.optim.sgd import SGD
from glassnet.optim.update_rule import UpdateRule

__all__ = ["InputPart", "Why", "why_sections"]

#: The weights with the largest gradients that are listed.
WEIGHTS = 10
#: The classes that are listed beside the two that are compared.
FURTHER_CLASSES = 2
#: Learning rates are doubled so often, from a thousandth of the given one, until the row is right.
DOUBLINGS = 24


@dataclass(frozen=True)
class InputPart:
    """What one row of the table of inputs stands for: an input, or all those of a column.

    Attributes
    ----------
    name : str
    value : str or float
        As it stands in the row.
    inputs : tuple of int
        Those that it became.
    """

    name: str
    value: str | float
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Why:
    """What the page shows.

    Attributes
    ----------
    explainer : Explainer
        Of a step with an update.
    question : Question
    attribution : Attribution
    baseline : str
        What it is, in words.
    parts : sequence of InputPart
    shape : tuple of int, optional
        Of a picture, where the inputs are its pixels.
    picture : Picture, optional
        The row as a picture.
    note : str
        What is to be said before all.
    story : callable
        Returns the blocks that tell how a weight's gradient and update come about.
    """

    explainer: Explainer
    question: Question
    attribution: Attribution
    baseline: str
    parts: Sequence[InputPart]
    shape: tuple[int, ...] | None
    picture: Picture | None
    note: str
    story: Callable[[WeightPlace], Sequence[Block]]

    @property
    def step(self) -> Step:
        """The numbers of the step."""
        return self.explainer.step

    @property
    def is_number(self) -> bool:
        """Whether the prediction is a number and no class."""
        return Task.of(self.step.architecture) is Task.REGRESSION

    def number(self, value: float) -> str:
        """Return a number as it is written in sentences."""
        return self.explainer.numbers.text(value)

    def unit_name(self, unit: int) -> str:
        """Return the name of an output: its class, where it stands for one."""
        names = self.explainer.symbols
        if Task.of(self.step.architecture) is Task.MULTICLASS:
            return class_name(names, unit)
        return names.unit_name(names.depth, unit)


def why_sections(why: Why) -> list[Section]:
    """Return the sections of the page; the stories of single weights are folded behind it."""
    places = _steepest(why)
    return [
        Section("The prediction", tuple(_prediction(why))),
        Section("Which inputs make it", tuple(_inputs(why))),
        *_units(why),
        Section("Which weights would change most", tuple(_weights(why, places))),
        *(_story(why, place) for place in places),
        Section("What a small step would change", tuple(_steps(why))),
    ]


def _prediction(why: Why) -> list[Block]:
    step, names, outputs = why.step, why.explainer.symbols, why.question.outputs
    predicted = step.outputs[-1].astype(np.float64)
    further = [k for k in np.argsort(-predicted, kind="stable").tolist() if k not in outputs]
    shown = [*outputs, *further[:FURTHER_CLASSES]]
    logit = "net input in" if why.is_number else "net input in (logit)"
    rows: list[tuple[Cell, ...]] = []
    for unit in shown:
        values = step.net_inputs[-1][unit], predicted[unit], step.target[unit]
        own, name = why.unit_name(unit), names.unit_name(names.depth, unit)
        rows.append((own if own == name else f"{own} ({name})", *map(float, values)))
    table = DocumentTable(("output", logit, "prediction p", "target t"), tuple(rows))
    note = [Paragraph(why.note)] if why.note else []
    blocks: list[Block] = [*_pictures(why), *note, Paragraph(_question_words(why)), table]
    if len(outputs) == 2:
        logits = [
            names.net_input(names.depth, unit, float(step.net_inputs[-1][unit])) for unit in outputs
        ]
        difference = logits[0] - logits[1]
        blocks.append(equation_with_numbers(Symbol("distance", difference.evaluate()), difference))
    return blocks


def _pictures(why: Why) -> list[Block]:
    """The row, and beside it what each pixel speaks for."""
    if why.picture is None or why.shape is None:
        return []
    words = f"Integrated gradients: what speaks for {why.question.predicted} (positive)"
    caption = f"{words} and for {why.question.other} (negative)"
    own = why.attribution.integrated_gradients
    values = np.array([own[list(part.inputs)].sum() for part in why.parts])
    return [why.picture, attribution_picture(values, why.shape, caption)]


def _question_words(why: Why) -> str:
    """What is predicted, what the target is, and how far apart they are."""
    question, step = why.question, why.step
    distance = why.number(why.attribution.value)
    first, *second = question.outputs
    p, t = float(step.outputs[-1][first]), float(step.target[first])
    if why.is_number:
        if question.is_right:
            return f"The prediction, {why.number(p)}, is the target."
        side = "above" if p > t else "below"
        activation = step.architecture.layers[-1].activation.name
        through = "" if activation == "identity" else f" It comes from the net input {distance}."
        away = why.number(abs(p - t))
        return (
            f"The prediction is {why.number(p)}, the target {why.number(t)}: it is {away} {side} "
            f"the target.{through} Positive contributions make it larger, negative ones smaller."
        )
    wrong = f"That is wrong: the target is {question.other}"
    verdict = "That is right" if question.is_right else wrong
    if second:
        apart = f"The logits of {question.predicted} and {question.other} are {distance} apart"
        if question.is_right:
            verdict += f"; the next class is {question.other}"
    else:
        net_input = why.number(float(step.net_inputs[-1][first]))
        apart = f"The net input (logit) of the output is {net_input}"
    return (
        f"The prediction is {question.predicted}. {verdict}. {apart}, so that "
        f"{question.predicted} is {_odds(why.attribution.value)} as probable as {question.other}. "
        f"Positive contributions speak for {question.predicted}, negative ones for "
        f"{question.other}."
    )


def _odds(distance: float) -> str:
    """How many times as probable, of two classes whose logits are so far apart."""
    return f"{number_text(float(np.exp(min(distance, 700))), 3)} times"


def _inputs(why: Why) -> list[Block]:
    found = why.attribution
    total = float(found.integrated_gradients.sum())
    what = "net input" if why.is_number else "distance in logits"
    words = Paragraph(
        f"The {what} is {why.number(found.value)} here and {why.number(found.baseline_value)} for "
        f"{why.baseline}. Integrated gradients share this difference out among the inputs, along "
        f"the straight path from there to here: they sum to {why.number(total)}"
        f"{_exactly(found.missing)}. Gradient × input takes the slope at this row alone."
    )
    rows: list[tuple[Cell, ...]] = []
    sums: list[float] = []
    for part in why.parts:
        own = list(part.inputs)
        columns = (found.gradient_times_input[own].sum(), found.integrated_gradients[own].sum())
        sums.append(float(columns[1]))
        rows.append((part.name, part.value, *map(float, columns)))
    chosen = largest(np.array(sums), why.explainer.limits.units)
    order = sorted(chosen.shown, key=lambda place: -abs(sums[place]))
    names = ("input", "value", "gradient × input", "integrated gradient")
    table = DocumentTable(names, tuple(rows[place] for place in order))
    return [words, table, *chosen.sentence("inputs", "integrated gradients", why.explainer.numbers)]


def _exactly(missing: float) -> str:
    """How near the sum comes to what it should be, which is checked."""
    if missing <= 1e-6:
        return ", as they should (checked to a millionth)"
    return f", which MISSES the difference by a relative error of {number_text(missing, 2)}"


def _units(why: Why) -> list[Section]:
    """What each unit of the last hidden layer adds to the distance."""
    names, found, layer = why.explainer.symbols, why.attribution, why.explainer.depth - 1
    if layer < 1:
        return []
    y = why.step.outputs[layer - 1].astype(np.float64)
    apart = np.divide(found.units, y, out=np.zeros_like(y), where=y != 0)
    chosen = largest(found.units, why.explainer.limits.units)
    order = sorted(chosen.shown, key=lambda unit: -abs(found.units[unit]))
    rows: list[tuple[Cell, ...]] = [
        (names.unit_name(layer, unit), float(y[unit]), float(apart[unit]), float(found.units[unit]))
        for unit in order
    ]
    if chosen.others:
        rows.append((f"the {chosen.others:,} other units", "", "", chosen.rest))
    rows += [("biases", "", "", found.biases), ("sum: the distance", "", "", found.value)]
    weight = "weight w"
    if len(why.question.outputs) == 2:
        weight = f"w to {why.question.predicted} − w to {why.question.other}"
    words = (
        "Each unit of the last hidden layer adds its output y, multiplied by "
        f"{'its weight' if weight == 'weight w' else 'the difference of its two weights'}."
    )
    table = DocumentTable(("unit", "output y", weight, "w·y"), tuple(rows))
    title = "Which units of the last hidden layer make it"
    return [Section(title, (Paragraph(words), table))]


def _steepest(why: Why) -> list[WeightPlace]:
    """The weights with the largest |∂E/∂w|, the largest first."""
    size = np.abs(why.step.gradient)
    most = min(WEIGHTS, int(np.count_nonzero(size)))
    first = np.argpartition(-size, most - 1)[:most] if most else np.empty(0, dtype=np.int64)
    order = first[np.argsort(-size[first], kind="stable")].tolist()
    return [place_at(why.step.architecture, index) for index in order]


def _weights(why: Why, places: Sequence[WeightPlace]) -> list[Block]:
    if not places:
        return [Paragraph("No weight has a gradient here: nothing would change.")]
    step, names = why.step, why.explainer.symbols
    rows: list[tuple[Cell, ...]] = []
    for place in places:
        anchor = name_of(place, names.notation)  # without the spaces that a name may have
        source = "bias"
        if place.source is not None:
            source = names.unit_name(place.layer - 1, place.source)
        way = f"{source} → {names.unit_name(place.layer, place.unit)}"
        values = step.weight(place), step.gradient_at(place), step.new_weight(place)
        rows.append((Link(names.weight_name(place), f"#{anchor}"), way, *values))
    assert step.update is not None
    rate = number_text(step.update.learning_rate)
    words = (
        f"The largest |∂E/∂w| of all {step.parameters.size:,} weights. Each has a story of its "
        f"own: .weight({names.weight_name(places[0])!r}) in Python, --weight on the command "
        "line."
    )
    columns = ("weight", "from → to", "w", "∂E/∂w", f"w after a step, α = {rate}")
    return [Paragraph(words), DocumentTable(columns, tuple(rows))]


def _steps(why: Why) -> list[Block]:
    """The distance after a step at some learning rates, and the first that makes the row right."""
    step, question = why.step, why.question
    assert step.update is not None
    rate = step.update.learning_rate
    taken = [(a, _at_rate(step, a)) for a in (rate / 10, rate)]
    words = "A step of gradient descent on this row alone: w ← w − α·∂E/∂w."
    if not question.is_right and not why.is_number:
        rates = (rate / 1000 * 2.0**n for n in range(DOUBLINGS))
        right = ((a, after) for a in rates if _is_right(step, after := _at_rate(step, a)))
        enough = next(right, None)
        if enough is not None:
            taken.append(enough)
            words += (
                f" One step with α = {number_text(enough[0], 3)} is enough to get this row right."
            )
        else:
            words += " No single step is enough to get this row right."
    taken.sort(key=lambda each: each[0])
    rows = [_outcome(why, "now", step)]
    rows += [_outcome(why, f"α = {number_text(a, 3)}", after) for a, after in taken]
    distance = "net input" if why.is_number else "distance in logits"
    shown = [why.unit_name(unit) for unit in question.outputs]
    columns = ("", "loss E", distance, *(f"p of {name}" for name in shown))
    return [Paragraph(words), DocumentTable(columns, tuple(rows))]


def _at_rate(step: Step, rate: float) -> Step:
    """The same step, taken by gradient descent at another rate."""
    state = SGD().initial_state(step.parameters)
    update = Update(UpdateRule(SGD(rate)), 1, rate, state)
    return take_step(step.program, step.parameters, step.batch, update, step.example)


def _outcome(why: Why, name: str, step: Step) -> tuple[Cell, ...]:
    """Loss, distance and predictions after a step; of the present weights, before it."""
    before = name == "now"
    parameters = step.parameters if before else step.new_parameters
    score = Score(step.architecture, parameters, why.question.coefficients)
    distance = float(score.values(why.attribution.x[None, :])[0])
    predicted = step.outputs[-1] if before else step.new_prediction
    loss = step.loss if before else step.new_loss
    return (name, loss, distance, *(float(predicted[unit]) for unit in why.question.outputs))


def _is_right(step: Step, after: Step) -> bool:
    """Whether the class that is predicted after a step is the target's."""
    task = Task.of(step.architecture)
    targets, predicted = step.target[None, :], after.new_prediction[None, :]
    return bool((task.places(predicted) == task.places(targets)).all())


def _story(why: Why, place: WeightPlace) -> Section:
    names = why.explainer.symbols
    title, anchor = f"The weight {names.weight_name(place)}", name_of(place, names.notation)
    return Section(title, tuple(why.story(place)), folded=True, anchor=anchor)
