"""A checkpoint: all that a training needs to go on from between two steps, with the same bits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.training.history import History
from glassnet.training.journal.records import CheckpointRecord
from glassnet.training.loop import Run

__all__ = ["Checkpoint", "HasState", "Space", "checkpoint_of", "require_fitting", "restore"]


@runtime_checkable
class HasState(Protocol):
    """What a training uses and what remembers something: a callback, a schedule, an order."""

    def state(self) -> dict[str, Any]:
        """Return what it remembers between two epochs: JSON values, and arrays of its own."""

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`state` returned."""


@dataclass
class Space:
    """Memory for a copy of parameters and optimizer state, which is used again and again."""

    parameters: Array
    optimizer_state: Array

    @classmethod
    def of(cls, run: Run) -> "Space":
        """Return memory for a run, touched once, so that the first copy is as fast as others."""
        training = run.training
        return cls(
            np.full(training.parameters.shape, 0, training.parameters.dtype),
            np.full(training.state.shape, 0, training.state.dtype),
        )


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint with its arrays: see :class:`CheckpointRecord`."""

    record: CheckpointRecord
    arrays: dict[str, Array] = field(repr=False)


def checkpoint_of(
    run: Run, network: int, space: Space, *, is_recorded: bool = False, is_last: bool = False
) -> Checkpoint:
    """Return a checkpoint of a training between two steps.

    Parameters
    ----------
    run : Run
    network : int
        The number of its network.
    space : Space
        What its parameters and optimizer state are copied to.
    is_recorded, is_last : bool
        As in the record.
    """
    training, history = run.training, run.history
    space.parameters[...] = training.parameters
    arrays: dict[str, Array] = {"parameters": space.parameters}
    if training.steps_done and training.state.size:
        space.optimizer_state[...] = training.state
        arrays["state"] = space.optimizer_state
    if run.best_parameters is not None and not _is_at_best(run):
        arrays["best"] = run.best_parameters
    arrays |= {
        "losses": run.losses,
        "squared_weights": run.squared_weights,
        "last.losses": history.step_losses,
        "last.squared_weights": history.squared_weights,
    }
    more: dict[str, dict[str, Any]] = {}
    for name, part in _parts_with_state(run):
        more[name] = {}
        for key, value in part.state().items():
            if isinstance(value, np.ndarray):
                arrays[f"more.{name}.{key}"] = value
            else:
                more[name][key] = value
    record = CheckpointRecord(
        network=network,
        epochs=history.epochs,
        step=run.steps_taken,
        steps_done=training.steps_done,
        best_epoch=history.best_epoch,
        stopped_early=history.stopped_early,
        is_recorded=is_recorded,
        is_last=is_last,
        more=more,
    )
    return Checkpoint(record, {name: array for name, array in arrays.items() if array.size})


def _is_at_best(run: Run) -> bool:
    return run.history.best_epoch == run.history.epochs - 1 and not len(run.losses)


def restore(run: Run, checkpoint: Checkpoint, history: History) -> None:
    """Bring a run to where a checkpoint was made.

    Parameters
    ----------
    run : Run
        A run like that of the checkpoint, before its first step.
    checkpoint : Checkpoint
    history : History
        Of the epochs before the checkpoint.

    Raises
    ------
    FileFormatError
        If the checkpoint does not fit the run.
    """
    record, arrays, training = checkpoint.record, checkpoint.arrays, run.training
    require_fitting(checkpoint, training.parameters, training.state)
    training.parameters[...] = arrays["parameters"]
    if "state" in arrays:
        training.state[...] = arrays["state"]
    training.steps_done = record.steps_done
    nothing = np.zeros(0)
    run.losses = arrays.get("losses", nothing)
    run.squared_weights = arrays.get("squared_weights", np.zeros(len(run.losses)))
    history.step_losses = arrays.get("last.losses", nothing)
    history.squared_weights = arrays.get("last.squared_weights", nothing)
    history.best_epoch, history.stopped_early = record.best_epoch, record.stopped_early
    history.steps = run.history.steps
    run.history = history
    if "best" in arrays:
        run.best_parameters = arrays["best"]
    elif record.best_epoch is not None:
        run.best_parameters = training.parameters.copy()
    for name, part in _parts_with_state(run):
        prefix = f"more.{name}."
        own = {
            key.removeprefix(prefix): array
            for key, array in arrays.items()
            if key.startswith(prefix)
        }
        part.set_state(record.more.get(name, {}) | own)


def require_fitting(checkpoint: Checkpoint, parameters: Array, state: Array) -> None:
    """Refuse a checkpoint whose arrays are not those of a training.

    Raises
    ------
    FileFormatError
        If one is missing, or has another shape or type.
    """
    arrays = checkpoint.arrays
    expected = {"parameters": parameters, "best": parameters, "state": state}
    for name, like in expected.items():
        array = arrays.get(name)
        if array is None and name != "parameters":
            continue
        if array is None or array.shape != like.shape or array.dtype != like.dtype:
            raise FileFormatError(
                f"a checkpoint of the journal does not fit its network: {name} should be "
                f"{like.dtype} of shape {like.shape}"
            )
    for name in ("losses", "squared_weights", "last.losses", "last.squared_weights"):
        if name in arrays and (arrays[name].ndim != 1 or arrays[name].dtype != np.float64):
            raise FileFormatError("a checkpoint of the journal has losses that are no numbers")


def _parts_with_state(run: Run) -> Iterator[tuple[str, HasState]]:
    plan = run.plan
    named = {"order": plan.order, "schedule": plan.schedule}
    named |= {f"callback {number}": one for number, one in enumerate(plan.callbacks)}
    for name, part in named.items():
        if isinstance(part, HasState):
            yield name, part
