"""Tables in another form: compressed, in a spreadsheet or a database, from standard input.

Each is written to a temporary folder as a file that is read like any other.
"""

import csv
import gzip
import itertools
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet.core.foreign import (
    UnreadableError,
    reading,
    require_harmless,
    require_in_proportion,
)
from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.tables.read.options import TableOptions

__all__ = ["KINDS", "unpacked"]

STANDARD_INPUT = Path("-")
DATABASES = (".db", ".sqlite", ".sqlite3")
SPREADSHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
COMPRESSED = (".gz", ".zip")
KINDS = (*COMPRESSED, *SPREADSHEETS, *DATABASES)
BYTES_AT_ONCE, ROWS_AT_ONCE = 2**20, 64
#: How an SQLite database begins.
SQLITE = b"SQLite format 3\0"
#: A view may take so many steps of SQLite's machine, some seconds, and so many for each byte.
STEPS, STEPS_FOR_BYTE, STEPS_AT_ONCE = 10**8, 1000, 10**6


@contextmanager
def unpacked(path: Path, options: TableOptions) -> Iterator[tuple[Path, TableOptions]]:
    """Give the file of a table, unpacked if need be, and how it is written.

    Parameters
    ----------
    path : Path
        ``-`` is standard input, which is a text file.
    options : TableOptions

    Raises
    ------
    FileFormatError
        If the file is damaged, or it is in doubt which table is meant.
    LimitError
        If what is compressed is out of proportion.
    """
    unpack = _way(path)
    if unpack is None:
        yield path, options
        return
    with tempfile.TemporaryDirectory(prefix="glassnet-") as folder:
        made = Path(folder) / _name(path, options)
        called = "standard input" if path == STANDARD_INPUT else str(path)
        try:
            yield made, unpack(path, made, options)
        except (FileFormatError, LimitError) as error:
            raise type(error)(str(error).replace(str(made), called)) from None


def _way(path: Path) -> Callable[[Path, Path, TableOptions], TableOptions] | None:
    if path == STANDARD_INPUT and not path.exists():
        return _from_standard_input
    ways = (
        ((".gz",), _from_gzip),
        ((".zip",), _from_zip),
        (SPREADSHEETS, _from_spreadsheet),
        (DATABASES, _from_database),
    )
    suffix = path.suffix.lower()
    return next((way for kinds, way in ways if suffix in kinds and path.is_file()), None)


def _name(path: Path, options: TableOptions) -> str:
    """The name of the unpacked file, which says what it is; a text file but for what is packed."""
    match path.suffix.lower():
        case ".zip":
            return f"table{Path(_member(path, options)).suffix or '.csv'}"
        case ".gz":
            return f"table{Path(path.stem).suffix or '.csv'}"
        case _:
            return "table.csv"


def _from_standard_input(path: Path, made: Path, options: TableOptions) -> TableOptions:
    if sys.stdin is None:
        raise FileFormatError("standard input is closed; expected a table")
    with made.open("wb") as target:
        shutil.copyfileobj(sys.stdin.buffer, target)
    return options


def _from_gzip(path: Path, made: Path, options: TableOptions) -> TableOptions:
    with gzip.open(path) as source:
        _decompress(path, source, made)
    return options


def _from_zip(path: Path, made: Path, options: TableOptions) -> TableOptions:
    name = _member(path, options)
    with reading(path, "a table"), zipfile.ZipFile(path) as archive, archive.open(name) as source:
        _decompress(path, source, made)
    return options


def _member(path: Path, options: TableOptions) -> str:
    """The name of the file in an archive that is wanted, or the only one."""
    with reading(path, "a table"), zipfile.ZipFile(path) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    (name,) = _one(
        path, "files", [name for name in names if not name.startswith("__MACOSX/")], options.sheet
    )
    return name


def _decompress(path: Path, source: Any, made: Path) -> None:
    written = 0
    with reading(path, "a table"), made.open("wb") as target:
        while part := source.read(BYTES_AT_ONCE):
            written += len(part)
            require_in_proportion(path, written)
            target.write(part)


def _from_spreadsheet(path: Path, made: Path, options: TableOptions) -> TableOptions:
    """Write a sheet as text; its cells are read like those of any text file."""
    try:
        import fastexcel  # noqa: F401 - what reads it, here and in a child process
    except ImportError:
        raise MissingPackageError(
            "reading spreadsheets needs fastexcel: pip install 'glassnet[excel]'"
        ) from None
    require_harmless(path, f"{__name__}:read_sheets", "a spreadsheet")
    with reading(path, "a spreadsheet"):
        sheets = read_sheets(path)
        filled = [name for name, cells in sheets.items() if cells.height]
        (name,) = _one(path, "sheets", filled, options.sheet)
        sheets[name].write_csv(made, include_header=False)
    return replace(options, separator=",", encoding="utf-8", decimal=None)


def read_sheets(path: Path) -> dict[str, Any]:
    """Return the cells of all sheets; one far from the others takes memory for all between."""
    import fastexcel

    book = fastexcel.read_excel(path)
    return {name: _cells(book, name) for name in book.sheet_names}


def _cells(book: Any, name: str) -> Any:
    return book.load_sheet(name, header_row=None, dtypes="string").to_polars()


def _from_database(path: Path, made: Path, options: TableOptions) -> TableOptions:
    """Write a table of an SQLite database as text."""
    with reading(path, "a database"), closing(_opened_database(path)) as connection:
        try:
            _write_rows(connection, path, made, options)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise UnreadableError("a view in it takes too long") from None
            raise
    return replace(options, separator=",", encoding="utf-8", decimal=".")


def _write_rows(
    connection: sqlite3.Connection, path: Path, made: Path, options: TableOptions
) -> None:
    found = connection.execute(
        "select name from sqlite_master where type in ('table', 'view') "
        "and name not like 'sqlite_%'"
    )
    (name,) = _one(path, "tables", [name for (name,) in found], options.sheet)
    quoted = name.replace('"', '""')
    rows = connection.execute(f'select * from "{quoted}"')  # noqa: S608 - a name of its own
    with made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        written = writer.writerow([column[0] for column in rows.description])
        while part := rows.fetchmany(ROWS_AT_ONCE):
            if any(isinstance(value, bytes) for row in part for value in row):
                raise FileFormatError(f"the table {name!r} of {path} holds bytes")
            written += sum(map(writer.writerow, part))
            require_in_proportion(path, written)


def _opened_database(path: Path) -> sqlite3.Connection:
    """A connection that reads, and whose views neither go on for ever nor make long texts."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(len(SQLITE)) not in (SQLITE, b""):
            raise UnreadableError("it is no SQLite database, or is encrypted")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.execute("pragma trusted_schema = off")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(size, BYTES_AT_ONCE))
    steps = STEPS + STEPS_FOR_BYTE * size
    connection.set_progress_handler(_stop_after(steps), STEPS_AT_ONCE)
    return connection


def _stop_after(steps: int) -> Callable[[], bool]:
    taken = itertools.count(STEPS_AT_ONCE, STEPS_AT_ONCE)
    return lambda: next(taken) > steps


def _one(path: Path, kind: str, names: list[str], wanted: str | None) -> tuple[str]:
    """The name that is wanted, or the only one."""
    if wanted is None and len(names) == 1:
        return (names[0],)
    if wanted in names and wanted is not None:
        return (wanted,)
    listed = ", ".join(map(repr, names)) or "none"
    raise FileFormatError(
        f"{path} has the {kind} {listed}; say which by --sheet (in Python, TableOptions)"
    )
