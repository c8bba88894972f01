"""Files of strangers, read by libraries: what they raise, and how they may end a process.

Some libraries end the whole process over a damaged file, or never come back. Such a file is first
read in a child process with bounded memory and time. That takes as long as reading it once more,
and about half a second; a file that was read before, and has not changed, is trusted.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from glassnet.errors import FileFormatError, GlassnetError, LimitError

__all__ = ["UnreadableError", "reading", "require_harmless", "require_in_proportion"]

#: A child may use this much memory, and so many bytes for each byte of the file.
MEMORY, MEMORY_FOR_BYTE = 4 * 2**30, 64
#: A child may take so many seconds, and one for so many bytes of the file.
SECONDS, BYTES_IN_SECOND = 30, 2**20
CHILD = "from glassnet.core.foreign import _read_in_child; _read_in_child()"
#: How a child says that the library raised something, which its parent will see.
RAISED = 3

#: A compressed file may become so many times as large, and this much at least.
MOST_TIMES, MOST_ANYWAY = 200, 64 * 2**20

_trusted: set[tuple[str, int, int]] = set()


class UnreadableError(ValueError):
    """Why a file cannot be read, in words for its user; `reading` says which file it is."""


@contextmanager
def reading(path: Path, what: str, but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn whatever a library raises over a file into one sentence.

    Parameters
    ----------
    path : Path
    what : str
        What the file is read as: ``"a table"``.
    but : tuple of exception types
        Which speak for themselves.

    Raises
    ------
    FileFormatError
        If the library raises anything but what a user does, or Glassnet itself.

    Examples
    --------
    >>> with reading(Path("x.parquet"), "a table"):
    ...     [][1]
    Traceback (most recent call last):
    ...
    glassnet.errors.FileFormatError: x.parquet cannot be read as a table: it is damaged
    """
    try:
        yield
    except (GlassnetError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if isinstance(error, but):
            raise
        raise FileFormatError(f"{path} cannot be read as {what}: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)  # libraries put words of their own in its place
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    return "it is damaged"


def require_in_proportion(path: Path, unpacked: int) -> None:
    """Refuse a file that unpacks to more than 200 times its size, and more than 64 MiB.

    Raises
    ------
    LimitError
    """
    if unpacked > max(MOST_TIMES * path.stat().st_size, MOST_ANYWAY):
        raise LimitError(
            f"{path} unpacks to more than {MOST_TIMES} times its size; if you trust it, unpack it "
            "yourself, or save it without compression"
        )


def require_harmless(path: Path, function: str, what: str) -> None:
    """Read a file in a child process first, unless it was read before.

    Parameters
    ----------
    path : Path
    function : str
        What reads it, given its path: ``"glassnet.tables.read.parquet:read_through"``.
    what : str
        What the file is read as: ``"a table"``.

    Raises
    ------
    FileFormatError
        If the child dies, or needs too much memory or time.
    """
    stat = path.stat()
    key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
    if key in _trusted:
        return
    seconds = SECONDS + stat.st_size // BYTES_IN_SECOND
    memory = MEMORY + MEMORY_FOR_BYTE * stat.st_size
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a function of ours
            [sys.executable, "-c", CHILD, function, str(path), str(memory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        raise FileFormatError(
            f"{path} cannot be read as {what}: reading it takes longer than {seconds} seconds"
        ) from None
    if done.returncode not in (0, RAISED):
        raise FileFormatError(
            f"{path} cannot be read as {what}: it is damaged, or takes too much memory"
        )
    if done.returncode == 0:
        _trusted.add(key)


def _read_in_child() -> None:
    """Read the file in this process, which has bounds; what is raised, the parent will see."""
    function, path, memory = sys.argv[1:]
    if sys.platform != "win32":
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        bound = int(memory) if most == resource.RLIM_INFINITY else min(int(memory), most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = function.partition(":")
    try:
        getattr(import_module(module), name)(Path(path))
    except MemoryError:
        os._exit(1)
    except Exception:  # noqa: BLE001 - the parent will see it
        os._exit(RAISED)
    except BaseException:  # noqa: BLE001 - a panic in Rust, which says much on its way
        os._exit(1)
    os._exit(0)
