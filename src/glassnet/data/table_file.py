"""Tables in files: read whole, or piece by piece where they are too large for memory."""

import csv
import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array
from glassnet.data.storage import require_space
from glassnet.data.table import Rows, Table, as_table, rows_in_piece
from glassnet.errors import FileFormatError, MissingPackageError

__all__ = ["TableFile", "open_table", "read_table"]

#: What stands for a missing value in a text file.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"]

SEPARATORS = {".csv": ",", ".tsv": "\t"}
ARROW = (".arrow", ".feather", ".ipc")
KINDS = ".csv, .tsv, .parquet, .arrow or .feather"

#: A Parquet file of more values than this, or another one of more bytes, is read piece by piece.
MOST_VALUES, MOST_BYTES = 64_000_000, 256 * 2**20
# Of a Parquet file that is made here: reading a piece of a row group means looking at all of it.
ROWS_IN_GROUP = 262_144
# To read some rows takes memory for the whole row group of each column, often a million rows.
COLUMNS_AT_ONCE = 16


class TemporaryFolder:
    """A folder that goes when nobody knows it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="glassnet-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class TableFile(Rows):
    """A Parquet file whose rows are read when they are needed, and not kept.

    Attributes
    ----------
    path : Path
    columns : tuple of str
    rows_in_file : int
    chosen : array of bool, shape (rows_in_file,), optional
        Which rows belong to it; all if not given.
    folder : TemporaryFolder, optional
        Holds the file where it was made from another one.
    """

    path: Path
    columns: tuple[str, ...]
    rows_in_file: int
    chosen: NDArray[np.bool_] | None = None
    folder: TemporaryFolder | None = None

    @classmethod
    def of(
        cls, path: Path, folder: TemporaryFolder | None = None, source: Path | None = None
    ) -> "TableFile":
        """Return the table of a Parquet file, which may have been made from another one.

        Raises
        ------
        FileFormatError
            If the file is damaged, or holds no rows.
        """
        polars = _polars()
        with _readable(path):
            scan = polars.scan_parquet(path)
            columns = tuple(scan.collect_schema().names())
            rows = int(scan.select(polars.len()).collect().item())
        _require_rows(source or path, rows, len(columns))
        return cls(path, columns, rows, None, folder)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns

    def __len__(self) -> int:
        return self.rows_in_file if self.chosen is None else int(np.count_nonzero(self.chosen))

    def pieces(self) -> Iterator[Table]:
        """Read all rows in their order, some at a time.

        Raises
        ------
        FileFormatError
            If the file is damaged.
        """
        most = rows_in_piece(self.values_in_row)
        for start in range(0, self.rows_in_file, most):
            chosen = None if self.chosen is None else self.chosen[start : start + most]
            if chosen is None:
                yield self._read(start, most)
            elif chosen.any():
                yield self._read(start, most).rows(chosen)

    def _read(self, start: int, rows: int) -> Table:
        polars = _polars()
        columns: dict[str, Array] = {}
        for first in range(0, len(self.columns), COLUMNS_AT_ONCE):
            names = self.columns[first : first + COLUMNS_AT_ONCE]
            with _readable(self.path):
                # By name: Polars takes some names for patterns otherwise.
                scan = polars.scan_parquet(self.path).select(polars.selectors.by_name(*names))
                columns |= as_table(scan.slice(start, rows).collect()).columns
        return Table({name: columns[name] for name in self.columns})

    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some rows: those where an array of bool is true, or of ascending places."""
        if chosen.dtype != np.bool_ and (np.diff(chosen) <= 0).any():
            raise ValueError("rows of a file are read in their order; expected ascending places")
        if self.chosen is None and chosen.dtype == np.bool_:
            return replace(self, chosen=chosen)
        own = np.zeros(len(self), dtype=np.bool_)
        own[chosen] = True
        if self.chosen is None:
            return replace(self, chosen=own)
        of_file = self.chosen.copy()
        of_file[self.chosen] = own
        return replace(self, chosen=of_file)

    def select(self, names: tuple[str, ...]) -> Self:
        """Return some columns."""
        return replace(self, columns=names)

    def in_memory(self) -> Table:
        """Read all rows."""
        pieces = list(self.pieces()) or [self._read(0, 0)]

        def whole(name: str) -> Array:
            return np.concatenate([piece.columns[name] for piece in pieces])

        return Table({name: whole(name) for name in self.columns})


