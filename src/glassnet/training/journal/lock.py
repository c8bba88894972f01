"""One writer for a journal: a lock that ends with its process, and a heartbeat beside it.

A lock of the operating system (flock) is exact on a local disk. On a network file system other
machines may not see it: there a journal counts as in use while the time of its last change moves.
"""

import os
import sys
import time
from pathlib import Path
from typing import IO

from glassnet.errors import JournalError

__all__ = ["HEARTBEAT", "is_in_use", "is_on_network", "lock", "unlock"]

#: A writer changes its file, or at least the time of its last change, every so many seconds.
HEARTBEAT = 2.0
# Whoever looks at a lock holds it for a moment: a writer tries for so many seconds.
SECONDS_OF_TRYING = 0.5
NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", "beegfs", "gpfs", "fuse")


def lock(file: IO[bytes], path: Path) -> None:
    """Take the lock of a journal that is open for writing; it ends when the file is closed.

    Raises
    ------
    JournalError
        If another process, or another training of this one, writes it.
    """
    until = time.monotonic() + SECONDS_OF_TRYING
    while not _try_lock(file, exclusive=True):
        if time.monotonic() > until:
            raise in_use(path)
        time.sleep(0.01)
    if is_on_network(path) and _changes(path):
        raise in_use(path)


def in_use(path: Path) -> JournalError:
    """Return the error that says that somebody writes a journal."""
    return JournalError(
        f"{path} is being written by another training, which goes on; wait until it ends"
    )


def is_in_use(path: Path) -> bool:
    """Return whether somebody writes a journal now; it is not changed by asking."""
    with path.open("rb") as file:
        if not _try_lock(file, exclusive=False):
            return True
        unlock(file)
    return is_on_network(path) and _changes(path)


def is_on_network(path: Path) -> bool:
    """Return whether a file lies on a network file system, as far as this machine tells."""
    place, best = str(path.resolve()), ("", "")
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = point, kind
    return best[1].startswith(NETWORK)


def _changes(path: Path) -> bool:
    """Whether a file changes within two heartbeats. Clocks may differ; that it moves does not."""
    before = path.stat()
    until = time.monotonic() + 2 * HEARTBEAT
    while time.monotonic() < until:
        now = path.stat()
        if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
            return True
        time.sleep(HEARTBEAT / 10)
    return False


def _try_lock(file: IO[bytes], *, exclusive: bool) -> bool:
    """Whether the lock was free; where there are no locks, it always is."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this file system has none
        return True
    return os.fstat(file.fileno()).st_nlink > 0  # it may have been replaced in between


def unlock(file: IO[bytes]) -> None:
    """Give the lock back before the file is closed."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)
