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

__all__ = ["RULE", "SEPARATORS", "Dialect", "Separator", "dialect_of", "is_number"]

#: A blank stands for any number of them.
Separator: TypeAlias = Literal[",", ";", "\t", "|", " "]
SEPARATORS: tuple[Separator, ...] = (",", ";", "\t", "|", " ")
#: So much of a file shows its separator; so many lines may stand before its header.
BYTES_SHOWN, LINES_SHOWN, MAX_BEFORE = 256 * 1024, 500, 100
#: So few lines show no columns of fixed width.
FEWEST_LINES = 5
#: What a line between the rows of a printed table consists of.
RULE = frozenset("-+=|: \t")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BYTES_AT_ONCE = 2**20
#: What other files begin with.
MAGIC = {
    b"\x1f\x8b": "compressed; name it .csv.gz",
    b"PK\x03\x04": "a spreadsheet or an archive; name it .xlsx, or .zip",
    b"PAR1": "Parquet; name it .parquet",
    b"<!DOCTYPE html": "a web page",
    b"<html": "a web page",
}


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes
    ----------
    encoding : str
        As Python calls it.
    separator : {",", ";", tab, "|", " "}
    header : int
        The line of the header, counted from 0.
    cuts : tuple of int
        Where the cells of a line begin, if they have fixed widths.
    skipped : frozenset of int
        Lines after the header that are no rows, counted from 0.
    escaped : bool
        Whether a backslash stands before quotes within quoted cells.
    quotes : bool
        Whether cells hold quotes.
    row_names : bool
        Whether each row begins with a name, and the header has none for it.
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
    cuts: tuple[int, ...] = ()
    skipped: frozenset[int] = frozenset()
    escaped: bool = False
    quotes: bool = False
    row_names: bool = False
    spaced: bool = False
    returns: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_usual(self) -> bool:
        """Whether a file can be read as it is, its separator given."""
        return self == Dialect("utf-8", self.separator) and self.separator != " "

    @property
    def is_rewritten(self) -> bool:
        """Whether its lines are written anew before they are read."""
        return self.spaced or self.quotes or self.separator == " " or self.row_names

    @property
    def read_by(self) -> str:
        """What parts the cells of the lines that are read."""
        return "," if self.separator == " " else self.separator

    def line(self, number: int) -> int:
        """Return the line in the file, given its number among those read, both counted from 1."""
        line = self.header + number
        for skipped in sorted(self.skipped):
            line += skipped < line
        return line


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
    mark = lines[0].strip('"').lower() if lines else ""
    said = 1 if mark.startswith("sep=") else 0  # how Excel is told
    if said and separator is None and mark[4:5] in SEPARATORS:
        separator = mark[4]  # type: ignore[assignment]  # one of them
    chosen = separator or _separator_of(lines[said:], path)
    if chosen == " " and (cuts := _cuts(lines[said:])):
        return Dialect(encoding, chosen, said, cuts, warnings=tuple(warnings))
    header = _header(lines, said, chosen)
    if separator is None and _is_one_column(lines[said:], header - said):
        chosen, header = ";", said
    before = [line.strip() for line in lines[said:header] if line.strip(" ,;|\t")]
    if before:
        warnings.append(f"lines before the header are skipped: {', '.join(map(repr, before))}")
    spaced = any(f'{chosen} "' in line for line in lines[header:])
    returns = "\r" in text and "\n" not in text
    return Dialect(
        encoding, chosen, header, spaced=spaced, returns=returns, warnings=tuple(warnings)
    )


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
        for magic, kind in MAGIC.items():
            if start.startswith(magic):
                raise FileFormatError(f"{problem}: it is {kind}")
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
    order = sorted(SEPARATORS[:-1], key=lambda separator: separator != usual)

    def fit(separator: Separator) -> tuple[float, int]:
        widths = Counter(len(row) for _, row in _rows(lines, separator) if row)
        width = _usual(widths)
        return (widths[width] / widths.total(), width) if width > 1 else (0.0, 0)

    best = max(order, key=fit)  # of equals the first
    if fit(best)[0] > 0.5:
        return best
    # Blanks stand within cells, too: they part them only where that makes all rows alike.
    if _by_blanks(lines) or (fit(best)[0] == 0 and _cuts(lines)):
        return " "
    return best if fit(best)[0] > 0 else usual


def _by_blanks(lines: list[str]) -> bool:
    """Whether all rows have as many cells, parted by blanks; the header may lack one for names."""
    header, *widths = [len(row) for _, row in _rows(lines, " ") if row] or [0]
    return len(set(widths)) == 1 and widths[0] > 1 and header in (widths[0], widths[0] - 1)


def _cuts(lines: list[str]) -> tuple[int, ...]:
    """Where the cells of lines begin, if all lines have blanks at the same places; else none.

    Not where the blanks alone part them.
    """
    shown = [line.expandtabs() for line in lines if line.strip()]
    if len(shown) < FEWEST_LINES or len({len(line.split()) for line in shown}) == 1:
        return ()
    widest = max(map(len, shown))
    full = [any(line[place : place + 1].strip() for line in shown) for place in range(widest)]
    begins = [place for place in range(widest) if full[place] and not (place and full[place - 1])]
    return tuple(begins) if len(begins) > 1 else ()


def _header(lines: list[str], first: int, separator: Separator) -> int:
    """The first line that has as many cells as most others: before it are titles and comments.

    A comment is the header if it has as many cells, and the next line holds a number.
    """
    rows = [(first + line, cells) for line, cells in _rows(lines[first:], separator)]
    usual = _usual(Counter(len(cells) for _, cells in rows if cells))
    comment = None
    for place, (line, cells) in enumerate(rows[:MAX_BEFORE]):
        if lines[line].startswith("#"):
            comment = line if len(cells) == usual > 1 else None
            continue
        is_title = usual > 1 and (
            len(cells) < 2 or (len(cells) == usual and not any(map(str.strip, cells[1:])))
        )
        if is_title or not lines[line].strip() or set(lines[line]) <= RULE:
            continue
        if comment is not None and any(map(is_number, cells)):
            return comment
        return line if len(cells) == usual else _names(rows[place:], usual, line)
    return first


def _names(rows: list[tuple[int, list[str]]], usual: int, otherwise: int) -> int:
    """The first row of names before one with numbers, if what comes before is of another width."""
    for place, (line, cells) in enumerate(rows[:MAX_BEFORE]):
        if len(cells) == usual:
            following = [cell for _, row in rows[place + 1 : place + 5] for cell in row]
            is_header = not any(map(is_number, cells)) and any(map(is_number, following))
            return line if is_header else otherwise
    return otherwise


def _is_one_column(lines: list[str], header: int) -> bool:
    """Whether what looks like two columns under a title is one of numbers with decimal commas."""
    rows = _rows(lines[header:], ",")
    return header == 1 and all(
        len(row) == 2 and all(cell.isdecimal() for cell in row) for _, row in rows if row
    )


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number."""
    return NumberText(grouped=True).value(cell.strip()) is not None


def _usual(widths: Counter[int]) -> int:
    """The number of cells of most lines; of equals the largest."""
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _rows(lines: list[str], separator: Separator) -> list[tuple[int, list[str]]]:
    """The rows of some lines, each with the line in which it begins."""
    if separator == " ":
        lines = [" ".join(line.split()) for line in lines]
    try:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        begins, rows = 0, []
        for row in reader:
            rows.append((begins, row))
            begins = reader.line_num
    except csv.Error:
        return [(number, line.split(separator)) for number, line in enumerate(lines)]
    return rows
