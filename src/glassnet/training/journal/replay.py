"""The same steps once more: a run brought back to any step of its journal."""

from dataclasses import replace

from glassnet.engine.interface import Training
from glassnet.errors import JournalError
from glassnet.training.journal.checkpoint import restore
from glassnet.training.journal.content import Content
from glassnet.training.loop import Run
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["recorded_step", "run_before"]


def run_before(content: Content, run: Run, network: int, step: int) -> Run:
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
        The index of a step, which the run will record.

    Raises
    ------
    JournalError
        If the run took no such step.
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
    plan = replace(run.plan, validation=None, stopping=None, callbacks=(), record=(step,))
    again = Run(run.program, training, plan)
    restore(again, checkpoint, content.history(network, checkpoint.record.epochs))
    again.history.stopped_early = False
    return again


def recorded_step(content: Content, run: Run, network: int, step: int) -> RecordedStep:
    """Return a step of a run as it was before it was taken: see :func:`run_before`."""
    again = run_before(content, run, network, step)
    again.follow(lambda _: step in again.history.steps)
    return again.history.steps[step]
