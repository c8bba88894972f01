"""The file that was meant, where a name was misspelt."""

import os
from collections.abc import Callable
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

__all__ = ["near_file"]

#: Of a folder with more files, no others are looked at.
MOST_FILES = 5000


def near_file(path: Path, is_meant: Callable[[Path], bool]) -> str:
    """Return a question with the file of that folder whose name is most like a missing one's.

    It is added to a sentence; where no name is like it, nothing is asked.

    Parameters
    ----------
    path : Path
        That does not exist.
    is_meant : callable
        Whether a file is of the kind that was expected.
    """
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, MOST_FILES)]
    except OSError:
        return ""
    stems: dict[str, list[str]] = {}
    for name in sorted(names):
        stems.setdefault(Path(name).stem, []).append(name)
    for stem in get_close_matches(path.stem, stems, 3):
        for near in map(path.with_name, stems[stem]):
            if is_meant(near):
                return f". Did you mean {near}?"
    return ""
