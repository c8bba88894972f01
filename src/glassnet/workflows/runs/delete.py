"""Journals deleted, but none that is being written, and nothing that is no journal."""

from pathlib import Path

from glassnet.errors import FileFormatError, JournalError
from glassnet.training.journal.lock import is_in_use, lock
from glassnet.training.journal.log import is_log

__all__ = ["delete", "require_deletable"]


def require_deletable(path: Path) -> None:
    """Refuse what is no journal, or is being written.

    Raises
    ------
    FileNotFoundError, FileFormatError, JournalError
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; expected the journal of a run")
    if not is_log(path):
        raise FileFormatError(f"{path} is not the journal of a run; it is not deleted")
    if is_in_use(path):
        raise _in_use(path)


def delete(path: Path) -> None:
    """Delete a journal.

    Raises
    ------
    FileNotFoundError, FileFormatError, JournalError
        As of :func:`require_deletable`.
    OSError
        If it cannot be deleted.
    """
    require_deletable(path)
    with path.open("rb") as file:
        try:
            lock(file, path)  # nobody begins to write it in this moment
        except JournalError:
            raise _in_use(path) from None
        path.unlink()


def _in_use(path: Path) -> JournalError:
    return JournalError(f"{path} is being written by a training; it is not deleted")
