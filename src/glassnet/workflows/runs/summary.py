"""A run in a few numbers, read from its journal in a moment, however large that is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassnet.errors import FileFormatError
from glassnet.render.json import json_number
from glassnet.training.history import History
from glassnet.training.journal.content import Content, RunState, read_content
from glassnet.training.journal.log import is_log
from glassnet.workflows.runs.words import moment, run_words, state_words

__all__ = ["NoRun", "RunSummary", "summaries", "summary_of"]

# On a network, it takes seconds to see whether a journal is being written: many at once.
AT_ONCE = 32


@dataclass(frozen=True)
class RunSummary:
    """A run in a few numbers.

    Attributes
    ----------
    path : Path
    state : RunState
    what : str
        What is trained, in words.
    histories : list of History
        Of each network.
    planned : int
        Epochs, of each network.
    at : str
        When its last session began, ISO 8601.
    size : int
        Of the journal, in bytes.
    problem : str
        Why it failed, or where the journal is damaged.
    """

    path: Path
    state: RunState
    what: str
    histories: list[History] = field(repr=False)
    planned: int
    at: str
    size: int
    problem: str = ""

    @property
    def epochs(self) -> int:
        """Complete epochs of all networks together."""
        return sum(history.epochs for history in self.histories)

    @property
    def state_words(self) -> str:
        """How the run stands, and how far it came."""
        networks = len(self.histories)
        return state_words(self.state, self.epochs, networks * self.planned, networks)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; losses are those of the first network."""
        history = self.histories[0]
        losses, validation = history.losses, history.validation_losses
        best = history.best_epoch
        return {
            "file": str(self.path),
            "state": self.state,
            "what": self.what,
            "networks": len(self.histories),
            "epochs": self.epochs,
            "epochs_planned": len(self.histories) * self.planned,
            "loss": json_number(losses[-1]) if losses else None,
            "validation_loss": json_number(validation[-1]) if validation else None,
            "best_epoch": best,
            "best_validation_loss": (
                None if best is None or best >= len(validation) else json_number(validation[best])
            ),
            "at": self.at,
            "bytes": self.size,
            "problem": self.problem or None,
        }


@dataclass(frozen=True)
class NoRun:
    """A file that is no journal, or one that cannot be read, and why."""

    path: Path
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"file": str(self.path), "state": None, "problem": self.words}


def summaries(paths: Sequence[Path]) -> list[RunSummary | NoRun]:
    """Return the runs of some files, the newest first; then the files that are no journals."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(_summary_or_words, paths))
    runs = [one for one in found if isinstance(one, RunSummary)]
    runs.sort(key=lambda run: moment(run.at), reverse=True)
    return [*runs, *(one for one in found if isinstance(one, NoRun))]


def _summary_or_words(path: Path) -> RunSummary | NoRun:
    try:
        if not path.stat().st_size:
            return NoRun(path, "is empty")
        if not is_log(path):
            return NoRun(path, "is not the journal of a run")
        return summary_of(path)
    except OSError as error:
        return NoRun(path, f"cannot be read: {error.strerror or error}")
    except FileFormatError as error:
        return NoRun(path, str(error).removeprefix(str(path)).lstrip(": "))


def summary_of(path: Path) -> RunSummary:
    """Return the run of a journal in a few numbers.

    Raises
    ------
    FileNotFoundError, FileFormatError
        If there is no such file, or it is no journal.
    """
    content = read_content(path, bodies=False)
    try:
        histories = content.histories()
    except FileFormatError:  # then only what stands before the damage counts
        content = read_content(path)
        histories = content.histories()
    sessions = content.sessions
    return RunSummary(
        path,
        content.state,
        run_words(content),
        histories,
        content.epochs,
        sessions[-1].at if sessions else content.run.started,
        path.stat().st_size,
        _problem(content),
    )


def _problem(content: Content) -> str:
    if content.log.is_damaged:
        return f"damaged at byte {content.log.end:,}; what follows there is not read"
    return content.end.words if content.end is not None and content.end.state == "failed" else ""
