"""The journal of a training: kept while it runs, and taken up again after it died."""

import math
import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np

from glassnet import engine
from glassnet.core.atomic_file import write_atomically
from glassnet.errors import JournalError
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.journal.checkpoint import Space, checkpoint_of, restore
from glassnet.training.journal.content import read_content
from glassnet.training.journal.epochs import columns_of
from glassnet.training.journal.fingerprint import Data, fingerprint
from glassnet.training.journal.log import without_records
from glassnet.training.journal.records import (
    CheckpointRecord,
    DataRecord,
    EndRecord,
    EpochsRecord,
    FindingRecord,
    LongerRecord,
    RunRecord,
    SessionRecord,
)
from glassnet.training.journal.replay import recorded_step
from glassnet.training.journal.same_run import require_same_data, require_same_run
from glassnet.training.journal.settings import Journal
from glassnet.training.journal.shrink import shrunk
from glassnet.training.journal.writer import Item, Writer
from glassnet.training.loop import Run
from glassnet.training.plan import Progress

__all__ = ["AnyRun", "keeping", "now"]

AnyRun: TypeAlias = Run | FullBatchRun

# A checkpoint is made after at least so many seconds, and so many times what the last one took.
MIN_SECONDS, TIMES_AS_LONG = 1.0, 100.0


@contextmanager
def keeping(
    journal: Journal, record: RunRecord, runs: Sequence[AnyRun], data: Data
) -> Iterator[None]:
    """Keep a journal of a training while it runs; one that exists is taken up where it ended.

    Parameters
    ----------
    journal : Journal
    record : RunRecord
    runs : sequence of Run or FullBatchRun
        One for each network, before its first step.
    data : mapping of str to array
        What is learned from.

    Raises
    ------
    JournalError
        If somebody else writes it, or it is of another run or of other data.
    FileFormatError
        If the file is no journal.
    """
    keeper = RunKeeper(journal, record, runs, data)
    try:
        yield
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        keeper.close(EndRecord(state, str(error)))  # type: ignore[arg-type]  # one of them
        raise
    interrupted = any(run.history.interrupted for run in runs)
    if interrupted:
        for run in runs:
            run.history.goes_on = _goes_on(journal, record)
    keeper.close(EndRecord("interrupted" if interrupted else "finished"))


def _goes_on(journal: Journal, record: RunRecord) -> str:
    """The call that goes on with an interrupted run."""
    path = str(journal.place)
    if record.what == "estimator":
        return f"the same fit once more, with journal={path!r}"
    return f"gn.resume({path!r})"


