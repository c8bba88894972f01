"""A checkpoint: all that a training needs to go on from between two steps, with the same bits."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.training.history import History
from glassnet.training.journal.body import TYPES
from glassnet.training.journal.configuration import NUMBER
from glassnet.training.journal.records import CheckpointRecord
from glassnet.training.loop import Run

__all__ = [
    "Checkpoint",
    "HasState",
    "Space",
    "checkpoint_of",
    "parts_with_state",
    "require_fitting",
    "restore",
]


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
    for name, part in parts_with_state(run):
        more[name] = {}
        for key, value in part.state().items():  # a copy: it goes on to change
            if isinstance(value, np.ndarray):
                arrays[f"more.{name}.{key}"] = _copied(value, f"{key} of the {name}")
            else:
                more[name][key] = _written(value, f"{key} of the {name}")
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
    return Checkpoint(
        record,
        {name: array for name, array in arrays.items() if array.size or name.startswith("more.")},
    )


def _written(value: Any, what: str) -> Any:
    """A value of a state as JSON values, which hold no infinite numbers."""
    match value:
        case float() if not math.isfinite(value):
            return {NUMBER: repr(value)}
        case np.generic():
            return _written(value.item(), what)
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [_written(one, what) for one in value]
        case dict() if all(isinstance(key, str) for key in value) and not _is_number(value):
            return {key: _written(one, what) for key, one in value.items()}
    raise TypeError(
        f"the state of a training must be numbers, texts, lists, dictionaries with names, and "
        f"arrays of its own; {what} is {value!r}"
    )


def _read(value: Any) -> Any:
    """A value of a state from the JSON values of a journal."""
    match value:
        case dict() if _is_number(value):
            return float(value[NUMBER])
        case dict():
            return {key: _read(one) for key, one in value.items()}
        case list():
            return [_read(one) for one in value]
    return value


def _is_number(value: dict[str, Any]) -> bool:
    """Whether JSON values stand for a number that is not finite."""
    return value.keys() == {NUMBER} and value[NUMBER] in ("inf", "-inf", "nan")


def _copied(array: Array, what: str) -> Array:
    if array.dtype.name not in TYPES:
        raise TypeError(f"the state of a training holds arrays of numbers; {what} has none")
    return np.array(array, dtype=array.dtype.newbyteorder("="))


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
    if history.epochs != record.epochs or run.steps_in_epoch <= len(arrays.get("losses", ())):
        raise FileFormatError("a checkpoint of the journal does not fit its epochs")
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
    for name, part in parts_with_state(run):
        prefix = f"more.{name}."
        own = {
            key.removeprefix(prefix): array
            for key, array in arrays.items()
            if key.startswith(prefix)
        }
        values = {key: _read(value) for key, value in record.more.get(name, {}).items()}
        part.set_state(values | own)


def require_fitting(checkpoint: Checkpoint, parameters: Array, state: Array | None = None) -> None:
    """Refuse a checkpoint whose arrays are not those of a training.

    Parameters
    ----------
    checkpoint : Checkpoint
    parameters, state : array
        Like those of the training; without a state, that of the optimizer is not looked at.

    Raises
    ------
    FileFormatError
        If one is missing, or has another shape or type.
    """
    arrays = checkpoint.arrays
    expected = {"parameters": parameters, "best": parameters}
    if state is not None:
        expected["state"] = state
    for name, like in expected.items():
        array = arrays.get(name)
        if array is None and name != "parameters":
            continue
        if array is None or array.shape != like.shape or array.dtype != like.dtype:
            raise FileFormatError(
                f"a checkpoint of the journal does not fit its network: {name} should be "
                f"{like.dtype} of shape {like.shape}"
            )
    for name, values in checkpoint.record.more.items():
        if not isinstance(values, dict):
            raise FileFormatError(f"a checkpoint of the journal has no state of the {name}")
    for name in ("losses", "squared_weights", "last.losses", "last.squared_weights"):
        if name in arrays and (arrays[name].ndim != 1 or arrays[name].dtype != np.float64):
            raise FileFormatError("a checkpoint of the journal has losses that are no numbers")


def parts_with_state(run: Run) -> Iterator[tuple[str, HasState]]:
    """Return what remembers something of a training, and what it is called in a checkpoint."""
    plan = run.plan
    named = {"order": plan.order, "schedule": plan.schedule}
    named |= {f"callback {number}": one for number, one in enumerate(plan.callbacks)}
    for name, part in named.items():
        if isinstance(part, HasState):
            yield name, part
