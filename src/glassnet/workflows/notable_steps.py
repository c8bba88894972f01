"""The steps of a run in which something happened: the loss jumped, the gradient was largest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.core.plural import counted, named_in_short, numbered
from glassnet.formula.document import Block, Document, DocumentTable, Paragraph, Section
from glassnet.renderable import Renderable
from glassnet.training.recorded_steps import RecordedStep
from glassnet.workflows.replay import Replay
from glassnet.workflows.unit_deaths import SAMPLE, UnitDeath, unit_deaths

__all__ = ["NotableSteps", "find_notable_steps", "rising_epochs"]

# A run that took longer is not taken again as a whole, but for so many of its epochs.
MOST_SECONDS, EPOCHS_LOOKED_INTO = 20.0, 3
# So many steps of each kind are listed.
LISTED = 5


@dataclass(frozen=True)
class NotableSteps(Renderable):
    """The steps of a run in which something happened.

    It prints as text and shows itself in notebooks; ``to`` writes it in any format.

    Attributes
    ----------
    steps : array of int64
        The indices of the steps that were taken again.
    losses : array of float64
        The mean loss of the batch of each, before its update.
    norms : array of float64
        The norm of the gradient of that loss, before clipping and without penalties.
    deaths : list of UnitDeath
    looked_at : str
        Which steps were taken again, in words.
    document : Document
    """

    steps: NDArray[np.int64] = field(repr=False)
    losses: NDArray[np.float64] = field(repr=False)
    norms: NDArray[np.float64] = field(repr=False)
    deaths: list[UnitDeath]
    looked_at: str
    document: Document = field(repr=False)

    @property
    def rises(self) -> list[int]:
        """Where in `steps` the loss rose over the step before, the largest rise first."""
        return _rises(self.steps, self.losses)

    @property
    def largest(self) -> list[int]:
        """All places in `steps`, that of the largest gradient first."""
        return _largest(self.norms)

    def to_document(self) -> Document:
        """Return what all formats show."""
        return self.document

    def __str__(self) -> str:
        return self.to_text()


def find_notable_steps(replay: Replay) -> NotableSteps:
    """Take the steps again and look at each: see ``JournalledRun.notable_steps``."""
    replay.checked(0)
    is_short = sum(replay.history.seconds) <= MOST_SECONDS
    ranges = [range(replay.steps)] if is_short else _epochs_that_rose(replay)
    steps: list[int] = []
    measured: list[tuple[float, float]] = []
    for part in ranges:
        for step, recorded, _ in replay.recorded_steps(part):
            steps.append(step)
            measured.append(_loss_and_norm(recorded))
    losses, norms = np.array(measured).reshape(-1, 2).T
    deaths = unit_deaths(replay, narrow=is_short)
    found = np.array(steps, dtype=np.int64)
    words = _looked_at(replay, ranges, is_short)
    document = _document(replay, found, losses, norms, deaths, words)
    return NotableSteps(found, losses, norms, deaths, words, document)


def _rises(steps: NDArray[np.int64], losses: NDArray[np.float64]) -> list[int]:
    """The places where a loss is above that of the step before, the largest rise first.

    Examples
    --------
    >>> _rises(np.array([0, 1, 2, 7, 8]), np.array([1.0, 2.0, 1.5, 9.0, 12.0]))
    [4, 1]
    """
    after = np.flatnonzero(np.diff(steps) == 1) + 1
    sizes = _sizes(losses[after - 1], losses[after])
    return [int(after[k]) for k in np.argsort(-sizes, kind="stable") if sizes[k] > 0]


def _sizes(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much losses rose: endlessly to what is no number, not at all from there on."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(
            np.isfinite(before), np.nan_to_num(after - before, nan=np.inf, posinf=np.inf), -np.inf
        )


def _largest(norms: NDArray[np.float64]) -> list[int]:
    """All places, that of the largest norm first; NaN counts as infinite."""
    order: list[int] = np.argsort(-np.nan_to_num(norms, nan=np.inf), kind="stable").tolist()
    return order


def _epochs_that_rose(replay: Replay) -> list[range]:
    """The steps of the epochs whose loss rose most over that of the epoch before."""
    epochs = sorted(rising_epochs(replay.history.losses)[:EPOCHS_LOOKED_INTO])
    in_epoch = replay.run.steps_in_epoch
    # The last step before such an epoch, too, over which its first step may jump.
    return [range(epoch * in_epoch - 1, (epoch + 1) * in_epoch) for epoch in epochs or [0]]


def rising_epochs(losses: Sequence[float]) -> list[int]:
    """Return all epochs but the first, that whose loss rose most over the one before it first.

    Examples
    --------
    >>> rising_epochs([3.0, 1.0, 1.5, 0.5])
    [2, 3, 1]
    """
    sizes = _sizes(np.array(losses[:-1]), np.array(losses[1:]))
    return [int(k) + 1 for k in np.argsort(-sizes, kind="stable")]


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _loss_and_norm(recorded: RecordedStep) -> tuple[float, float]:
    trace = recorded.program.trace(
        recorded.parameters,
        recorded.x,
        recorded.targets,
        recorded.sample_weight,
        recorded.masks,
    )
    norm = float(np.linalg.norm(trace.gradient.astype(np.float64)))
    if recorded.sample_weight is None:
        return float(trace.losses.mean()), norm
    weights = recorded.sample_weight.astype(np.float64)
    return float(trace.losses @ weights / weights.sum()) if weights.sum() else 0.0, norm


def _looked_at(replay: Replay, ranges: Sequence[range], is_short: bool) -> str:
    """Which steps were taken again."""
    if is_short:
        return f"All {counted(replay.steps, 'step')} were taken again."
    in_epoch = replay.run.steps_in_epoch
    names = [f"epoch {numbered(part.stop // in_epoch - 1)}" for part in ranges]
    return (
        f"The training took {sum(replay.history.seconds):,.0f} s. So only the epochs in which the "
        f"loss rose most over that of the epoch before were looked into: {', '.join(names)}; and "
        "units only at the checkpoints. What happened elsewhere is not said here."
    )


def _document(
    replay: Replay,
    steps: NDArray[np.int64],
    losses: NDArray[np.float64],
    norms: NDArray[np.float64],
    deaths: Sequence[UnitDeath],
    looked_at: str,
) -> Document:
    sections = (
        Section("What was looked at", (Paragraph(looked_at),)),
        Section("The loss of a batch jumped", _jumps(replay, steps, losses)),
        Section("The gradient was largest", _of_norms(replay, steps, losses, norms)),
        Section("Units died", _deaths(replay, deaths)),
        Section("To see one", (Paragraph(_command(replay)),)),
    )
    return Document(f"Notable steps of {replay.name}", sections)


def _jumps(
    replay: Replay, steps: NDArray[np.int64], losses: NDArray[np.float64]
) -> tuple[Block, ...]:
    words = (
        "By how much the mean loss of a batch, before its update, is above that of the batch in "
        "the step before. Other examples are in it, so that some of it is their difference."
    )
    rows = tuple(
        (
            numbered(int(steps[place])),
            float(losses[place - 1]),
            float(losses[place]),
            replay.call(int(steps[place])),
        )
        for place in _rises(steps, losses)[:LISTED]
    )
    if not rows:
        return (Paragraph("It never rose from one step to the next."),)
    return Paragraph(words), DocumentTable(("step", "loss before", "loss", "to see it"), rows)


def _of_norms(
    replay: Replay,
    steps: NDArray[np.int64],
    losses: NDArray[np.float64],
    norms: NDArray[np.float64],
) -> tuple[Block, ...]:
    words = (
        "The Euclidean norm of the gradient of the batch's mean loss, before clipping and without "
        "penalties."
    )
    rows = tuple(
        (
            numbered(int(steps[place])),
            float(norms[place]),
            float(losses[place]),
            replay.call(int(steps[place])),
        )
        for place in _largest(norms)[:LISTED]
    )
    return Paragraph(words), DocumentTable(("step", "norm", "loss", "to see it"), rows)


def _deaths(replay: Replay, deaths: Sequence[UnitDeath]) -> tuple[Block, ...]:
    words = (
        f"A hidden unit counts as dead where its output is 0 for every one of the first "
        f"{SAMPLE:,} training examples, without dropout. It died in the step after which it "
        "was so wherever it was looked at until the end."
    )
    if not deaths:
        return (Paragraph(f"{words} None died."),)
    never = [death.unit for death in deaths if death.last_alive is None]
    exact = [death for death in deaths if death.step is not None]
    between = [death for death in deaths if death.last_alive is not None and death.step is None]
    blocks: list[Block] = [Paragraph(words)]
    if exact:
        rows = tuple(
            (death.unit, numbered(death.step or 0), _seen(replay, death)) for death in exact
        )
        blocks.append(DocumentTable(("unit", "died in step", "to see it"), rows))
    if between:
        rows = tuple(
            (death.unit, numbered(death.last_alive or 0), numbered(death.first_dead))
            for death in between
        )
        blocks.append(DocumentTable(("unit", "alive before step", "dead before step"), rows))
    if never:
        blocks.append(
            Paragraph(
                f"Dead wherever it was looked at, from the first step on: "
                f"{named_in_short('unit', 'units', never)}."
            )
        )
    return tuple(blocks)


def _seen(replay: Replay, death: UnitDeath) -> str:
    return f'{replay.call(death.step or 0)}.unit("{death.unit}")'


def _command(replay: Replay) -> str:
    return (
        f"run = gn.open_run({str(replay.content.path)!r}), then what stands in the last column; or "
        f"on the command line: {replay.command('')}and the index."
    )
