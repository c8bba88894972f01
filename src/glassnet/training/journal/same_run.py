"""Whether a journal is of the training that is about to begin; what is not the same is named."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet import engine
from glassnet.core.file_record import as_json
from glassnet.errors import JournalError
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.journal.configuration import differences
from glassnet.training.journal.content import Content
from glassnet.training.journal.fingerprint import Data, changes, fingerprint
from glassnet.training.journal.records import RunRecord
from glassnet.training.loop import Run

__all__ = ["require_same_data", "require_same_engine", "require_same_run"]

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
        require_same_engine(content, ", or allow changes")
    _require_epochs(content, now.options["epochs"], runs)


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


def require_same_engine(content: Content, otherwise: str = "") -> None:
    """Refuse a journal that another engine wrote.

    Parameters
    ----------
    content : Content
    otherwise : str
        What else can be done, for the message.

    Raises
    ------
    JournalError
    """
    before = content.sessions[-1].engine.get("engine") if content.sessions else None
    now = engine.info()["engine"]
    if before is not None and before != now:
        raise JournalError(
            f"{content.path} was written with the {before} engine, and this is the {now} engine, "
            f"whose numbers differ in the last digits; set GLASSNET_ENGINE={before}{otherwise}"
        )


def _require_epochs(content: Content, epochs: int, runs: Sequence[Run | FullBatchRun]) -> None:
    planned, path = content.epochs, content.path
    taken = max(content.history(number).epochs for number in range(len(content.networks)))
    if epochs < taken:
        raise JournalError(f"{path} holds {taken} epochs already; {epochs} are fewer")
    if epochs == planned:
        return
    for number, run in enumerate(runs):
        if isinstance(run, FullBatchRun):
            continue
        losses = content.history(number).losses
        if not run.has_rates_of(planned, losses):
            raise JournalError(
                f"{path} was planned for {planned} epochs, and its learning rates follow from that "
                f"number: {run.plan.schedule!r}. Going on to {epochs} would not be the same as "
                "having planned them"
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
    JournalError
        If they changed; the message says which of them, and where.
    """
    if content.data is None:
        return
    names, before = content.run.networks[0].feature_names, content.data.parts
    if for_steps:
        before = [part for part in before if not part.name.startswith("validation")]
    if found := changes(before, fingerprint(data), names):
        raise JournalError(
            f"the data are not those of {content.path}: {'; '.join(found[:3])}. Go on with the "
            "same data, or allow changes, and the result is that of no single run"
        )
