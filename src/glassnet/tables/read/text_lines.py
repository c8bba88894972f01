"""The lines of a text file: its header, how many rows follow, and parts of it in UTF-8."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glassnet.core.plural import counted
from glassnet.errors import FileFormatError
from glassnet.tables.read.dialect import Dialect

__all__ = ["all_named", "decoded", "header_and_rows", "parts_of"]


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
    """Yield a text file in UTF-8, whole or in chunks of rows, each with a header before it."""
    cells, count = _header(source, dialect)
    if size is None and dialect.is_usual and not any('"' in cell for cell in cells):
        yield source  # as it is
        return
    lines = (line.encode() for line in itertools.islice(decoded(source, dialect), count, None))
    header = dialect.separator.join(map(str, range(len(cells)))).encode() + b"\n"
    while rows := b"".join(_up_to(lines, size)):
        yield header + _whole_row(lines, rows)


def _header(source: Path, dialect: Dialect) -> tuple[list[str], int]:
    """The cells of the header, in which a quote may be a sign like any other, and its lines."""
    reader = csv.reader(decoded(source, dialect), delimiter=dialect.separator)
    return next(reader, []), reader.line_num


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
    """Yield the lines of a file from its header on, their ends as Unix has them."""
    with source.open(encoding=dialect.encoding) as file:
        lines = itertools.islice(file, dialect.header, None)
        if not dialect.spaced:
            yield from lines
            return
        text = io.StringIO()
        writer = csv.writer(text, delimiter=dialect.separator, lineterminator="\n")
        for row in csv.reader(lines, delimiter=dialect.separator, skipinitialspace=True):
            writer.writerow(row)
            yield text.getvalue()
            text.seek(0)
            text.truncate()


def header_and_rows(source: Path, dialect: Dialect) -> tuple[list[str], int]:
    """Return the cells of the header and the number of rows, after checking the row lengths.

    A short row is taken as a sign of a truncated file, not as missing values. Blank lines at the
    end are ignored, and so are blank cells after those of the header.
    """
    problem = f"{source} cannot be read as a table"
    try:
        names, widths = _header_and_widths(source, dialect)
        name, count = Counter(filter(None, names)).most_common(1)[0] if any(names) else ("", 1)
        if count > 1:
            raise FileFormatError(f"{problem}: two columns are named {name!r}")
        last, blank_before = 0, False
        for number, (width, line) in enumerate(widths, start=1):
            if (width and width != len(names)) or (width and blank_before and len(names) > 1):
                found, place = (0, line - 1) if blank_before else (width, line)
                raise FileFormatError(
                    f"{problem}: line {place + dialect.header} has "
                    f"{counted(found, 'cell')}, the header {len(names)}"
                )
            blank_before = width == 0
            last = last if blank_before else number
    except UnicodeError:
        raise FileFormatError(
            f"{problem}: it is not text in {dialect.encoding}; say its encoding"
        ) from None
    except csv.Error as error:
        raise FileFormatError(f"{problem}: {error}") from None
    return names, last


def _header_and_widths(
    source: Path, dialect: Dialect
) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """The cells of the header, and of each other row how many it has, and its line; 0 if blank."""
    cut = dialect.separator
    quoted = any('"' in line for line in decoded(source, dialect))
    lines = decoded(source, dialect)
    reader = csv.reader(lines, delimiter=cut)
    names = [name.strip() for name in next(reader, [])]
    if names and names[0].startswith("# "):
        names[0] = names[0].removeprefix("#").strip()
    if quoted:  # cells may contain separators and line breaks
        return names, ((_width(row, len(names)), reader.line_num) for row in reader)

    def width(line: str) -> int:
        cells = line.count(cut) + 1
        return cells if cells <= len(names) else _width(line.split(cut), len(names))

    return names, (
        (width(line) if line.strip("\n") else 0, number)
        for number, line in enumerate(lines, start=2)
    )


def _width(row: list[str], usual: int) -> int:
    """The number of cells, but for blank ones after those of the header."""
    width = len(row)
    while width > usual and not row[width - 1].strip():
        width -= 1
    return width
