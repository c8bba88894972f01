"""A journal written anew: with fewer checkpoints where it is too large, in the words of today."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from glassnet.core.atomic_file import move_into_place, new_file_beside
from glassnet.training.journal.body import body_of
from glassnet.training.journal.content import Content, read_content
from glassnet.training.journal.epochs import columns_of
from glassnet.training.journal.lock import lock
from glassnet.training.journal.log import MAGIC, framed, write_whole
from glassnet.training.journal.records import (
    CheckpointRecord,
    EpochsRecord,
    record_of,
    text_of,
)
from glassnet.training.journal.thinning import thinned

__all__ = ["shrunk"]


def shrunk(path: Path, most: int) -> IO[bytes]:
    """Write a journal anew, smaller than it was if it was large; return it, open and locked.

    It is of today's version then.

    Parameters
    ----------
    path : Path
    most : int
        Old checkpoints go until it has at most so many bytes, if that is possible.

    Raises
    ------
    OSError
        If there is no space; the journal is as it was.
    """
    content = read_content(path)
    new = new_file_beside(path)
    smaller = new.open("rb+", buffering=0)
    try:
        for part in _parts(content, most):
            write_whole(smaller, part)
        lock(smaller, path)
        move_into_place(new, path)
    except BaseException:
        smaller.close()
        raise
    finally:
        new.unlink(missing_ok=True)
    return smaller


def _parts(content: Content, most: int) -> Iterator[bytes | memoryview]:
    """The records that stay: all but old checkpoints, the epochs of a network as one."""
    yield MAGIC
    staying = _staying(content, most)
    epochs_said: set[int] = set()
    for entry in content.log.entries:
        record = record_of(entry.text, content.version)
        if isinstance(record, CheckpointRecord) and entry.start not in staying:
            continue
        if isinstance(record, EpochsRecord):
            if record.network not in epochs_said:
                epochs_said.add(record.network)
                parts = body_of(columns_of(content.history(record.network)))
                yield framed(text_of(EpochsRecord(record.network, 0)), *parts)
                yield from parts
            continue
        body = content.log.body(entry)
        yield framed(text_of(record) if content.is_older else entry.text, body)
        yield body


def _staying(content: Content, most: int) -> set[int]:
    """Where the checkpoints begin that stay."""
    own = [sorted(network.checkpoints.items()) for network in content.networks]
    of_checkpoints = sum(entry.end - entry.start for one in own for _, (_, entry) in one)
    for_each = (most - (content.log.end - of_checkpoints)) // len(own)
    staying = set()
    for one in own:
        steps = [step for step, _ in one]
        sizes = [entry.end - entry.start for _, (_, entry) in one]
        kept = {place for place, (_, (record, _)) in enumerate(one) if record.is_recorded}
        staying |= {one[place][1][1].start for place in thinned(steps, sizes, kept, for_each)}
    return staying
