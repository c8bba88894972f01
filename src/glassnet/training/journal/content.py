"""What a journal says, read without changing it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from glassnet.core.array import Array
from glassnet.errors import FileFormatError, JournalError
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.history import History
from glassnet.training.journal.body import from_body
from glassnet.training.journal.checkpoint import Checkpoint
from glassnet.training.journal.configuration import revived
from glassnet.training.journal.epochs import history_of
from glassnet.training.journal.lock import is_in_use
from glassnet.training.journal.log import Entry, Log, read_log
from glassnet.training.journal.records import (
    CheckpointRecord,
    DataRecord,
    EndRecord,
    EpochsRecord,
    FindingRecord,
    LongerRecord,
    RunRecord,
    SessionRecord,
    record_of,
    version_of,
)

__all__ = ["Content", "NetworkContent", "RunState", "arrays_of", "read_content"]

#: How a run stands: it is being written, it ended in one of three ways, or its process died.
RunState: TypeAlias = Literal["running", "finished", "interrupted", "failed", "died"]


@dataclass
class NetworkContent:
    """What a journal says of one network: where its epochs and its checkpoints lie."""

    epochs: list[tuple[EpochsRecord, Entry]] = field(default_factory=list)
    checkpoints: dict[int, tuple[CheckpointRecord, Entry]] = field(default_factory=dict)


@dataclass
class Content:
    """All records of a journal; arrays are read when they are asked for.

    Attributes
    ----------
    log : Log
    version : int
        Of the format of the file; its records are those of today.
    run : RunRecord
    epochs : int
        That were planned.
    networks : list of NetworkContent
    data : DataRecord or None
    sessions : list of SessionRecord
    findings : list of str
    end : EndRecord or None
        How the last process ended, if it said so.
    resumed : int
        How often the run went on; to look once more at one that was finished does not count.
    """

    log: Log
    version: int
    run: RunRecord
    epochs: int
    networks: list[NetworkContent]
    data: DataRecord | None = None
    sessions: list[SessionRecord] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    end: EndRecord | None = None
    resumed: int = 0
    _begins_finished: bool = False
    _data_entry: Entry | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.log.path

    @property
    def is_older(self) -> bool:
        """Whether the file has an older version, and is written anew when its run goes on."""
        return self.version < self.run.version

    @property
    def state(self) -> RunState:
        """How the run stands."""
        if is_in_use(self.path):
            return "running"
        return "died" if self.end is None else self.end.state

    def kept_data(self) -> dict[str, Array]:
        """Return the arrays of the data by name, if the journal has them.

        Raises
        ------
        JournalError
            If it has not.
        """
        if self.data is None or not self.data.is_kept or self._data_entry is None:
            raise JournalError(
                f"{self.path} does not hold the data of its run, which are too large; give them"
            )
        return arrays_of(self.log, self._data_entry)

    def history(self, network: int = 0, epochs: int | None = None) -> History:
        """Return losses and metrics of a network's epochs.

        Parameters
        ----------
        network : int
        epochs : int, optional
            Of so many from the first; of all if not given.
        """
        parts = (
            (record.first, arrays_of(self.log, entry))
            for record, entry in self.networks[network].epochs
        )
        return history_of(parts, epochs)

    def histories(self) -> list[History]:
        """Return the history of each network, with its best epoch and how its training ended.

        Raises
        ------
        FileFormatError
            If the records of the epochs are damaged.
        """
        return [self._ended(number) for number in range(len(self.networks))]

    def _ended(self, number: int) -> History:
        history, own = self.history(number), self.networks[number].checkpoints
        last = own[max(own)][0] if own else None
        history.best_epoch = self._best_epoch(history, last)
        if last is not None:
            history.stopped_early = last.stopped_early
        has_ended = history.epochs >= self.epochs or history.stopped_early
        was_stopped = self.end is not None and self.end.state == "interrupted"
        history.interrupted = was_stopped and not has_ended
        if last is not None:
            stops = self.run.options.get("stopping") is not None or history.interrupted
            history.restored = last.is_last and history.best_epoch is not None and stops
        return history

    def _best_epoch(self, history: History, last: CheckpointRecord | None) -> int | None:
        """The best epoch of the last checkpoint, unless a later one is better."""
        losses = history.validation_losses
        best, known = (None, 0) if last is None else (last.best_epoch, last.epochs)
        if best is None or best >= len(losses):
            best, known = None, 0
        accuracies = history.metrics.get("accuracy") or [0.0] * len(losses)
        stopping = self._stopping()
        for epoch in range(known, len(losses)):
            if best is None or stopping.is_better(
                losses[epoch], losses[best], accuracies[epoch], accuracies[best]
            ):
                best = epoch
        return best

    def _stopping(self) -> EarlyStopping:
        """What says which epoch is better."""
        try:
            found = revived(self.run.options.get("stopping"))
        except (FileFormatError, JournalError):  # a class that is not defined here
            found = None
        return found if isinstance(found, EarlyStopping) else EarlyStopping()

    def last_step(self, network: int = 0) -> int:
        """Return the step of the last checkpoint; -1 if there is none."""
        return max(self.networks[network].checkpoints, default=-1)

    def checkpoint(self, network: int = 0, step: int | None = None) -> Checkpoint | None:
        """Return the last checkpoint of a network, or the last one before a step or at it.

        One that cannot be read is passed over for the one before it.
        """
        own = self.networks[network].checkpoints
        for place in sorted(own, reverse=True):
            if step is not None and place > step:
                continue
            record, entry = own[place]
            try:
                return Checkpoint(record, arrays_of(self.log, entry))
            except FileFormatError:
                continue
        return None


def arrays_of(log: Log, entry: Entry) -> dict[str, Array]:
    """Return the arrays in the body of a record; they can be written to.

    Raises
    ------
    FileFormatError
        If the body is damaged.
    """
    try:
        return from_body(log.body(entry))
    except FileFormatError:
        raise FileFormatError(f"{log.path} is damaged at byte {entry.start:,}") from None


def read_content(path: Path, *, bodies: bool = True) -> Content:
    """Read a journal, up to its first record that is not whole.

    Parameters
    ----------
    path : Path
    bodies : bool
        Whether to compare the checksums of arrays as well. If not, it takes a moment whatever the
        size, and a damaged array is found when it is asked for.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    FileFormatError
        If it is not a journal, or is of a newer version.
    """
    log = read_log(path, bodies=bodies)
    if not log.entries:
        raise FileFormatError(f"{path} ends before the first record of a run")
    try:
        return _content(log)
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error}") from None


def _content(log: Log) -> Content:
    version = version_of(log.entries[0].text)
    first = record_of(log.entries[0].text, version)
    if not isinstance(first, RunRecord):
        raise FileFormatError("it does not begin with a run")
    epochs = first.options.get("epochs")
    if not isinstance(epochs, int):
        raise FileFormatError("it does not say how many epochs were planned")
    networks = [NetworkContent() for _ in first.networks]
    content = Content(log, version, first, epochs, networks)
    for entry in log.entries[1:]:
        _take(content, entry)
    return content


def _take(content: Content, entry: Entry) -> None:
    """Add what one record says."""
    match record := record_of(entry.text, content.version):
        case DataRecord():
            content.data, content._data_entry = record, entry  # noqa: SLF001 - of this module
        case SessionRecord():
            finished = content.end is not None and content.end.state == "finished"
            content.resumed += bool(content.sessions) and not finished
            content._begins_finished = finished  # noqa: SLF001 - of this module
            content.sessions.append(record)
            content.end = None
        case EpochsRecord():
            _network(content, record.network).epochs.append((record, entry))
        case CheckpointRecord():
            if record.best_epoch is not None and record.best_epoch >= record.epochs:
                raise FileFormatError("a checkpoint names a best epoch that it has not")
            _network(content, record.network).checkpoints[record.step] = record, entry
        case FindingRecord():
            content.findings.append(record.words)
        case LongerRecord():
            content.epochs = record.epochs
            content.resumed += content._begins_finished  # noqa: SLF001 - of this module
            content._begins_finished = False  # noqa: SLF001 - of this module
        case EndRecord():
            content.end = record
        case RunRecord():
            raise FileFormatError("it holds two runs")


def _network(content: Content, number: int) -> NetworkContent:
    if number >= len(content.networks):
        raise FileFormatError(f"it has no network {number}")
    return content.networks[number]
