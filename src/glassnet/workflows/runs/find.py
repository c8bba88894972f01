"""Journals below folders, found by how their files begin. There is no index of them."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from glassnet.training.journal.log import MAGIC

__all__ = ["files_in", "is_journal"]

ENDING = ".glassnet"


def files_in(places: Iterable[Path]) -> list[Path]:
    """Return the files that may be journals: those named, and all ``*.glassnet`` below folders.

    Each is returned once; folders that may not be read are passed over.
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
            if name.endswith(ENDING):
                yield Path(inside) / name


def is_journal(path: Path) -> bool:
    """Return whether a file begins as a journal does.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
