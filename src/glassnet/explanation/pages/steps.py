"""The page of several steps: their table and curve, and each step folded."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite

from glassnet.core.plural import counted
from glassnet.explanation.check.check import Check
from glassnet.explanation.headline import step_words
from glassnet.explanation.pages.legend import legend
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step_series import StepSeries
from glassnet.formula.document import (
    Block,
    Cell,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Heading,
    Paragraph,
    Section,
)
from glassnet.formula.number import NumberFormat, column_texts
from glassnet.nn.task import Task
from glassnet.render.text import formula_text

__all__ = ["several_sections", "several_title", "told_steps"]

WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
# So many values stand in a title; so many outputs in the table.
IN_TITLE, OUTPUTS = 5, 3
# So many columns stand in one table.
TOGETHER = 6
# The width of a table's columns of weights.
WIDTH = 68
DIGITS = 4


def several_title(series: StepSeries) -> str:
    """Return the title: ``Three steps: E 0.2984 → 0.2805 → 0.2637 → 0.2480``."""
    numbers = [step.number for step in series.recorded]
    count = len(numbers)
    if numbers[-1] == count and series.one_batch:
        which = f"{WORDS[count] if count < len(WORDS) else f'{count:,}'} step{'s' * (count > 1)}"
    elif count <= IN_TITLE and count > 1:
        which = f"Steps {', '.join(f'{n:,}' for n in numbers[:-1])} and {numbers[-1]:,}"
    elif count == 1:
        which = f"Step {numbers[0]:,}"
    else:
        which = f"{count:,} steps, from {numbers[0]:,} to {numbers[-1]:,}"
    return f"{which}: {_losses(series)}" if series.one_batch else f"{which} of a training"


def told_steps(series: StepSeries) -> list[int]:
    """Return the places of the steps that are told: all, or the first and the last."""
    count, most = len(series.recorded), series.explainers[0].limits.steps
    if count <= most:
        return list(range(count))
    first = -(-most // 2)
    return [*range(first), *range(count - (most - first), count)]


def several_sections(
    series: StepSeries, told: Mapping[int, Document], checks: Mapping[int, Check]
) -> list[Section]:
    """Return the table and the curve of the steps, and each that is told, folded.

    Parameters
    ----------
    series : StepSeries
    told : mapping of int to Document
        The pages of single steps, by their places in the series.
    checks : mapping of int to Check
        Theirs.
    """
    legends = legend(series.explainers[0])
    overview = Section("The steps", (*legends, *_words(series), *_tables(series), _curve(series)))
    steps = [_step(series, place, each, legends) for place, each in told.items()]
    return [overview, *steps, _check(series, checks)]


def _losses(series: StepSeries) -> str:
    numbers = _short(series)
    texts = [numbers.text(loss) for loss in series.losses]
    if len(texts) > IN_TITLE:
        texts = [texts[0], "…", texts[-1]]
    return f"{_letter(series)} {' → '.join(texts)}"


def _letter(series: StepSeries) -> str:
    return series.explainers[0].symbols.notation.loss


def _short(series: StepSeries) -> NumberFormat:
    numbers = series.explainers[0].numbers
    return numbers if numbers.decimals is not None else NumberFormat(DIGITS)


def _words(series: StepSeries) -> list[Block]:
    """What the steps are, and what the numbers of the table mean."""
    step, recorded = series.explainers[0].step, series.recorded
    letter = _letter(series)
    words = f"Each step by {recorded[0].rule.optimizer}"
    if series.alone:
        words += "."
    elif series.one_batch:
        examples = counted(len(step.batch), "example")
        words += f", on the same batch of {examples}; {letter} is its mean loss."
    else:
        words += (
            f", on a batch of its own; {letter} is the mean loss of that batch before the step."
        )
    words += " Each row shows the state before a step; the last row, after the final step."
    if series.explainers[0].paper is not None:
        words += " A step begins with the exact weights of the one before, rounded."
    sentences = [words]
    if series.wanted is not None and series.wanted > len(recorded):
        sentences.append(
            f"Only {len(recorded):,} of {series.wanted:,} steps were taken: after them the weights "
            "are no longer finite numbers. A smaller learning rate helps."
        )
    hidden = len(recorded) - len(told_steps(series))
    if hidden:
        sentences.append(
            f"Not shown: {counted(hidden, 'step')} between the first and the last. "
            "Limits(steps=...) shows more, steps[k] the one with index k."
        )
    return [Paragraph(sentence) for sentence in sentences]


def _tables(series: StepSeries) -> list[Block]:
    """Step, loss, prediction and weights; in several tables where one would be too wide."""
    told = told_steps(series)
    rows = [*told, len(series.recorded)]
    names = [f"{series.recorded[place].number:,}" for place in told]
    names.append(f"after {series.recorded[-1].number:,}")
    columns = [(_letter(series), series.losses), *_predictions(series)]
    groups = list(_groups(series))
    together = [*columns, *(column for group in groups for column in group)]
    tables = [together] if len(together) <= TOGETHER else [columns, *groups]
    return [
        DocumentTable(
            ("step", *(name for name, _ in table)),
            tuple(
                _row(name, [values[row] for _, values in table])
                for name, row in zip(names, rows, strict=True)
            ),
        )
        for table in tables
    ]


def _row(name: str, values: Sequence[float]) -> tuple[Cell, ...]:
    return (name, *values)


def _name(series: StepSeries, place: WeightPlace) -> str:
    return formula_text(series.explainers[0].symbols.weight(place, 0.0))


def _predictions(series: StepSeries) -> list[tuple[str, list[float]]]:
    """The prediction for the one example: of several classes, for the target class."""
    explainer = series.explainers[0]
    if not series.alone:
        return []
    letter, units = explainer.symbols.notation.prediction, range(explainer.step.target.size)
    if Task.of(explainer.forward.architecture) is Task.MULTICLASS:
        units = range(int(explainer.step.target.argmax()), int(explainer.step.target.argmax()) + 1)
    if len(units) > OUTPUTS:
        return []
    several = explainer.step.target.size > 1
    return [
        (
            f"{letter} of {explainer.symbols.unit_name(explainer.depth, unit)}"
            if several
            else letter,
            [float(prediction[unit]) for prediction in series.predictions],
        )
        for unit in units
    ]


def _groups(series: StepSeries) -> Iterator[list[tuple[str, list[float]]]]:
    """The weights of each layer, in groups that fit beside each other."""
    for _, places in groupby(series.places, key=lambda place: place.layer):
        columns = [(_name(series, place), series.values_of(place)) for place in places]
        numbers = series.explainers[0].numbers
        texts = [
            text for name, values in columns for text in (name, *column_texts(values, numbers))
        ]
        fitting = max(WIDTH // (max(map(len, texts)) + 2), 1)
        tables = -(-len(columns) // fitting)
        size = -(-len(columns) // tables)
        yield from (columns[start : start + size] for start in range(0, len(columns), size))


def _curve(series: StepSeries) -> Curves:
    taken = [step.number - 1 for step in series.recorded]
    pairs = zip([*taken, series.recorded[-1].number], series.losses, strict=True)
    points = [(float(number), loss) for number, loss in pairs if isfinite(loss)]
    letter = _letter(series)
    curve = Curve(letter, tuple(x for x, _ in points), tuple(y for _, y in points))
    return Curves("steps taken", letter, (curve,))


def _step(series: StepSeries, place: int, page: Document, legends: Sequence[Block]) -> Section:
    """The short story of one step, under headings of its own."""
    recorded, explainer, short = series.recorded[place], series.explainers[place], _short(series)
    step, letter = explainer.step, _letter(series)
    title = f"Step {recorded.number:,} (index {recorded.number - 1:,}): {letter} "
    title += f"{short.text(step.mean_loss)} → {short.text(step.new_mean_loss)}"
    if step.alone:
        title += f", {step_words(explainer, recorded.classes)}"
    blocks: list[Block] = []
    for section in page.story:
        own = [block for block in section.blocks if block not in legends]
        blocks += [Heading(section.title), *own] if section.title else own
    return Section(title, tuple(blocks), folded=True)


def _check(series: StepSeries, told: Mapping[int, Check]) -> Section:
    """One sentence where all is well; what each step says where it is not."""
    checks = {series.recorded[place].number: check for place, check in told.items()}
    bad = {number: check for number, check in checks.items() if check.passed is not True}
    blocks: list[Block] = [Paragraph(f"Step {number:,}: {check}") for number, check in bad.items()]
    good = [check for check in checks.values() if check.passed is True]
    if good:
        largest = max(check.largest_difference for check in good)
        which = "Each step" if not bad else f"{counted(len(good), 'step')} of {len(told)}"
        blocks.append(
            Paragraph(
                f"{which}: the gradients agree with central differences, and each line holds when "
                f"it is evaluated again (largest relative difference {largest:.2g})."
            )
        )
    return Section("Check", tuple(blocks))
