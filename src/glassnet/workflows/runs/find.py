"""Files below folders that may be journals. There is no index of them."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from glassnet.training.journal.log import is_log

__all__ = ["files_in"]

ENDING = ".glassnet"


def files_in(places: Iterable[Path]) -> list[Path]:
    """Return the files that may be journals: those named, and those below folders.

    Below folders these are all that begin as a journal does, whatever their name, and all
    ``*.glassnet``, which may be damaged. Each is returned once; folders that may not be read are
    passed over.
    """
    found: dict[Path, Path] = {}
    for place in places:
        for path in _below(place) if place.is_dir() else [place]:
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _below(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(inside) / name
            if name.endswith(ENDING) or is_log(path):
                yield path
