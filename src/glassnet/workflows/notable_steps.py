"""The steps of a run in which something happened: the loss jumped, the gradient was largest."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.core.plural import counted, named_in_short
from glassnet.formula.document import Block, Document, DocumentTable, Paragraph, Section
from glassnet.renderable import Renderable
from glassnet.training.recorded_steps import RecordedStep
from glassnet.workflows.replay import Replay
from glassnet.workflows.unit_deaths import SAMPLE, UnitDeath, unit_deaths

__all__ = ["NotableSteps", "find_notable_steps"]

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
    document : Document
    """

    steps: NDArray[np.int64] = field(repr=False)
    losses: NDArray[np.float64] = field(repr=False)
    norms: NDArray[np.float64] = field(repr=False)
    deaths: list[UnitDeath]
    document: Document = field(repr=False)

    def to_document(self) -> Document:
        """Return what all formats show."""
        return self.document

    def __str__(self) -> str:
        return self.to_text()


def find_notable_steps(replay: Replay) -> NotableSteps:
    """Take the steps again and look at each: see ``JournalledRun.notable_steps``."""
    replay.checked(0)
    is_short = sum(replay.history.seconds) <= MOST_SECONDS
    ranges = [range(replay.steps)] if is_short else _rises(replay)
    steps: list[int] = []
    measured: list[tuple[float, float]] = []
    for part in ranges:
        for step, recorded, _ in replay.recorded_steps(part):
            steps.append(step)
            measured.append(_loss_and_norm(recorded))
    losses, norms = np.array(measured).reshape(-1, 2).T
    deaths = unit_deaths(replay, narrow=is_short)
    found = np.array(steps, dtype=np.int64)
    document = _document(replay, found, losses, norms, deaths, ranges, is_short)
    return NotableSteps(found, losses, norms, deaths, document)


def _rises(replay: Replay) -> list[range]:
    """The steps of the epochs whose loss rose most over that of the epoch before."""
    losses = np.array(replay.history.losses)
    rises = np.nan_to_num(np.diff(losses), nan=np.inf)
    epochs = sorted(int(k) + 1 for k in np.argsort(-rises, kind="stable")[:EPOCHS_LOOKED_INTO])
    in_epoch = replay.run.steps_in_epoch
    # The last step before such an epoch, too, over which its first step may jump.
    return [range(epoch * in_epoch - 1, (epoch + 1) * in_epoch) for epoch in epochs or [0]]


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


def _document(
    replay: Replay,
    steps: NDArray[np.int64],
    losses: NDArray[np.float64],
    norms: NDArray[np.float64],
    deaths: Sequence[UnitDeath],
    ranges: Sequence[range],
    is_short: bool,
) -> Document:
    words = f"All {counted(replay.steps, 'step')} were taken again."
    if not is_short:
        in_epoch = replay.run.steps_in_epoch
        names = [
            f"epoch {part.stop // in_epoch:,} (index {part.stop // in_epoch - 1})"
            for part in ranges
        ]
        words = (
            f"The training took {sum(replay.history.seconds):,.0f} s. So only the epochs in which "
            f"the loss rose most over that of the epoch before were looked into: {', '.join(names)}"
            "; and units only at the checkpoints. What happened elsewhere is not said here."
        )
    sections = (
        Section("What was looked at", (Paragraph(words),)),
        Section("The loss of a batch jumped", _jumps(steps, losses)),
        Section("The gradient was largest", _largest(steps, losses, norms)),
        Section("Units died", _deaths(deaths)),
        Section("To see one", (Paragraph(_command(replay)),)),
    )
    return Document(f"Notable steps of {replay.content.path.name}", sections)


def _jumps(steps: NDArray[np.int64], losses: NDArray[np.float64]) -> tuple[Block, ...]:
    words = (
        "By how much the mean loss of a batch, before its update, is above that of the batch in "
        "the step before. Other examples are in it, so that some of it is their difference."
    )
    after = np.flatnonzero(np.diff(steps) == 1) + 1
    rises = losses[after] - losses[after - 1]
    sizes = np.nan_to_num(rises, nan=np.inf)
    chosen = [k for k in np.argsort(-sizes, kind="stable")[:LISTED] if sizes[k] > 0]
    rows = tuple(
        (
            _named(int(steps[after[k]])),
            float(losses[after[k] - 1]),
            float(losses[after[k]]),
            f"run.step({steps[after[k]]})",
        )
        for k in chosen
    )
    if not rows:
        return (Paragraph("It never rose from one step to the next."),)
    return Paragraph(words), DocumentTable(("step", "loss before", "loss", "to see it"), rows)


def _largest(
    steps: NDArray[np.int64], losses: NDArray[np.float64], norms: NDArray[np.float64]
) -> tuple[Block, ...]:
    words = (
        "The Euclidean norm of the gradient of the batch's mean loss, before clipping and without "
        "penalties."
    )
    order = np.argsort(-np.nan_to_num(norms, nan=np.inf), kind="stable")[:LISTED]
    rows = tuple(
        (
            _named(int(steps[place])),
            float(norms[place]),
            float(losses[place]),
            f"run.step({steps[place]})",
        )
        for place in order
    )
    return Paragraph(words), DocumentTable(("step", "norm", "loss", "to see it"), rows)


def _deaths(deaths: Sequence[UnitDeath]) -> tuple[Block, ...]:
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
        rows = tuple((death.unit, _named(death.step or 0), _seen(death)) for death in exact)
        blocks.append(DocumentTable(("unit", "died in step", "to see it"), rows))
    if between:
        rows = tuple(
            (death.unit, _named(death.last_alive or 0), _named(death.first_dead))
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


def _seen(death: UnitDeath) -> str:
    return f'run.step({death.step}).unit("{death.unit}")'


def _named(step: int) -> str:
    return f"{step + 1:,} (index {step})"


def _command(replay: Replay) -> str:
    name = shlex.quote(str(replay.content.path))
    return (
        f"run = gn.open_run({str(replay.content.path)!r}), then what stands in the last column; or "
        f"on the command line: glassnet explain {name} --step and the index."
    )