def open_table(
    path: str | os.PathLike[str],
    text_columns: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> Rows:
    """Open a table: in memory, or, where it is large, in its file.

    A Parquet file is large with more than 64 million values, another one with more than 256 MiB; it
    is turned into a Parquet file in the temporary folder first.

    Parameters and errors are those of :func:`read_table`.

    Raises
    ------
    OSError
        If the temporary folder has no space for it.
    """
    source, suffix = _table_path(path)
    if suffix == ".parquet":
        table = TableFile.of(source)
        if len(table) * len(table.names) > MOST_VALUES:
            return _without(table, leave_out)
    elif source.stat().st_size > MOST_BYTES:
        return _without(_as_parquet(source, suffix, text_columns), leave_out)
    return read_table(source, text_columns, leave_out)


def _without(table: TableFile, leave_out: Collection[str]) -> TableFile:
    table.require_columns(tuple(leave_out))
    return table.without(*leave_out)


def read_table(
    path: str | os.PathLike[str],
    text_columns: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> Table:
    """Read a table from a CSV, TSV, Parquet or Arrow file, recognised by its name.

    Parameters
    ----------
    path : path
        Ends in .csv, .tsv, .parquet, .arrow, .feather or .ipc. In text, empty cells, NA, NaN, null
        and ? are missing values, and 2026-11-24 or 2026-11-24 12:30 is a date.
    text_columns : collection of str
        Columns of a CSV or TSV file that are text, whatever their values look like.
    leave_out : collection of str
        Columns that are not wanted, and may hold anything.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    """
    source, suffix = _table_path(path)
    polars = _polars()
    with _readable(source):
        if suffix == ".parquet":
            frame = polars.read_parquet(source)
        elif suffix in ARROW:
            frame = polars.read_ipc(source)
        else:
            frame = polars.read_csv(source, **_text_options(source, suffix, text_columns))
    _require_rows(source, frame.height, frame.width)
    return as_table(frame, leave_out)


def _as_parquet(source: Path, suffix: str, text_columns: Collection[str]) -> TableFile:
    polars = _polars()
    require_space(source.stat().st_size)
    folder = TemporaryFolder()
    made = folder.path / f"{source.stem}.parquet"
    with _readable(source):
        if suffix in ARROW:
            scan = polars.scan_ipc(source)
        else:
            scan = polars.scan_csv(source, **_text_options(source, suffix, text_columns))
        scan.sink_parquet(made, row_group_size=ROWS_IN_GROUP)
    return TableFile.of(made, folder, source)


def _table_path(path: str | os.PathLike[str]) -> tuple[Path, str]:
    source = Path(path)
    suffix = source.suffix.lower()
    if not source.is_file():
        problem = "is a folder" if source.is_dir() else "does not exist"
        raise FileNotFoundError(f"{source} {problem}; expected a table ({KINDS})")
    if suffix not in SEPARATORS and suffix != ".parquet" and suffix not in ARROW:
        raise FileFormatError(f"{source}: a table ends in {KINDS}")
    return source, suffix


def _polars() -> Any:
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("reading tables needs Polars: pip install polars") from None
    return pl


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    """Say what is wrong with a file in our own words."""
    exceptions = _polars().exceptions
    try:
        yield
    except (exceptions.PolarsError, exceptions.PanicException, OSError) as error:
        reason = str(error).split("\n")[0]
        raise FileFormatError(f"{source} cannot be read as a table: {reason}") from None


def _require_rows(source: Path, rows: int, columns: int) -> None:
    if rows == 0 or columns == 0:
        raise FileFormatError(f"{source} holds no rows")


def _text_options(source: Path, suffix: str, text_columns: Collection[str]) -> dict[str, Any]:
    """How Polars shall read a text file, which is looked through first."""
    polars, separator = _polars(), SEPARATORS[suffix]
    names, rows = _names_and_rows(source, separator)
    return {
        "n_rows": rows,
        "separator": separator,
        "null_values": MISSING,
        "infer_schema_length": None,
        "try_parse_dates": True,
        "schema_overrides": {name: polars.String for name in names if name in text_columns},
    }


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
