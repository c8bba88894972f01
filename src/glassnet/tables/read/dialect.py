"""How a text file is written: its encoding, its separator, and the lines before its header."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from glassnet.errors import FileFormatError
from glassnet.tables.cells.number_text import NumberText

__all__ = ["SEPARATORS", "Dialect", "Separator", "dialect_of"]

Separator: TypeAlias = Literal[",", ";", "\t", "|"]
SEPARATORS: tuple[Separator, ...] = (",", ";", "\t", "|")
#: So much of a file shows its separator; so many lines may stand before its header.
BYTES_SHOWN, LINES_SHOWN, MAX_BEFORE = 256 * 1024, 500, 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BYTES_AT_ONCE = 2**20


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes
    ----------
    encoding : str
        As Python calls it.
    separator : {",", ";", tab, "|"}
    header : int
        The line of the header, counted from 0.
    spaced : bool
        Whether quoted cells come after a blank.
    returns : bool
        Whether its lines end with a carriage return alone.
    warnings : tuple of str
        What was not plain to see.
    """

    encoding: str
    separator: Separator
    header: int = 0
    spaced: bool = False
    returns: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_usual(self) -> bool:
        """Whether a file can be read as it is, its separator given."""
        return self == Dialect("utf-8", self.separator)


def dialect_of(
    path: Path, separator: Separator | None = None, encoding: str | None = None
) -> Dialect:
    """Find out how a text file is written.

    Parameters
    ----------
    path : Path
    separator, encoding : optional
        Found if not given.

    Raises
    ------
    FileFormatError
        If the file is not text in that encoding, or holds nothing.
    """
    warnings: list[str] = []
    if encoding is None:
        encoding = _encoding_of(path)
        if encoding == "cp1252":
            warnings.append(
                "the file is not UTF-8 and is read as Windows-1252; if letters look wrong, say its "
                "encoding"
            )
    text = _first_text(path, encoding)
    lines = io.StringIO(text, newline=None).read().split("\n")[:LINES_SHOWN]
    said = 1 if lines and lines[0].lower().startswith("sep=") else 0  # how Excel is told
    if said and separator is None and lines[0][4:5] in SEPARATORS:
        separator = lines[0][4]  # type: ignore[assignment]  # one of them
    chosen = separator or _separator_of(lines[said:], path)
    header = _header(lines, said, chosen)
    if separator is None and _is_one_column(lines[said:], header - said):
        chosen, header = ";", said
    before = [line.strip() for line in lines[said:header] if line.strip(" ,;|\t")]
    if before:
        warnings.append(f"lines before the header are skipped: {', '.join(map(repr, before))}")
    spaced = any(f'{chosen} "' in line for line in lines[header:])
    returns = "\r" in text and "\n" not in text
    return Dialect(encoding, chosen, header, spaced, returns, tuple(warnings))


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in MARKS:
            if start.startswith(mark):
                return name
        if b"\0" in start:  # UTF-16 without its mark: every other byte of plain letters is 0
            return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while part := file.read(BYTES_AT_ONCE):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _first_text(path: Path, encoding: str) -> str:
    """The first lines of a file, as they are."""
    problem = f"{path} cannot be read as a table"
    try:
        with path.open("rb") as file:
            start = file.read(BYTES_SHOWN)
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeError:
        raise FileFormatError(
            f"{problem}: it is not text in {encoding}; say its encoding"
        ) from None
    if "\0" in text:
        raise FileFormatError(f"{problem}: it is not a text file")
    return text if len(start) < BYTES_SHOWN else text[: text.rfind("\n") + 1] or text


def _separator_of(lines: list[str], path: Path) -> Separator:
    """The separator that gives most lines the same number of cells, and the most of them."""
    usual: Separator = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    order = sorted(SEPARATORS, key=lambda separator: separator != usual)

    def fit(separator: Separator) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows(lines, separator) if row)
        width = _usual(widths)
        return (widths[width] / widths.total(), width) if width > 1 else (0.0, 0)

    best = max(order, key=fit)  # of equals the first
    return best if fit(best)[0] > 0 else usual


def _header(lines: list[str], first: int, separator: Separator) -> int:
    """The first line that has as many cells as most others: before it are titles and comments.

    A comment is the header if it has as many cells, and the next line holds a number.
    """
    rows = _rows(lines[first:], separator)
    usual = _usual(Counter(len(row) for row in rows if row))
    comment = None
    for number, line in enumerate(lines[first : first + MAX_BEFORE], start=first):
        cells = next(csv.reader([line], delimiter=separator), [])
        if line.startswith("#"):
            comment = number if len(cells) == usual > 1 else None
            continue
        is_title = usual > 1 and (
            len(cells) < 2 or (len(cells) == usual and not any(map(str.strip, cells[1:])))
        )
        if not is_title and line.strip():
            return number if comment is None or not any(map(_is_number, cells)) else comment
    return first


def _is_one_column(lines: list[str], header: int) -> bool:
    """Whether what looks like two columns under a title is one of numbers with decimal commas."""
    rows = _rows(lines[header:], ",")
    return header == 1 and all(
        len(row) == 2 and all(cell.isdecimal() for cell in row) for row in rows if row
    )


def _is_number(cell: str) -> bool:
    return NumberText(grouped=True).value(cell.strip()) is not None


def _usual(widths: Counter[int]) -> int:
    """The number of cells of most lines; of equals the largest."""
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _rows(lines: list[str], separator: Separator) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return [line.split(separator) for line in lines]
