"""Whether a journal is of the training that is about to begin; what is not the same is named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassnet import engine
from glassnet.core.file_record import as_json
from glassnet.core.plural import counted, numbered
from glassnet.errors import ChangedError, JournalError
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.journal.configuration import differences
from glassnet.training.journal.content import Content
from glassnet.training.journal.fingerprint import MAX_NAMED, Data, changes, fingerprint
from glassnet.training.journal.records import RunRecord
from glassnet.training.loop import Run

__all__ = ["changes_told", "require_same_data", "require_same_engine", "require_same_run"]

#: What a training changes of a network besides its weights.
LEARNED = ("classes", "epochs_trained", "feature_names")


def require_same_run(
    content: Content, now: RunRecord, runs: Sequence[Run | FullBatchRun], *, allow_changes: bool
) -> None:
    """Refuse a journal of another run.

    It may be planned for more epochs now, where they change nothing about those that were taken.

    Raises
    ------
    JournalError
        If networks, options, initial weights or the engine are others.
    """
    path, before = content.path, content.run
    _require_no_fewer_epochs(content, now.options["epochs"])
    found: list[str] = []
    if before.what != now.what:
        found.append(f"it is of {before.called}, and this is {now.called}")
    elif len(before.networks) != len(now.networks):
        found.append(f"it is of {len(before.networks)} networks, and these are {len(now.networks)}")
    else:
        for one, other in zip(before.networks, now.networks, strict=True):
            found += differences(as_json(one), as_json(other), "the network's")
        most = min(content.epochs, now.options["epochs"])
        found += differences(_deciding(before.options, most), _deciding(now.options, most))
        found += differences(_arguments(before.source), _arguments(now.source))
    if found and before.what == now.what == "train" and _asks_the_same(before, now):
        raise ChangedError(
            f"the table is not that of {path}: {_other_columns(before, now) or found[0]}",
            "Give the table as it was",
        )
    if not found:
        found += _weights(content, runs)
    if found and _was_trained_since(before, now):
        raise JournalError(
            f"{path} is the journal of a run that began before this network was trained. It "
            f"goes on by gn.resume({str(path)!r}), or by the same call of a network made anew"
        )
    if found:
        raise JournalError(
            f"{path} is the journal of another run: {'; '.join(found[:3])}. Give this one a "
            "journal of its own, or delete that one"
        )
    if not allow_changes:
        require_same_engine(content)
    _require_epochs(content, now.options["epochs"], runs)


@contextmanager
def changes_told(remedy: str, anyway: str = "") -> Iterator[None]:
    """Refuse what changed in the words of a caller: its arguments, or options of a command.

    Parameters
    ----------
    remedy : str
        How data are given as they were.
    anyway : str
        What goes on with changed ones; none if nothing does.
    """
    try:
        yield
    except ChangedError as error:
        raise error.told(remedy, anyway) from None


def _anyway(content: Content) -> str:
    """What lets a fit go on with what changed."""
    return f"journal=gn.Journal({str(content.path)!r}, allow_changes=True)"


def _asks_the_same(before: RunRecord, now: RunRecord) -> bool:
    """Whether the same was called, so that only its table can make a difference."""
    return before.glassnet == now.glassnet and not differences(
        _arguments(before.source), _arguments(now.source)
    )


def _other_columns(before: RunRecord, now: RunRecord) -> str:
    """Which inputs are gone, and which are new."""
    had, has = (run.networks[0].feature_names or [] for run in (before, now))
    gone = [repr(name) for name in had if name not in has]
    new = [repr(name) for name in has if name not in had]
    words = [f"no longer an input is {', '.join(gone[:MAX_NAMED])}"] if gone else []
    words += [f"new is {', '.join(new[:MAX_NAMED])}"] if new else []
    return "; ".join(words)


def _was_trained_since(before: RunRecord, now: RunRecord) -> bool:
    """Whether networks are as the run describes them, but for what they learned since."""
    described, describes = (
        [{name: own for name, own in as_json(net).items() if name not in LEARNED} for net in nets]
        for nets in (before.networks, now.networks)
    )
    return (
        before.what == now.what
        and described == describes
        and sum(net.epochs_trained for net in now.networks)
        > sum(net.epochs_trained for net in before.networks)
    )


def _deciding(options: dict[str, Any], most: int) -> dict[str, Any]:
    """The options that have to be the same, as at most so many epochs were taken."""
    left = {name: one for name, one in options.items() if name not in ("epochs", "callbacks")}
    stopping = left.get("stopping")
    if isinstance(stopping, dict):
        patience = stopping.get("patience")
        if isinstance(patience, int) and patience >= most:  # it has stopped nothing until now
            left["stopping"] = stopping | {"patience": None}
    return left


def _arguments(source: dict[str, Any] | None) -> Any:
    """What was called, but for the number of epochs."""
    arguments = None if source is None else source.get("arguments")
    if not isinstance(arguments, dict) or not isinstance(recipe := arguments.get("recipe"), dict):
        return arguments
    return arguments | {"recipe": {name: own for name, own in recipe.items() if name != "epochs"}}


def _weights(content: Content, runs: Sequence[Run | FullBatchRun]) -> list[str]:
    """What differs in the weights before the first step, where the journal has them."""
    for number, run in enumerate(runs):
        first = content.checkpoint(number, 0)
        if first is not None and not np.array_equal(
            first.arrays.get("parameters", np.zeros(0)), run.training.parameters
        ):
            resume = f"gn.resume({str(content.path)!r})"
            return [f"it began with other weights; a network that it trained goes on by {resume}"]
    return []


def require_same_engine(content: Content) -> None:
    """Refuse a journal that another engine wrote.

    Raises
    ------
    ChangedError
    """
    before = content.sessions[-1].engine.get("engine") if content.sessions else None
    now = engine.info()["engine"]
    if before is not None and before != now:
        raise ChangedError(
            f"{content.path} was written with the {before} engine, and this is the {now} engine, "
            "whose numbers differ in the last digits",
            f"Set GLASSNET_ENGINE={before}",
            _anyway(content),
            is_of_data=False,
        )


def _require_no_fewer_epochs(content: Content, epochs: int) -> None:
    taken = max(content.history(number).epochs for number in range(len(content.networks)))
    if epochs < taken:
        raise JournalError(
            f"the run of {content.path} has taken {counted(taken, 'epoch')} already, more than "
            f"the {epochs:,} asked for; ask for at least {taken:,}, or leave the number out and it "
            f"goes on to {content.epochs:,}, as it was planned"
        )


def _require_epochs(content: Content, epochs: int, runs: Sequence[Run | FullBatchRun]) -> None:
    planned, path = content.epochs, content.path
    if epochs == planned:
        return
    for number, run in enumerate(runs):
        if isinstance(run, FullBatchRun):
            continue
        losses = content.history(number).losses
        if not run.has_rates_of(planned, losses):
            raise JournalError(
                f"{path} was planned for {counted(planned, 'epoch')}, and its learning rates "
                f"follow from that number: {run.plan.schedule!r}. With {epochs:,} in its place "
                "the result would not be that of having planned them; leave the number of epochs "
                f"at {planned:,}, or train anew"
            )


def require_same_data(content: Content, data: Data, *, for_steps: bool = False) -> None:
    """Refuse a journal of other data.

    Parameters
    ----------
    content : Content
    data : mapping of str to array
    for_steps : bool
        Whether they are needed to take steps only, which no validation data change.

    Raises
    ------
    ChangedError
        If they changed; the message says which of them, and where.
    """
    if content.data is None:
        return
    names, before = content.run.networks[0].feature_names, content.data.parts
    if for_steps:
        before = [part for part in before if not part.name.startswith("validation")]
    if found := changes(before, fingerprint(data), names):
        raise ChangedError(
            f"the data are not those of {content.path}: {'; '.join(found[:3])}"
            f"{_first_row(content, data)}",
            "Give the data as they were",
            _anyway(content),
        )


def _first_row(content: Content, data: Data) -> str:
    """Which row is the first that differs, where the journal has them as they were given."""
    kept = content.data is not None and content.data.is_kept and content.run.what != "train"
    arrays = content.kept_data() if kept else {}
    rows = []
    for name in ("X", "y"):
        before, now = arrays.get(name), data.get(name)
        if before is None or not isinstance(now, np.ndarray) or before.shape[1:] != now.shape[1:]:
            continue
        both = min(len(before), len(now))
        is_other = before[:both] != now[:both]
        differs = is_other.reshape(both, -1).any(axis=1) if both else is_other
        if differs.any() or len(before) != len(now):
            rows.append(int(differs.argmax()) if differs.any() else both)
    if not rows:
        return ""
    return f". The first row that differs is row {numbered(min(rows))}"
