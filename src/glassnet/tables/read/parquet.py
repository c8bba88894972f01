"""Parquet files, read chunk by chunk."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.foreign import reading, require_harmless
from glassnet.errors import FileFormatError
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.read.frames import as_table
from glassnet.tables.read.text import import_polars
from glassnet.tables.table import Rows, Table, rows_in_chunk

__all__ = ["ROWS_IN_GROUP", "TableFile", "TemporaryFolder", "require_parquet", "require_rows"]

# Row group size of temporary Parquet files; reading part of a row group means scanning all of it.
ROWS_IN_GROUP = 262_144


# Reading a few rows needs memory for the whole row group of each column, often a million rows.
COLUMNS_AT_ONCE = 16
MAGIC = b"PAR1"


class TemporaryFolder:
    """A temporary folder that is deleted when it is no longer referenced."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="glassnet-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class TableFile(Rows):
    """A table in Parquet files, whose rows are read when needed and not kept in memory.

    Attributes
    ----------
    paths : tuple of Path
        One file, or several whose rows are concatenated.
    columns : tuple of str
    rows_in_file : int
    chosen : array of bool, shape (rows_in_file,), optional
        Which rows of the files belong to the table; all if not given.
    folder : TemporaryFolder, optional
        The folder of the files, if they were converted from another file.
    source : Path
        The path used in error messages.
    formats : mapping of column name to format
        How the cells of each column were written, if they were text.
    warnings : tuple of str
        About how it was read.
    """

    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    rows_in_file: int
    chosen: NDArray[np.bool_] | None = None
    folder: TemporaryFolder | None = None
    source: Path = Path()
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        paths: Sequence[Path],
        folder: TemporaryFolder | None = None,
        source: Path | None = None,
    ) -> "TableFile":
        """Return the table in some Parquet files, which may have been converted from another file.

        Raises
        ------
        FileFormatError
            If a file is damaged, or there are no rows.
        """
        polars, called = import_polars(), source or paths[0]
        for path in () if folder else paths:
            require_parquet(path)
        with reading(called, "a table"):
            scan = polars.scan_parquet(list(paths))
            columns = tuple(scan.collect_schema().names())
            rows = int(scan.select(polars.len()).collect().item())
        require_rows(called, rows, len(columns))
        return cls(tuple(paths), columns, rows, None, folder, called)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns

    def __len__(self) -> int:
        return self.rows_in_file if self.chosen is None else int(np.count_nonzero(self.chosen))

    def chunks(self) -> Iterator[Table]:
        """Read all rows in order, in chunks.

        Raises
        ------
        FileFormatError
            If the file is damaged.
        """
        most = rows_in_chunk(self.values_in_row)
        for start in range(0, self.rows_in_file, most):
            chosen = None if self.chosen is None else self.chosen[start : start + most]
            if chosen is None:
                yield self._read(start, most)
            elif chosen.any():
                yield self._read(start, most).rows(chosen)

    def _read(self, start: int, rows: int) -> Table:
        polars = import_polars()
        columns: dict[str, Array] = {}
        given: dict[str, Array] = {}
        for first in range(0, len(self.columns), COLUMNS_AT_ONCE):
            names = self.columns[first : first + COLUMNS_AT_ONCE]
            with reading(self.source, "a table", (ValueError, TypeError)):
                # Selected by name, because Polars interprets some strings as patterns.
                scan = polars.scan_parquet(list(self.paths)).select(
                    polars.selectors.by_name(*names)
                )
                table = as_table(scan.slice(start, rows).collect())
            columns |= table.columns
            given |= table.given
        return Table({name: columns[name] for name in self.columns}, given, self.formats)

    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return the rows chosen by a boolean mask or by ascending indices."""
        own = chosen
        if chosen.dtype != np.bool_:
            if (np.diff(chosen) <= 0).any():
                problem = "rows of a file are read in order; expected ascending indices"
                raise ValueError(problem)
            own = np.zeros(len(self), dtype=np.bool_)
            own[chosen] = True
        if self.chosen is None:
            return replace(self, chosen=own)
        of_file = self.chosen.copy()
        of_file[self.chosen] = own
        return replace(self, chosen=of_file)

    def select(self, names: tuple[str, ...]) -> Self:
        """Return the named columns."""
        self.require_columns(names)
        return replace(self, columns=names)

    def in_memory(self) -> Table:
        """Read all rows."""
        return Table.of_chunks(list(self.chunks()) or [self._read(0, 0)])


def require_parquet(source: Path) -> None:
    """Refuse a file that is no Parquet, is cut off, or that Polars does not survive.

    Raises
    ------
    FileFormatError
    """
    size = source.stat().st_size
    with reading(source, "a table"), source.open("rb") as file:
        start = file.read(4)
        file.seek(max(size - 8, 0))
        end = file.read(8)
    footer = int.from_bytes(end[:4], "little")
    if start != MAGIC or end[4:] != MAGIC or footer > size - 12:
        raise FileFormatError(f"{source} cannot be read as a table: it is no Parquet, or cut off")
    require_harmless(source, f"{__name__}:read_through", "a table")


def read_through(source: Path) -> None:
    """Read a whole Parquet file, a part at a time."""
    polars = import_polars()
    scan = polars.scan_parquet(source)
    rows = scan.select(polars.len()).collect().item()
    most = rows_in_chunk(len(scan.collect_schema().names()))
    for start in range(0, rows, most):
        frame = scan.slice(start, most).collect()
        as_table(frame, needed=())


def require_rows(source: Path, rows: int, columns: int) -> None:
    """Refuse a table without rows or columns; FileFormatError."""
    if rows == 0 or columns == 0:
        raise FileFormatError(f"{source} holds no rows")
