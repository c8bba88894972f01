"""The lines of a text file that are rows, and parts of it in UTF-8."""

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glassnet.errors import FileFormatError
from glassnet.tables.read.dialect import Dialect

__all__ = ["all_named", "decoded", "parts_of"]


def all_named(header: list[str]) -> list[str]:
    """Return the names of a header, those that are blank by their place."""
    names = []
    for number, name in enumerate(header, start=1):
        own = name or f"column {number}"
        while not name and own in header:
            own += "'"
        names.append(own)
    return names


def parts_of(source: Path, dialect: Dialect, size: int | None) -> Iterator[Any]:
    """Yield a text file in UTF-8, whole or in chunks of rows, each with the header before it."""
    if size is None and dialect.is_usual:
        yield source  # as it is
        return
    lines = (line.encode() for line in decoded(source, dialect))
    header = _whole_row(lines, next(lines, b""))
    while rows := b"".join(_up_to(lines, size)):
        yield header + _whole_row(lines, rows)


def _up_to(lines: Iterator[bytes], size: int | None) -> Iterator[bytes]:
    """Lines of at least so many bytes together, or all."""
    found = 0
    for line in lines:
        yield line
        found += len(line)
        if size is not None and found >= size:
            return


def _whole_row(lines: Iterator[bytes], part: bytes) -> bytes:
    """Extend lines to the end of a row: a quoted cell may contain line breaks."""
    while part.count(b'"') % 2 and (line := next(lines, b"")):
        part += line
    return part


def decoded(source: Path, dialect: Dialect) -> Iterator[str]:
    """Yield the lines of a file from its header on that are rows, their ends as Unix has them."""
    with source.open(encoding=dialect.encoding) as file:
        lines: Iterator[str] = itertools.islice(file, dialect.header, None)
        if dialect.skipped:
            numbered = enumerate(lines, start=dialect.header)
            lines = (line for number, line in numbered if number not in dialect.skipped)
        if not dialect.is_rewritten:
            yield from lines
            return
        text = io.StringIO()
        writer = csv.writer(text, delimiter=dialect.read_by, lineterminator="\n")
        for number, row in enumerate(_cells(lines, dialect)):
            writer.writerow(["", *row] if dialect.row_names and not number else row)
            yield text.getvalue()
            text.seek(0)
            text.truncate()


def _cells(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """The cells of lines that are written in an unusual way."""
    if dialect.cuts:
        return (_cut(line.expandtabs(), dialect.cuts) for line in lines)
    if dialect.separator == " ":
        lines = (" ".join(line.split()) for line in lines)
    return csv.reader(
        lines,
        delimiter=dialect.separator,
        skipinitialspace=dialect.spaced or dialect.separator == " ",
        escapechar="\\" if dialect.escaped else None,
    )


def _cut(line: str, cuts: tuple[int, ...]) -> list[str]:
    """The cells of a line that begin at fixed places."""
    for place in cuts[1:]:
        if line[place - 1 : place].strip():
            raise FileFormatError(
                f"its columns are parted by blanks, and {line.strip()!r} has none before column "
                f"{place + 1}; say its separator"
            )
    return [line[a:b].strip() for a, b in itertools.zip_longest(cuts, cuts[1:])]
