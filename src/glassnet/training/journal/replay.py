"""The same steps once more: a run brought back to any step of its journal."""

import math
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TypeAlias, TypeVar

import numpy as np

from glassnet.core.array import Array
from glassnet.core.plural import numbered
from glassnet.engine.interface import Training
from glassnet.errors import JournalError
from glassnet.training.journal.checkpoint import HasState, restore
from glassnet.training.journal.content import Content
from glassnet.training.loop import Run
from glassnet.training.plan import Progress
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["OnProgress", "parameters_before", "recorded_step", "recorded_steps", "run_before"]

# Where a step has fewer multiply-adds and is taken by itself, threads would wait more than work.
SMALL_STEP = 30_000_000

Part = TypeVar("Part")

#: Called about ten times a second, with how far the steps are taken.
OnProgress: TypeAlias = Callable[[Progress], object]


def _unwatched(_: Progress) -> None:
    """OnProgress nothing."""


def run_before(
    content: Content, run: Run, network: int, step: int, stops: Sequence[int] | None = None
) -> Run:
    """Return a run like another, at its last checkpoint before a step.

    It measures nothing and ends nowhere, so that only the steps are taken again.

    Parameters
    ----------
    content : Content
    run : Run
        Of the same network and data; it stays as it is.
    network : int
        Its number.
    step : int
        The index of a step.
    stops : sequence of int, optional
        The steps that the run will record, in ascending order; only `step` if not given.

    Raises
    ------
    JournalError
        If the journal has no checkpoint before that step.
    """
    checkpoint = content.checkpoint(network, step)
    if checkpoint is None:
        raise JournalError(f"{content.path} has no checkpoint before step {step}")
    own = run.training
    training = Training(
        own.rule,
        own.parameters.copy(),
        own.x,
        own.targets,
        own.sample_weight,
        own.dropout,
        own.seed,
        own.threads,
        largest_term=own.largest_term,
    )
    record = (step, step + 1) if stops is None else stops  # it looks up after the step
    plan = replace(
        run.plan,
        order=_own(run.plan.order),
        schedule=_own(run.plan.schedule),
        validation=None,
        stopping=None,
        callbacks=(),
        record=record,
        may_diverge=True,
    )
    again = Run(run.program, training, plan)
    restore(again, checkpoint, content.history(network, checkpoint.record.epochs))
    again.history.stopped_early = False
    return again


def _own(part: Part) -> Part:
    """An order or a schedule for a replay: a copy, where it remembers something."""
    if not isinstance(part, HasState):
        return part
    try:
        return deepcopy(part)
    except Exception:  # noqa: BLE001 - it is a class of its user's
        raise JournalError(
            f"a step is taken again with a copy of what the training remembers, and {part!r} "
            "cannot be copied"
        ) from None


def recorded_step(
    content: Content, run: Run, network: int, step: int, watch: OnProgress = _unwatched
) -> RecordedStep:
    """Return a step of a run as it was before it was taken: see :func:`run_before`."""
    ((_, recorded, _),) = recorded_steps(content, run, network, (step,), watch)
    return recorded


def recorded_steps(
    content: Content, run: Run, network: int, steps: Sequence[int], watch: OnProgress = _unwatched
) -> Iterator[tuple[int, RecordedStep, Array]]:
    """Take the steps of a run again; yield some of them.

    Parameters
    ----------
    content, run, network
        As of :func:`run_before`.
    steps : sequence of int
        In ascending order; the run took all of them.
    watch : callable

    Raises
    ------
    JournalError
        If an epoch on the way is not what the journal says of it.

    Yields
    ------
    int
        The index of the step.
    RecordedStep
        As it was before it was taken.
    array
        The parameters after it, which the next step changes.
    """
    if not len(steps):
        return
    wanted = range(steps[0], steps[-1] + 1) if len(steps) > steps[-1] - steps[0] else set(steps)
    stops: Sequence[int] = (
        range(wanted.start, wanted.stop + 1)
        if isinstance(wanted, range)
        else sorted(wanted | {step + 1 for step in wanted})
    )
    again = run_before(content, run, network, steps[0], stops)
    size = 3 * run.plan.batch_size * len(run.training.parameters)
    if again.training.threads is None and len(steps) > 1 and size < SMALL_STEP:
        again.training.threads = 1
    for progress in _compared(content, again, network):
        watch(progress)
        for step in list(again.history.steps):
            recorded = again.history.steps.pop(step)
            if step in wanted:
                yield step, recorded, again.training.parameters
            if step == steps[-1]:
                return
    raise JournalError(f"{content.path}: the run ended before step {steps[-1]} when taken again")


def parameters_before(
    content: Content, run: Run, network: int, step: int, watch: OnProgress = _unwatched
) -> Array:
    """Return the parameters before a step, or, by the number of all steps, after the last.

    Raises
    ------
    JournalError
        If an epoch on the way is not what the journal says of it.
    """
    again = run_before(content, run, network, step)
    for progress in _compared(content, again, network):
        watch(progress)
        if again.steps_taken >= step:
            break
    return again.training.parameters


def _compared(content: Content, again: Run, network: int) -> Iterator[Progress]:
    """Take the steps, and compare each epoch with what the journal says of it."""
    kept, compared = content.history(network), again.history.epochs
    rates = kept.learning_rates or [math.nan] * kept.epochs
    for progress in again.progress():
        for epoch in range(compared, min(again.history.epochs, kept.epochs)):
            now = again.history.losses[epoch], again.history.learning_rates[epoch]
            before = kept.losses[epoch], rates[epoch]
            if not np.array_equal(now, before, equal_nan=True):
                raise JournalError(
                    f"{content.path}: its steps, taken again, are not those of the run. Epoch "
                    f"{numbered(epoch)} had the loss {before[0]:g} at the learning rate "
                    f"{before[1]:g}, and has {now[0]:g} at {now[1]:g}. A callback may have "
                    "changed weights or learning rate, or the run went on with changed data"
                )
        compared = again.history.epochs
        yield progress
