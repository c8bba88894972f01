"""One weight's life over all steps of a run: its value, when it moved most, what pulled it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.labels import label_text
from glassnet.core.plural import counted, numbered
from glassnet.core.validation import whole_number
from glassnet.explanation.places import WeightPlace, index_of, name_of
from glassnet.explanation.step import Batch, gradients_of_examples
from glassnet.explanation.unit_names import place_of
from glassnet.formula.document import (
    Block,
    Curve,
    Curves,
    Document,
    DocumentTable,
    Paragraph,
    Section,
)
from glassnet.formula.number import NumberFormat
from glassnet.render.text import formula_text
from glassnet.renderable import Renderable
from glassnet.training.recorded_steps import RecordedStep
from glassnet.workflows.replay import Replay, step_words

__all__ = ["WeightLife", "follow_weight"]

# At most so many steps are looked at, if nobody says how many.
MOST_LOOKED_AT = 20_000
# So many epochs, steps and examples are listed; a curve has at most so many points.
LISTED, POINTS = 6, 1000


@dataclass(frozen=True)
class WeightLife(Renderable):
    """One weight's life over the steps of a run.

    It prints as text and shows itself in notebooks; ``to`` writes it in any format.

    Attributes
    ----------
    name : str
        By which it can be asked for: ``"w1[2,3]"``.
    steps : array of int64
        The indices of the steps that were looked at.
    before, after : array of float64, each of shape (steps,)
        Its value before and after each of them.
    epochs : array of float64, of shape (epochs + 1,)
        Its value before each epoch, and at the end.
    pulls : array of float64, of shape (training examples,)
        The sum over the steps of −α · ∂Eₙ/∂w / weight of the batch, for each example n: how far
        its own part of the gradient alone moves the weight, before the optimizer's state, the
        norm's clipping and penalties act.
    seen : array of int64, of shape (training examples,)
        How often each example was in those steps.
    document : Document
    """

    name: str
    steps: NDArray[np.int64] = field(repr=False)
    before: NDArray[np.float64] = field(repr=False)
    after: NDArray[np.float64] = field(repr=False)
    epochs: NDArray[np.float64] = field(repr=False)
    pulls: NDArray[np.float64] = field(repr=False)
    seen: NDArray[np.int64] = field(repr=False)
    document: Document = field(repr=False)

    def to_document(self) -> Document:
        """Return what all formats show."""
        return self.document

    def __str__(self) -> str:
        return self.to_text()


@dataclass
class _Life:
    """What is gathered while the steps are taken again."""

    replay: Replay
    place: WeightPlace
    every: int
    steps: list[int] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.replay.run.training.x)
        self.pulls, self.seen = np.zeros(count), np.zeros(count, dtype=np.int64)
        # Where each example pulled most: how far, in which step, at which place of its batch.
        self.most = np.zeros(count)
        self.at = np.zeros((count, 2), dtype=np.int64)

    def gather(self) -> None:
        """Take all steps again, and look at the weight."""
        replay = self.replay
        total, in_epoch = replay.steps, replay.run.steps_in_epoch
        looked_at: Sequence[int] = range(total)
        if self.every > 1:
            starts = range(0, total, in_epoch)
            looked_at = sorted({*range(0, total, self.every), *starts, total - 1})
        index = index_of(replay.untrained.architecture, self.place)
        last = 0.0
        for step, recorded, parameters in replay.recorded_steps(looked_at):
            value, last = float(recorded.parameters[index]), float(parameters[index])
            if step % in_epoch == 0:
                self.epochs.append(value)
            if step % self.every == 0:
                self.steps.append(step)
                self.before.append(value)
                self.after.append(last)
                self._add_pulls(step, recorded)
        self.epochs.append(last)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def _add_pulls(self, step: int, recorded: RecordedStep) -> None:
        pulls = pulls_of(recorded, self.place)
        rows = recorded.examples
        self.pulls[rows] += pulls
        self.seen[rows] += 1
        more = np.abs(pulls) > np.abs(self.most[rows])
        self.most[rows[more]] = pulls[more]
        self.at[rows[more], 0], self.at[rows[more], 1] = step, np.flatnonzero(more)


def pulls_of(recorded: RecordedStep, place: WeightPlace) -> NDArray[np.float64]:
    """Return how far each example of a step pulls a weight: −α · ∂Eₙ/∂w / weight of the batch."""
    architecture = recorded.program.architecture
    batch = Batch(recorded.x, recorded.targets, recorded.sample_weight, recorded.masks)
    trace = recorded.program.trace(
        recorded.parameters, batch.x, batch.targets, batch.sample_weight, batch.masks
    )
    met: Array = batch.x
    if batch.masks is not None and batch.masks.rates[0]:  # the trace has the other layers' masks
        met = batch.x * batch.masks.factors(architecture, len(batch), batch.x.dtype)[0]
    own = gradients_of_examples(architecture, trace, met, place)
    return -recorded.learning_rate * own / batch.weight if batch.weight else np.zeros(len(own))


def follow_weight(replay: Replay, name: str, every: int | None = None) -> WeightLife:
    """Take all steps again and tell the life of one weight: see ``JournalledRun.follow``."""
    place = place_of(replay.symbols, name, None, None, None)
    replay.checked(0)
    if every is None:
        every = -(-replay.steps // MOST_LOOKED_AT)
    life = _Life(replay, place, whole_number("every", every, 1))
    life.gather()
    return WeightLife(
        name_of(place),
        np.array(life.steps),
        np.array(life.before),
        np.array(life.after),
        np.array(life.epochs),
        life.pulls,
        life.seen,
        _document(life),
    )


def _document(life: _Life) -> Document:
    replay, place = life.replay, life.place
    symbol = formula_text(replay.symbols.weight(place, 0.0))
    title = f"The weight {symbol} over {counted(replay.steps, 'step')} of {replay.name}"
    sections = (
        Section("Its value", _value(life)),
        Section("The epochs in which it moved most", _epochs(life)),
        Section("The steps in which it moved most", _steps(life)),
        Section("The examples that pulled it most", _examples(life)),
    )
    return Document(title, sections)


def _value(life: _Life) -> tuple[Block, ...]:
    numbers = NumberFormat()
    first, last = numbers.text(life.before[0]), numbers.text(life.epochs[-1])
    words = (
        f"{name_of(life.place)} was {first} before the first step and is {last} after "
        f"{counted(life.replay.history.epochs, 'epoch')}."
    )
    if life.every > 1:
        words += (
            f" Every {life.every:,}th step was looked at, {len(life.steps):,} in all; what is said "
            "of steps and examples below is said of these."
        )
    chosen = np.unique(np.linspace(0, len(life.steps) - 1, POINTS).astype(int))
    x = (*(float(life.steps[k] + 1) for k in chosen), float(life.replay.steps + 1))
    y = (*(life.before[k] for k in chosen), life.epochs[-1])
    curve = Curve(name_of(life.place), x, y)
    return Paragraph(words), Curves("step", "value", (curve,), "Its value before each step")


def _epochs(life: _Life) -> tuple[Block, ...]:
    changes, number = np.diff(life.epochs), life.replay.number
    of = f", network={number}" if number else ""
    rows = tuple(
        (
            numbered(epoch),
            life.epochs[epoch],
            life.epochs[epoch + 1],
            float(changes[epoch]),
            f"run.network(epoch={epoch}{of})",
        )
        for epoch in _largest(changes)
    )
    columns = ("epoch", "was", "is", "change", "to see the network after it")
    return (DocumentTable(columns, rows),)


def _steps(life: _Life) -> tuple[Block, ...]:
    changes = np.subtract(life.after, life.before)
    places = _largest(changes)
    name = name_of(life.place)
    rows = tuple(
        (
            numbered(life.steps[place]),
            life.before[place],
            life.after[place],
            float(changes[place]),
            life.replay.call(life.steps[place]),
        )
        for place in places
    )
    table = DocumentTable(("step", "was", "is", "change", "to see it"), rows)
    step = life.steps[places[0]]
    words = (
        f'Why it moved in the first of them: {life.replay.call(step)}.weight("{name}"), or on the '
        f"command line: {_command(life, step)}"
    )
    return table, Paragraph(words)


def _examples(life: _Life) -> tuple[Block, ...]:
    words = (
        "An example's pull is the sum, over the steps that met it, of its own part of the gradient "
        "times the learning rate: −α · ∂Eₙ/∂w / weight of the batch. It is the pull before the "
        "optimizer's state, clipping and penalties act; of plain SGD without them, all pulls "
        "together are the whole change."
    )
    net = life.replay.untrained
    places = _largest(life.pulls)
    targets = life.replay.run.training.targets
    labels = net.task.labels(targets[np.array(places)], net.classes)
    rows = tuple(
        (
            life.replay.example_words(row),
            _target_text(label),
            float(life.pulls[row]),
            int(life.seen[row]),
            life.replay.call(life.at[row, 0], life.at[row, 1]),
        )
        for row, label in zip(places, labels, strict=True)
    )
    columns = ("example", "target", "pull", "times", "to see its largest pull")
    row = places[0]
    of = "those of the training data" if life.replay.rows is None else "rows of the table"
    example = f"{_command(life, int(life.at[row, 0]))} --example {life.at[row, 1]}"
    return (
        Paragraph(words),
        DocumentTable(columns, rows),
        Paragraph(
            f"Examples are {of}. The first on the command line, in "
            f"{step_words(int(life.at[row, 0]))}: {example}"
        ),
    )


def _command(life: _Life, step: int) -> str:
    return f"{life.replay.command(step)} --weight '{name_of(life.place)}'"


def _target_text(label: object) -> str:
    if isinstance(label, np.ndarray):
        return ", ".join(label_text(one) for one in label)
    return label_text(label)


def _largest(changes: NDArray[np.float64]) -> list[int]:
    """The places of the changes of most size, the largest first; numbers that are none last."""
    sizes = np.nan_to_num(np.abs(changes), nan=-1.0)
    return [int(place) for place in np.argsort(-sizes, kind="stable")[:LISTED]]
