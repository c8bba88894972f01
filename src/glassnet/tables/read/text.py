"""Tables in text files, CSV and TSV: looked through, read whole, or made Parquet part by part."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from glassnet.errors import FileFormatError, MissingPackageError

__all__ = ["polars_or_error", "read_text", "text_to_parquet"]

#: What stands for a missing value.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"]
# So many bytes of a text file are read at once.
BYTES_IN_PART = 32 * 2**20


def polars_or_error() -> Any:
    """Return Polars.

    Raises
    ------
    MissingPackageError
        If it is not there.
    """
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("reading tables needs Polars: pip install polars") from None
    return pl


def read_text(source: Path, separator: str, text_columns: Collection[str]) -> Any:
    """Return a text file as a data frame.

    Parameters
    ----------
    source : Path
    separator : str
    text_columns : collection of str
        Columns that are text, whatever their values look like.

    Raises
    ------
    FileFormatError
        If a row has fewer cells than the first one, or two columns have one name.
    """
    polars = polars_or_error()
    names, rows = _names_and_rows(source, separator)
    return polars.read_csv(source, n_rows=rows, **_options(separator, names, text_columns))


def text_to_parquet(
    source: Path, separator: str, text_columns: Collection[str], folder: Path
) -> list[Path]:
    """Write a text file as Parquet files in a folder, of which only a part is in memory at once.

    A first look at all parts says of what kind each column is; it is what :func:`read_text` finds.

    Parameters
    ----------
    source, separator, text_columns
    folder : Path

    Raises
    ------
    FileFormatError
        As there.
    """
    names, rows = _names_and_rows(source, separator)
    options = _options(separator, names, text_columns)
    kinds: dict[str, set[Any]] = {name: set() for name in names}
    for part in _parts(source):
        for column in _frame(part, rows, options):
            if column.null_count() < len(column):
                kinds[column.name].add(column.dtype)
    schema = {name: _common_kind(found) for name, found in kinds.items()}
    dates = [name for name, kind in schema.items() if kind.is_temporal()]
    options["schema_overrides"] = {name: schema[name] for name in names if name not in dates}
    made: list[Path] = []
    for part in _parts(source):
        # Of dates the first rows say the form; where they are missing, all rows have to be read.
        frame = _frame(part, rows, options | {"infer_schema_length": 1000})
        if any(frame[name].dtype != schema[name] for name in dates):
            frame = _frame(part, rows, options)
        rows -= frame.height
        made.append(folder / f"part-{len(made):06}.parquet")
        frame.cast(schema).write_parquet(made[-1])
    return made


def _options(separator: str, names: list[str], text_columns: Collection[str]) -> dict[str, Any]:
    """How Polars shall read a text file."""
    polars = polars_or_error()
    return {
        "separator": separator,
        "null_values": MISSING,
        "infer_schema_length": None,
        "try_parse_dates": True,
        "schema_overrides": {name: polars.String for name in names if name in text_columns},
    }


def _parts(source: Path) -> Iterator[bytes]:
    """A text file some rows at a time, each part under the names of the columns."""
    with source.open("rb") as file:
        header = _whole_row(file, file.readline())
        while lines := file.readlines(BYTES_IN_PART):
            yield header + _whole_row(file, b"".join(lines))


def _frame(part: bytes, rows: int, options: dict[str, Any]) -> Any:
    return polars_or_error().read_csv(part, n_rows=rows, **options)


def _whole_row(file: Any, part: bytes) -> bytes:
    """Lines up to the end of a row: within quotes, one goes on in the next line."""
    while part.count(b'"') % 2 and (line := file.readline()):
        part += line
    return part


def _common_kind(kinds: set[Any]) -> Any:
    """Of what kind a column is whose parts are of these."""
    polars = polars_or_error()
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and all(kind.is_numeric() for kind in kinds):
        return polars.Float64
    return polars.String


def _names_and_rows(source: Path, separator: str) -> tuple[list[str], int]:
    """Return the column names of a text file whose rows all have as many cells, and their number.

    A row that breaks off says that the file does; it is no row with missing values. Blank lines are
    none, at the end.
    """
    problem = f"{source} cannot be read as a table"
    try:
        names, widths = _first_line_and_widths(source, separator)
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise FileFormatError(f"{problem}: two columns are named {twice[0]!r}")
        last, blank_before = 1, False
        for number, width in enumerate(widths, start=2):
            if 0 < width < len(names) or (width > 0 and blank_before and len(names) > 1):
                line, cells = (number - 1, 0) if blank_before else (number, width)
                raise FileFormatError(
                    f"{problem}: line {line} has {cells} cells, the first line {len(names)}"
                )
            blank_before = width == 0
            last = last if blank_before else number
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"{problem}: {error}") from None
    return names, last - 1


def _first_line_and_widths(source: Path, separator: str) -> tuple[list[str], Iterator[int]]:
    """The cells of a text file's first line, and how many the others have; 0 of a blank one."""
    with source.open("rb") as file:
        quoted = any(b'"' in line for line in file)
    if quoted:  # then a cell may hold separators, and several lines
        rows = csv.reader(_lines(source, "utf-8-sig"), delimiter=separator)
        return next(rows, []), (len(row) for row in rows)
    lines = _lines(source)
    names = next(lines, b"").rstrip(b"\r\n").decode("utf-8-sig").split(separator)
    cut = separator.encode()
    return names, (line.count(cut) + 1 if line.rstrip(b"\r\n") else 0 for line in lines)


def _lines(source: Path, encoding: str | None = None) -> Iterator[Any]:
    mode = "r" if encoding else "rb"
    with source.open(mode, encoding=encoding, newline="" if encoding else None) as file:
        yield from file
