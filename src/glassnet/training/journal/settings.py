"""Where the journal of a training is kept, and how much of it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Journal", "JournalPath"]


@dataclass(frozen=True)
class Journal:
    """Where the journal of a training is kept, and how much of it.

    Parameters
    ----------
    path : path
    most_bytes : int
        When the file is larger, old checkpoints are thinned out, until it is half as large: the
        older, the fewer stay. The data that it holds, the first and the last checkpoint and those
        of recorded steps stay in any case. While it is thinned out, both files are there.
    kept_data : int
        Data of at most so many bytes are kept in the journal, so that it needs nothing else.
    delay : float
        The file is made after so many seconds; of a training that is over before there is none.
    allow_changes : bool
        Whether a run goes on although its data, or the engine, are not what they were.
    source : dict of JSON values, optional
        What was called on which data, for whoever goes on without them: ``arguments``, which have
        to be the same, and ``places``, which may change.
    rows : array of int64, optional
        Which rows of a table the examples are, counted from 0.
    findings : list of str
        What is found while the training goes on; the journal takes up what is added.
    """

    path: str | os.PathLike[str]
    most_bytes: int = 2**28
    kept_data: int = 2**24
    delay: float = 0.0
    allow_changes: bool = False
    source: dict[str, Any] | None = field(default=None, repr=False)
    rows: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    findings: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, given: "JournalPath") -> "Journal":
        """Return a journal that is given as itself, or by its path."""
        if isinstance(given, Journal):
            return given
        if not isinstance(given, str | os.PathLike):
            raise TypeError(f"journal must be a path, like 'run.glassnet', not {given!r}")
        return cls(given)

    @property
    def place(self) -> Path:
        """The file."""
        return Path(self.path)


JournalPath: TypeAlias = str | os.PathLike[str] | Journal
