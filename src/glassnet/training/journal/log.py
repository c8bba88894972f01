"""A log file: records one after another, each framed and with checksums; only its end grows.

The file begins with 16 bytes that name its kind. Then each record is a frame of 24 bytes, its text
(JSON) and its body (bytes)::

    4 bytes  "GREC"
    4 bytes  length of the text          unsigned, little-endian, as are the following
    8 bytes  length of the body
    4 bytes  CRC-32 of the 16 bytes before and the text
    4 bytes  CRC-32 of the body

What a kill or a full disk leaves of the last record is recognised by them, and cut off. Records say
themselves what they hold: the module ``records``.
"""

import os
import shlex
import struct
import threading
import weakref
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from glassnet.core.near_file import near_file
from glassnet.errors import FileFormatError

__all__ = [
    "MAGIC",
    "Entry",
    "Log",
    "framed",
    "is_log",
    "read_log",
    "without_records",
    "write_whole",
]

MAGIC = b"\x93glassnet run\r\n\x1a"
MARKER = b"GREC"
FRAME = struct.Struct("<4sIQII")
# A text is shorter; a frame that says otherwise is none.
MAX_TEXT = 4 * 2**20
CHUNK = 2**20
# After a damaged record, so many places are looked at that may begin another.
MAX_TRIES = 1000


@dataclass(frozen=True)
class Entry:
    """Where a record lies in a log.

    Attributes
    ----------
    start, end : int
        Its bytes in the file, with the frame.
    text : bytes
    body_start, body_length : int
    body_crc : int
    """

    start: int
    end: int
    text: bytes
    body_start: int
    body_length: int
    body_crc: int


@dataclass(frozen=True)
class Log:
    """The whole records of a log file.

    Attributes
    ----------
    path : Path
    file : file object
        Open for reading until the log is no longer needed, so that a new file in its place does
        no harm.
    entries : list of Entry
    end : int
        Where the last of them ends.
    is_damaged : bool
        Whether whole records follow after something that is none: more was lost than the record
        that was being written.
    size : int
        Of the file.
    """

    path: Path
    file: IO[bytes] = field(repr=False)
    entries: list[Entry] = field(repr=False)
    end: int
    is_damaged: bool
    size: int
    _reading: Any = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.file.close)

    def has_changed(self, file: IO[bytes]) -> bool:
        """Return whether the file, opened anew, is no longer the one that was read."""
        before, now = os.fstat(self.file.fileno()), os.fstat(file.fileno())
        return not os.path.samestat(before, now) or now.st_size != self.size

    def body(self, entry: Entry) -> bytes:
        """Return the body of a record.

        Raises
        ------
        FileFormatError
            If it is not what was written.
        """
        with self._reading:  # networks that begin in threads read from one file
            self.file.seek(entry.body_start)
            body = self.file.read(entry.body_length)
        if len(body) < entry.body_length or zlib.crc32(body) != entry.body_crc:
            raise FileFormatError(f"{self.path} is damaged at byte {entry.start:,}")
        return body


def framed(text: bytes, *body: bytes | memoryview) -> bytes:
    """Return the frame of a record and its text; the body, given in parts, follows.

    Examples
    --------
    >>> len(framed(b"{}")) - FRAME.size
    2
    """
    lengths = struct.pack("<4sIQ", MARKER, len(text), sum(map(len, body)))
    body_crc = 0
    for part in body:
        body_crc = zlib.crc32(part, body_crc)
    return lengths + struct.pack("<II", zlib.crc32(text, zlib.crc32(lengths)), body_crc) + text


def write_whole(file: IO[bytes], content: bytes | memoryview) -> None:
    """Write all of some content to a file without a buffer, which may take less at once."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def is_log(path: Path) -> bool:
    """Return whether a file begins as a log does, whatever its name.

    What is missing or no file, such as a pipe, which would be waited for, does not. Neither does
    what cannot be read: whoever then opens it says why.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_log(path: Path, *, bodies: bool = True) -> Log:
    """Read where the records of a log lie, up to the first that is not whole.

    Parameters
    ----------
    path : Path
    bodies : bool
        Whether to read the bodies as well and compare their checksums; they are not kept.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    FileFormatError
        If it does not begin as a log does.
    """
    if not path.is_file():
        raise FileNotFoundError(_no_file(path))
    file = path.open("rb")
    try:
        return _read(path, file, bodies=bodies)
    except BaseException:
        file.close()
        raise


def _no_file(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder; expected the file of a journal, like {path / 'run.glassnet'}"
    if path.exists():
        return f"{path} is a device or a pipe; expected the journal of a run"
    return f"{path} does not exist; expected the journal of a run{near_file(path, is_log)}"


def _other_file(path: Path, begin: bytes) -> str:
    """What a file is that does not begin as a log."""
    if begin[8:9] == b"{" and path.suffix == ".safetensors":
        return (
            f"{path} is a model, not the journal of a run. To look into it: glassnet explain "
            f"{shlex.quote(str(path))}, or gn.load({str(path)!r})"
        )
    return f"{path} is not the journal of a run"


def without_records(path: Path) -> Log | None:
    """Return the log of a file that ended before its first record was whole; None if it did not."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        begin = file.read(len(MAGIC))
    if len(begin) < len(MAGIC) and MAGIC.startswith(begin):
        return Log(path, path.open("rb"), [], 0, is_damaged=False, size=len(begin))
    log = read_log(path) if begin == MAGIC else None
    return None if log is None or log.entries or log.is_damaged else log


def _read(path: Path, file: IO[bytes], *, bodies: bool) -> Log:
    size = os.fstat(file.fileno()).st_size
    if (begin := file.read(len(MAGIC))) != MAGIC:
        raise FileFormatError(_other_file(path, begin))
    entries, end = [], len(MAGIC)
    while (entry := _entry_at(file, end, size, bodies=bodies)) is not None:
        entries.append(entry)
        end = entry.end
    return Log(path, file, entries, end, _follows_whole(file, end, size), size)


def _entry_at(file: IO[bytes], start: int, size: int, *, bodies: bool) -> Entry | None:
    """The record that begins at some byte, or None if there is no whole one."""
    file.seek(start)
    frame = file.read(FRAME.size)
    if len(frame) < FRAME.size:
        return None
    marker, text_length, body_length, head_crc, body_crc = FRAME.unpack(frame)
    body_start = start + FRAME.size + text_length
    end = body_start + body_length
    if marker != MARKER or text_length > MAX_TEXT or end > size:
        return None
    text = file.read(text_length)
    if zlib.crc32(text, zlib.crc32(frame[:16])) != head_crc:
        return None
    if bodies and _crc_of_next(file, body_length) != body_crc:
        return None
    return Entry(start, end, text, body_start, body_length, body_crc)


def _crc_of_next(file: IO[bytes], length: int) -> int:
    crc, left = 0, length
    while left and (chunk := file.read(min(left, CHUNK))):
        crc, left = zlib.crc32(chunk, crc), left - len(chunk)
    return crc


def _follows_whole(file: IO[bytes], start: int, size: int) -> bool:
    """Whether a record begins anywhere after some byte; a hostile file is not tried for ever."""
    place, tries = start + 1, 0
    while place < size and tries < MAX_TRIES:
        file.seek(place)
        found = file.read(CHUNK + len(MARKER) - 1).find(MARKER)
        if found < 0:
            place += CHUNK
        elif _entry_at(file, place + found, size, bodies=False) is not None:
            return True
        else:
            place, tries = place + found + 1, tries + 1
    return False
