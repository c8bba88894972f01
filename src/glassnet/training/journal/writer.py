"""Writes a journal in a thread of its own: a training waits for copies in memory, never for a disk.

A journal that cannot be written does not end a training. It is warned of once; what was whole
stays, and each further checkpoint is tried anew.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from glassnet.core.array import Array
from glassnet.core.users_line import warn_at_users_line
from glassnet.errors import JournalError, JournalWarning
from glassnet.training.journal.body import body_of
from glassnet.training.journal.lock import HEARTBEAT, in_use, lock
from glassnet.training.journal.log import MAGIC, Log, framed, write_whole
from glassnet.training.journal.records import AnyRecord, text_of

__all__ = ["Item", "Writer"]


@dataclass(frozen=True)
class Item:
    """A record to write.

    Attributes
    ----------
    record : record
    arrays : mapping of str to array
    is_durable : bool
        Whether it has to be on the disk, and not only on its way there.
    done : callable, optional
        Called when its arrays are no longer needed: with whether it was written, and the seconds
        that it took with what was written beside it.
    """

    record: AnyRecord
    arrays: Mapping[str, Array] = field(default_factory=dict)
    is_durable: bool = False
    done: Callable[[bool, float], object] | None = None


class Writer:
    """The one writer of a journal.

    Parameters
    ----------
    path : Path
    before : Log, optional
        The existing journal that it goes on with, from the end of its last whole record; if not
        given, a new one begins.
    head : record
        The first record of a new file, which is there from the beginning.
    first : callable
        Returns further records with which this process begins; called in the writer's thread.
    sources : list of callable
        Each returns a record of what came to pass since its last call, or None.
    renewed : callable
        Called when the file is larger than `most_bytes`; returns a smaller one of today's version,
        open and locked, which took its place.
    most_bytes : int
    is_older : bool
        Whether that one is of an older version, so that it is renewed before it grows.
    delay : float
        A new file is begun after so many seconds, or not at all if the training is over before.

    Raises
    ------
    JournalError
        If somebody else writes it.
    """

    def __init__(
        self,
        path: Path,
        head: AnyRecord,
        first: Callable[[], list[Item]],
        sources: list[Callable[[], Item | None]],
        renewed: Callable[[], IO[bytes]],
        most_bytes: int,
        before: Log | None = None,
        is_older: bool = False,
        delay: float = 0.0,
    ) -> None:
        self._path, self._head, self._first, self._sources = path, head, first, sources
        self._before, self._is_older = before, is_older
        self._renewed, self._most_bytes = renewed, most_bytes
        self._begins_at = time.monotonic() + delay
        self._file: IO[bytes] | None = None
        self._end, self._has_begun = 0, False
        self._problem: OSError | None = None
        self._warned = False
        self._pending: list[Item] = []
        self._is_closing = False
        self._changed = threading.Condition()
        if before is not None or not delay:
            self._open()
        self._thread = threading.Thread(target=self._run, name="glassnet journal", daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> None:
        """Have a record written soon."""
        with self._changed:
            self._pending.append(item)
            self._changed.notify()

    def warn_once(self) -> None:
        """Warn, in the thread that trains, if the journal cannot be written."""
        if self._problem is None or self._warned:
            return
        self._warned = True
        reason = _reason(self._path, self._problem)
        warn_at_users_line(
            f"the journal {self._path} cannot be written: {reason}. The training goes on; if it "
            "is interrupted now, what it learned since is lost",
            JournalWarning,
        )

    def close(self) -> None:
        """Write what is left, and end."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()
        if self._file is not None:
            with suppress(OSError):
                self._remove_if_empty(self._file)
                self._file.close()
        self.warn_once()

    def _remove_if_empty(self, file: IO[bytes]) -> None:
        """Leave no new file that could not take its first record: it is not a journal."""
        if self._before is None and not self._end and os.fstat(file.fileno()).st_nlink:
            self._path.unlink()

    def _open(self) -> None:
        before = self._before
        try:
            self._file = self._path.open("xb+" if before is None else "rb+", buffering=0)
            lock(self._file, self._path)
            if before is not None and before.has_changed(self._file):
                raise in_use(self._path)  # by somebody who was faster
            self._end = 0 if before is None or not before.entries else before.end
            self._file.truncate(self._end)
            self._file.seek(self._end)
            if not self._end:
                self._write(MAGIC + framed(text_of(self._head)))
        except FileExistsError:
            if self._path.is_symlink() and not self._path.exists():
                self._give_up(FileNotFoundError(errno.ENOENT, "it is a link that leads nowhere"))
                return
            raise JournalError(f"{self._path} has just been made by another training") from None
        except JournalError:
            assert self._file is not None  # it was opened, and not locked
            self._file.close()
            raise
        except OSError as error:
            self._give_up(error)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._is_closing, HEARTBEAT / 2)
                closing, due = self._is_closing, time.monotonic() >= self._begins_at
                items: list[Item] = []
                if due or closing:
                    items, self._pending = self._pending, []
            began = time.perf_counter()
            if due:
                items = [item for source in self._sources if (item := source())] + items
            written = due and self._write_all(items)
            for item in items:
                if item.done is not None:
                    item.done(written, time.perf_counter() - began)
            if closing:
                return

    def _write_all(self, items: list[Item]) -> bool:
        """Write records in their order; return whether all were."""
        try:
            self._begin()
            file, before = self._opened(), self._end
            try:
                for item in items:
                    self._append(item)
                if any(item.is_durable for item in items):
                    os.fsync(file.fileno())
            except BaseException:
                self._end = before
                raise
            if not items:  # keep the time of its last change young
                os.utime(file.fileno() if os.utime in os.supports_fd else self._path)
            if not os.fstat(file.fileno()).st_nlink:
                raise FileNotFoundError(errno.ENOENT, "it was deleted")  # noqa: TRY301 - as others
            self._keep_within_bounds()
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            self._give_up(error)
            return False
        return True

    def _begin(self) -> None:
        if self._has_begun:
            return
        if self._file is None:
            self._open()
        if self._is_older:
            self._renew()
            self._is_older = False
        before = self._end
        try:
            if not self._end:
                self._write(MAGIC + framed(text_of(self._head)))
            first = self._first()
            for item in first:
                self._append(item)
        except BaseException:
            self._end = before
            raise
        self._has_begun = True
        for item in first:
            if item.done is not None:
                item.done(True, 0.0)

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            raise self._problem or OSError("it could not be opened")
        return self._file

    def _append(self, item: Item) -> None:
        body = body_of(item.arrays)
        self._write(framed(text_of(item.record), *body))
        for part in body:
            self._write(part)

    def _write(self, content: bytes | memoryview) -> None:
        write_whole(self._opened(), content)
        self._end += len(content)

    def _keep_within_bounds(self) -> None:
        if self._end <= self._most_bytes or self._file is None:
            return
        self._renew()
        self._most_bytes = max(self._most_bytes, 2 * self._end)

    def _renew(self) -> None:
        """Write the file anew: see `renewed`."""
        before, self._file = self._opened(), self._renewed()
        before.close()
        self._end = self._file.seek(0, os.SEEK_END)

    def _give_up(self, error: Exception) -> None:
        """Cut off what was written of a record; the next one is tried all the same."""
        if isinstance(error, OSError):
            self._problem = error
        else:
            self._problem = OSError(str(error) or type(error).__name__)
        if self._file is not None:
            with suppress(OSError):
                self._file.truncate(self._end)
                self._file.seek(self._end)


def _reason(path: Path, problem: OSError) -> str:
    """Why a journal cannot be written, in plain words where the reason is a usual one."""
    folder = path.absolute().parent
    if problem.filename is not None and not folder.exists():
        return f"the folder {folder} does not exist"
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        own = f"the file {path}" if path.exists() else f"the folder {folder}"
        return f"{own} is read-only"
    return problem.strerror or str(problem)
