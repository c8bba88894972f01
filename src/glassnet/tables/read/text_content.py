"""What the lines of a text file hold: its header, its rows, and lines that are neither."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from glassnet.core.plural import counted
from glassnet.errors import FileFormatError
from glassnet.tables.read.dialect import RULE, Dialect, is_number
from glassnet.tables.read.text_lines import decoded

__all__ = ["Content", "content_of"]

#: What comments begin with, and notes after a table.
COMMENT = ("#", "%", "//", "!")
NOTE = re.compile(
    r"\s*(?:[*†(\[]|(?:source|note|notes|quelle|fuente|nota|fonte|hinweis|anmerkung|remark|legend|"
    r"generated|created|exported|copyright|©|end of)\b)",
    re.IGNORECASE,
)
#: So many lines may follow a table; so many are named.
MAX_NOTES, MAX_NAMED = 20, 5


@dataclass(frozen=True)
class Content:
    """What the lines of a text file hold.

    Attributes
    ----------
    names : list of str
    rows : int
    dialect : Dialect
        With what all lines show, and warnings about lines that are left out.
    """

    names: list[str]
    rows: int
    dialect: Dialect


class _Record(NamedTuple):
    """A record of a file: how many cells it has, from which line to which, and its first cell."""

    width: int
    begin: int
    end: int
    text: str


@dataclass
class _Asides:
    """Records that are no rows."""

    blank: list[_Record] = field(default_factory=list)
    other: list[_Record] = field(default_factory=list)
    notes: list[_Record] = field(default_factory=list)


def content_of(source: Path, dialect: Dialect) -> Content:
    """Return the header of a file and the number of its rows, after checking the row lengths.

    A short row is taken as a sign of a truncated file, not as missing values. Blank lines and
    comments are left out, and notes after the last row; blank cells after those of the header are
    ignored.

    Raises
    ------
    FileFormatError
        With the line, if a row has more or fewer cells than the header; if two columns have the
        same name, or quotes do not fit together.
    """
    problem = f"{source} cannot be read as a table"
    try:
        quoted = any('"' in line for line in decoded(source, dialect))
        if quoted:
            dialect = _with_quotes(source, dialect)
        if _has_row_names(source, dialect):
            dialect = replace(dialect, row_names=True)
        names = _names(next(decoded(source, dialect), ""), source, dialect)
        name, count = Counter(filter(None, names)).most_common(1)[0] if any(names) else ("", 1)
        if count > 1:
            raise FileFormatError(f"{problem}: two columns are named {name!r}; rename one")
        records = (_read if quoted else _split)(source, dialect, len(names))
        rows, asides = _counted(names, records, dialect, problem, whole=_ends_a_line(source))
    except UnicodeError:
        raise FileFormatError(
            f"{problem}: it is not text in {dialect.encoding}; say its encoding"
        ) from None
    except csv.Error as error:
        raise FileFormatError(f"{problem}: {error}") from None
    return Content(names, rows, _without(dialect, asides))


def _names(line: str, source: Path, dialect: Dialect) -> list[str]:
    """The cells of the header, without blanks around and line breaks within."""
    reader = csv.reader(
        decoded(source, dialect) if '"' in line else [line], delimiter=dialect.read_by
    )
    names = [re.sub(r"\s*\n\s*", " ", name.strip("\ufeff").strip()) for name in next(reader, [])]
    if names and names[0].startswith("# "):
        names[0] = names[0].removeprefix("#").strip()
    return names


def _with_quotes(source: Path, dialect: Dialect) -> Dialect:
    """The dialect with how quotes within cells are written."""
    cut = dialect.read_by
    if any('\\"' in line for line in decoded(source, dialect)):
        try:
            for _ in csv.reader(decoded(source, dialect), delimiter=cut, strict=True):
                pass
        except csv.Error:
            return replace(dialect, escaped=True, quotes=True)
    rows = csv.reader(decoded(source, dialect), delimiter=cut)
    return replace(dialect, quotes=any('"' in cell for row in rows for cell in row))


def _has_row_names(source: Path, dialect: Dialect) -> bool:
    """Whether rows begin with a name that the header lacks, as R writes them, in quotes."""
    header, line = (*islice(decoded(source, dialect), 2), "", "")[:2]
    names, row = (
        next(csv.reader([text], delimiter=dialect.read_by), []) for text in (header, line)
    )
    quoted = line.startswith('"') or dialect.separator == " "
    return quoted and len(row) == len(names) + 1 and all(names) and bool(row[-1].strip())


def _read(source: Path, dialect: Dialect, usual: int) -> Iterator[_Record]:
    """The records after the header; their cells may contain separators and line breaks."""
    reader = csv.reader(decoded(source, dialect), delimiter=dialect.read_by)
    next(reader, None)
    begin = reader.line_num + 1
    for row in reader:
        blank = not row or row == ["\x1a"]
        yield _Record(0 if blank else _width(row, usual), begin, reader.line_num, "".join(row[:1]))
        begin = reader.line_num + 1


def _split(source: Path, dialect: Dialect, usual: int) -> Iterator[_Record]:
    """The records after the header, where each line is one."""
    cut = dialect.read_by
    row = _Record(usual, 0, 0, "")  # where rows are, nobody asks
    for number, line in enumerate(islice(decoded(source, dialect), 1, None), start=2):
        width = line.count(cut) + 1
        if width == usual > 1:
            yield row
            continue
        if width > usual:
            width = _width(line.split(cut), usual)
        elif width == 1 and not line.strip("\n\x1a"):
            width = 0
        yield _Record(width, number, number, line)


def _width(row: list[str], usual: int) -> int:
    """The number of cells, but for blank ones after those of the header."""
    width = len(row)
    while width > usual and not row[width - 1].strip():
        width -= 1
    return width


def _counted(
    names: list[str], records: Iterator[_Record], dialect: Dialect, problem: str, *, whole: bool
) -> tuple[int, _Asides]:
    """The number of rows, and the records that are surely none."""
    usual = len(names)
    narrow = max((place for place, name in enumerate(names, start=1) if name), default=usual)
    rows, last, asides = 0, 0, _Asides()
    for record in records:
        if narrow <= record.width <= usual or (usual == 1 and not record.width):
            if asides.notes:
                break
            rows += 1
            last = rows if record.width else last
        elif not record.width:
            asides.blank.append(record)
        elif record.width == 1 and _is_comment(record.text):
            asides.other.append(record)
        else:
            asides.notes.append(record)
            ends = bool(asides.blank and asides.blank[-1].end == asides.notes[0].begin - 1) or whole
            if usual == 1 or not (_is_note(record, ends=ends) and len(asides.notes) <= MAX_NOTES):
                break
    else:
        asides.other += asides.notes
        return last if usual <= 1 else rows, asides
    raise FileFormatError(f"{problem}: {_wrong(asides.notes[0], dialect, usual)}")


def _is_comment(text: str) -> bool:
    return text.lstrip().startswith(COMMENT) or set(text.strip()) <= RULE


def _is_note(record: _Record, *, ends: bool) -> bool:
    """Whether a record is a note after the table, not a row that was cut off."""
    if NOTE.match(record.text):
        return True
    return record.width == 1 and ends and not is_number(record.text)


def _wrong(record: _Record, dialect: Dialect, usual: int) -> str:
    """What is wrong with a record that is no row."""
    line = dialect.line(record.begin)
    found = f"{counted(record.width, 'cell')}, the header {usual}"
    if record.end > record.begin:
        to = dialect.line(record.end)
        return f"the row in lines {line} to {to} has {found}; perhaps a quote is not closed"
    return f"line {line} has {found}"


def _without(dialect: Dialect, asides: _Asides) -> Dialect:
    """The dialect that leaves some lines out, and says so; blank lines at the end do not matter."""
    if not asides.blank and not asides.other:
        return dialect
    lines = {
        dialect.line(number) - 1
        for record in (*asides.blank, *asides.other)
        for number in range(record.begin, record.end + 1)
    }
    if not asides.other:
        return replace(dialect, skipped=frozenset(lines))
    named = ", ".join(
        f"{record.text.strip()!r} (line {dialect.line(record.begin)})"
        for record in asides.other[:MAX_NAMED]
    )
    more = len(asides.other) - MAX_NAMED
    also = f" and {more:,} more" if more > 0 else ""
    warnings = (*dialect.warnings, f"lines that are no rows are left out: {named}{also}")
    return replace(dialect, skipped=frozenset(lines), warnings=warnings)


def _ends_a_line(source: Path) -> bool:
    """Whether a file ends with the end of a line: it is hardly cut off."""
    with source.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 4, 0))
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))