class RunKeeper:
    """Keeps the trainings of all networks of a run in one journal."""

    def __init__(
        self, journal: Journal, record: RunRecord, runs: Sequence[AnyRun], data: Data
    ) -> None:
        self.journal, self.record, self.data = journal, record, data
        path = journal.place
        before, self.content = without_records(path), None
        if before is None and path.exists():
            self.content = read_content(path)
            before = self.content.log
        if self.content is not None:
            require_same_run(self.content, record, runs, allow_changes=journal.allow_changes)
            if not journal.allow_changes:
                require_same_data(self.content, data)
            if self.content.log.is_damaged:
                _keep_damaged(path)
        self.last_seconds = 0.0
        self._findings = 0
        self.networks = [NetworkKeeper(self, number, run) for number, run in enumerate(runs)]
        for run, keeper in zip(runs, self.networks, strict=True):
            run.keeper = keeper
        # Networks may wait for a core, and the writer for its turn: first weights come first.
        begun = [keeper.begin() for keeper in self.networks]
        self._first_checkpoints = [item for item in begun if item is not None]
        self.writer = Writer(
            path,
            record,
            self._first_records,
            [self._new_finding, *(keeper.new_epochs for keeper in self.networks)],
            self._renewed,
            journal.most_bytes,
            before,
            self.content is not None and self.content.is_older,
            journal.delay,
        )

    def _first_records(self) -> list[Item]:
        items = [Item(SessionRecord(now(), platform.node(), os.getpid(), engine.info()))]
        planned = self.record.options["epochs"]
        if self.content is not None and self.content.epochs != planned:
            items.append(Item(LongerRecord(planned)))
        if self.content is None or self.content.data is None:
            items.append(self._data_record())
        return items + self._first_checkpoints

    def _data_record(self) -> Item:
        dense = {name: own for name, own in self.data.items() if isinstance(own, np.ndarray)}
        small = sum(array.nbytes for array in dense.values()) <= self.journal.kept_data
        kept = small and len(dense) == len(self.data)
        if self.journal.rows is not None:
            dense["rows"] = self.journal.rows
        return Item(DataRecord(fingerprint(self.data), kept), dense if kept else {})

    def _renewed(self) -> IO[bytes]:
        return shrunk(self.journal.place, self.journal.most_bytes // 2)

    def _new_finding(self) -> Item | None:
        """Return a record of what was found since the last one; called in the writer's thread."""
        if self._findings == len(self.journal.findings):
            return None
        words = self.journal.findings[self._findings]

        def done(written: bool, seconds: float) -> None:
            self._findings += written

        return Item(FindingRecord(words), done=done)

    def close(self, end: EndRecord) -> None:
        """Write what is left, and how the training ended."""
        self.writer.submit(Item(end, is_durable=True))
        self.writer.close()


def _keep_damaged(path: Path) -> None:
    """Keep a copy of a journal that is cut off in its middle, as whole records follow."""
    import shutil

    copy = path.with_name(path.name + ".damaged")
    try:
        write_atomically(copy, lambda new: shutil.copyfile(path, new))
    except OSError as error:
        raise JournalError(
            f"{path} is damaged in its middle, and before it goes on a copy has to be kept: {error}"
        ) from None


@dataclass
class NetworkKeeper:
    """Keeps the training of one network: the Keeper of its run."""

    of: RunKeeper
    number: int
    run: AnyRun
    _epochs: int = 0
    _written: int = 0
    _has_first: bool = False
    _copied_at: float = field(default_factory=time.monotonic)
    _spaces: list[Space] = field(default_factory=list)

    def __post_init__(self) -> None:
        if isinstance(self.run, Run):
            self._spaces.append(Space.of(self.run))

    def begin(self) -> Item | None:
        """Return the first checkpoint, if there is none."""
        content = self.of.content
        self._has_first = content is None or not content.networks[self.number].checkpoints
        return self._copied() if self._has_first else None

    def reached(self, run: AnyRun) -> Progress | None:
        """Return where the last checkpoint is; None if there is none."""
        content = self.of.content
        step = -1 if content is None else content.last_step(self.number)
        if content is None or not isinstance(run, Run) or step < 0:
            return None
        losses = content.history(self.number, step // run.steps_in_epoch).losses
        loss = losses[-1] if losses else math.nan
        return Progress(step / run.steps_in_epoch, run.plan.epochs, loss, None)

    def restore(self, run: AnyRun) -> None:
        """Take up the last checkpoint; where there is none, keep the first one."""
        content = self.of.content
        found = None if content is None else content.checkpoint(self.number)
        if found is None or content is None:
            if not self._has_first:
                self._copy()
        elif isinstance(run, Run):
            restore(run, found, content.history(self.number, found.record.epochs))
            self._take_recorded(run)
        self._epochs = self._written = self.run.history.epochs

    def _take_recorded(self, run: Run) -> None:
        """Bring back the recorded steps before the checkpoint."""
        assert self.of.content is not None
        for step in run.plan.record:
            if step < run.steps_taken:
                run.history.steps[step] = recorded_step(self.of.content, run, self.number, step)

    def look(self, run: AnyRun) -> None:
        """Note how far the training is; copy it from time to time."""
        self._epochs = run.history.epochs
        self.of.writer.warn_once()
        wait = max(MIN_SECONDS, TIMES_AS_LONG * self.of.last_seconds)
        if self._spaces and time.monotonic() - self._copied_at >= wait:
            self._copy()

    def keep_step(self, run: AnyRun) -> None:
        """Keep a checkpoint of this very step."""
        self._copy(is_recorded=True)

    def end(self, run: AnyRun) -> None:
        """Keep the last checkpoint."""
        self._epochs = run.history.epochs
        self._copy(is_last=True)

    def _copy(self, *, is_recorded: bool = False, is_last: bool = False) -> None:
        self.of.writer.submit(self._copied(is_recorded=is_recorded, is_last=is_last))

    def _copied(self, *, is_recorded: bool = False, is_last: bool = False) -> Item:
        run = self.run
        if not isinstance(run, Run):
            return self._copy_of_full_batch(run, is_last=is_last)
        began = time.perf_counter()
        space = self._spaces.pop() if self._spaces else Space.of(run)
        kept = checkpoint_of(run, self.number, space, is_recorded=is_recorded, is_last=is_last)
        copied = time.perf_counter() - began

        def done(written: bool, seconds: float) -> None:
            if not self._spaces:
                self._spaces.append(space)
            self.of.last_seconds = copied + seconds

        self._copied_at = time.monotonic()
        return Item(kept.record, kept.arrays, is_durable=True, done=done)

    def _copy_of_full_batch(self, run: FullBatchRun, *, is_last: bool) -> Item:
        """Return the weights before L-BFGS and after it; between them it cannot go on."""
        record = CheckpointRecord(
            network=self.number,
            epochs=run.history.epochs,
            step=run.history.epochs,
            steps_done=0,
            best_epoch=None,
            stopped_early=run.history.stopped_early,
            is_last=is_last,
        )
        arrays = {"parameters": run.training.parameters.copy()}
        return Item(record, arrays, is_durable=True)

    def new_epochs(self) -> Item | None:
        """Return a record of the epochs since the last one; called in the writer's thread."""
        first, last = self._written, self._epochs
        if first == last:
            return None

        def done(written: bool, seconds: float) -> None:
            if written:
                self._written = last

        return Item(
            EpochsRecord(self.number, first), columns_of(self.run.history, first, last), done=done
        )


def now() -> str:
    """Return date and time with the zone."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
