"""CSV and TSV files: validated, and read whole or converted to Parquet in chunks."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from glassnet.errors import FileFormatError, MissingPackageError

__all__ = ["import_polars", "read_text", "text_to_parquet"]

#: Cells that are read as missing values.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"]
# How many bytes of a text file are read at once.
BYTES_IN_PART = 32 * 2**20


def import_polars() -> Any:
    """Import Polars.

    Raises
    ------
    MissingPackageError
        If Polars is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("reading tables needs Polars: pip install polars") from None
    return pl


def read_text(source: Path, separator: str, text_columns: Collection[str]) -> Any:
    """Read a text file into a data frame.

    Parameters
    ----------
    source : Path
    separator : str
    text_columns : collection of str
        Columns to read as text, whatever their values look like.

    Raises
    ------
    FileFormatError
        If a row has fewer cells than the header, or two columns have the same name.
    """
    polars = import_polars()
    names, rows = _names_and_rows(source, separator)
    return polars.read_csv(source, n_rows=rows, **_options(separator, names, text_columns))


def text_to_parquet(
    source: Path, separator: str, text_columns: Collection[str], folder: Path
) -> list[Path]:
    """Convert a text file to Parquet files in a folder, chunk by chunk.

    A first pass over the file determines the type of each column, the same as in :func:`read_text`.

    Parameters
    ----------
    source, separator, text_columns
        As for :func:`read_text`.
    folder : Path

    Raises
    ------
    FileFormatError
        If a row has fewer cells than the header, or two columns have the same name.
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
        # The first rows usually show the date format; if not, all rows are needed to infer it.
        frame = _frame(part, rows, options | {"infer_schema_length": 1000})
        if any(frame[name].dtype != schema[name] for name in dates):
            frame = _frame(part, rows, options)
        rows -= frame.height
        made.append(folder / f"part-{len(made):06}.parquet")
        frame.cast(schema).write_parquet(made[-1])
    return made


def _options(separator: str, names: list[str], text_columns: Collection[str]) -> dict[str, Any]:
    """Options for reading a text file with Polars."""
    polars = import_polars()
    return {
        "separator": separator,
        "null_values": MISSING,
        "infer_schema_length": None,
        "try_parse_dates": True,
        "schema_overrides": {name: polars.String for name in names if name in text_columns},
    }


def _parts(source: Path) -> Iterator[bytes]:
    """A text file in chunks of rows, each preceded by the header."""
    with source.open("rb") as file:
        header = _whole_row(file, file.readline())
        while lines := file.readlines(BYTES_IN_PART):
            yield header + _whole_row(file, b"".join(lines))


def _frame(part: bytes, rows: int, options: dict[str, Any]) -> Any:
    return import_polars().read_csv(part, n_rows=rows, **options)


def _whole_row(file: Any, part: bytes) -> bytes:
    """Extend lines to the end of a row: a quoted cell may contain line breaks."""
    while part.count(b'"') % 2 and (line := file.readline()):
        part += line
    return part


def _common_kind(kinds: set[Any]) -> Any:
    """The type of a column whose chunks have these types."""
    polars = import_polars()
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and all(kind.is_numeric() for kind in kinds):
        return polars.Float64
    return polars.String


def _names_and_rows(source: Path, separator: str) -> tuple[list[str], int]:
    """Return the column names and the number of rows, after checking the row lengths.

    A short row is taken as a sign of a truncated file, not as missing values. Blank lines at the
    end are ignored.
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
    """The cells of the first line, and the number of cells in each other line; 0 if blank."""
    with source.open("rb") as file:
        quoted = any(b'"' in line for line in file)
    if quoted:  # cells may contain separators and line breaks
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
