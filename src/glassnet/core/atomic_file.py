"""Files that are there whole or not at all, and stay.

A file is written next to its destination, brought to the disk, and then moved there. A full disk, a
killed process or a power cut leaves the old file unchanged. What a killed process left beside it
goes at the next write.
"""

import errno
import os
import platform
import secrets
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = [
    "is_stream",
    "move_into_place",
    "new_file_beside",
    "require_writable",
    "sync_folder",
    "write_atomically",
]

# What a file system answers that keeps no such promise.
NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def write_atomically(path: str | os.PathLike[str], write: Callable[[Path], Any]) -> None:
    """Let `write` fill a new file next to `path`, and move it to `path` when it is complete.

    A symbolic link is kept: its destination is replaced. A device or a pipe is written directly.

    Raises
    ------
    OSError
        If the file cannot be written; an existing file is then left unchanged.
    """
    target = Path(path)
    if is_stream(target):
        _fill(target, target, write)
        return
    new = new_file_beside(target)
    try:
        _fill(new, target, write)
        move_into_place(new, target)
    finally:
        with suppress(OSError):  # it goes at the next write
            new.unlink(missing_ok=True)


def require_writable(path: str | os.PathLike[str]) -> None:
    """Raise the OSError that writing to `path` would raise, before any work is done."""
    if not is_stream(path):
        new_file_beside(Path(path)).unlink()


def is_stream(path: str | os.PathLike[str]) -> bool:
    """Return whether it is a device or a pipe, which is written once, and replaced by no file."""
    place = Path(path)
    with _naming(place):
        return place.exists() and not place.is_file() and not place.is_dir()


def new_file_beside(target: Path) -> Path:
    """Return a new, empty file in the folder of `target`, or of what a link there leads to.

    Raises
    ------
    OSError
        If there is no such folder, or it takes no files, or `target` is a folder itself.
    """
    with _naming(target):
        place = _real_place(target)
        folder = place.parent
        if place.is_dir():
            raise IsADirectoryError(f"{target} is a folder; expected the name of a file")
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(f"{folder} is not a folder; cannot write {target}")
        if not folder.is_dir():
            raise FileNotFoundError(f"the folder {folder} does not exist; create it first")
        _clear_leftovers(folder)
        new = folder / f"{_prefix()}{os.getpid()}.{secrets.token_hex(8)}"
        new.touch(exist_ok=False)
    return new


def move_into_place(new: Path, target: Path) -> None:
    """Bring a complete file to the disk, then move it to `target`, or to where a link there leads.

    Raises
    ------
    OSError
        If the disk does not take it, or the move fails. Until it is moved, `target` is as it was.
    """
    with _naming(target):
        place = _real_place(target)
        _sync(new, os.O_RDWR)
        new.replace(place)
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the platform can.

    Raises
    ------
    OSError
        If the disk fails.
    """
    with suppress(PermissionError):  # on Windows no folder can be opened, elsewhere some cannot
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_SUPPORTED:
            raise
    finally:
        os.close(handle)


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Say of the system's errors that `target` cannot be written, and why."""
    try:
        yield
    except OSError as error:
        raise _named(target, error) from None


def _fill(new: Path, target: Path, write: Callable[[Path], Any]) -> None:
    """Write the new file; an error about another file, from which it is made, stays as it is."""
    try:
        write(new)
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(new):
            raise
        raise _named(target, error) from None


def _named(target: Path, error: OSError) -> OSError:
    """The error with the path and the system's words; one without a number has its sentence."""
    if error.errno is None:
        return error
    named = type(OSError(error.errno, ""))(f"cannot write {target}: {error.strerror}")
    named.errno = error.errno
    return named


def _real_place(path: str | os.PathLike[str]) -> Path:
    """The path; for a symbolic link its destination, so that the link is kept."""
    target = Path(path)
    if not target.is_symlink():
        return target
    place = Path(os.path.realpath(target))
    if place.is_symlink():
        raise OSError(f"cannot write {target}: it is a link that leads back to itself")
    return place


def _prefix() -> str:
    """How new files of this machine are called; a folder may be shared with others."""
    return f".glassnet.{zlib.crc32(platform.node().encode()):08x}."


def _clear_leftovers(folder: Path) -> None:
    """Remove new files of processes that are gone without having completed them."""
    for path in folder.glob(f"{_prefix()}*"):
        number = path.name.removeprefix(_prefix()).partition(".")[0]
        if number.isdecimal() and not _is_running(int(number)):
            with suppress(OSError):  # another process was faster, or may do it
                path.unlink()


def _is_running(process: int) -> bool:
    if sys.platform == "win32":  # where signal 0 would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
