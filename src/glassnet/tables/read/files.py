"""Files of tables, opened by their kind: read whole, or chunk by chunk where they are too large."""

import os
from collections.abc import Collection
from pathlib import Path

from glassnet.errors import FileFormatError
from glassnet.tables.read.csv import import_polars, read_text, text_to_parquet
from glassnet.tables.read.frames import as_table
from glassnet.tables.read.parquet import (
    ROWS_IN_GROUP,
    TableFile,
    TemporaryFolder,
    readable,
    require_rows,
)
from glassnet.tables.storage import require_space
from glassnet.tables.table import Rows, Table

__all__ = ["open_table", "read_table"]

SEPARATORS = {".csv": ",", ".tsv": "\t"}


ARROW = (".arrow", ".feather", ".ipc")


KINDS = ".csv, .tsv, .parquet, .arrow or .feather"


#: A Parquet file with more values than this, or another file with more bytes, is read in chunks.
MAX_VALUES, MAX_BYTES = 64_000_000, 256 * 2**20


def open_table(
    path: str | os.PathLike[str],
    text_columns: Collection[str] = (),
    drop: Collection[str] = (),
    needed: Collection[str] | None = None,
) -> Rows:
    """Open a table file: read into memory, or, if it is large, in chunks when needed.

    A Parquet file is large if it has more than 64 million values, any other file if it has more
    than 256 MiB; the latter is first converted to Parquet in the temporary folder.

    The parameters are those of :func:`read_table`.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    OSError
        If the temporary folder has too little free space.
    """
    source, suffix = _table_path(path)
    if suffix == ".parquet":
        table = TableFile.of([source])
        if len(table) * len(table.names) > MAX_VALUES:
            return _narrowed(table, drop, needed)
    elif source.stat().st_size > MAX_BYTES:
        return _narrowed(_as_parquet(source, suffix, text_columns), drop, needed)
    return read_table(source, text_columns, drop, needed)


def _narrowed(table: TableFile, drop: Collection[str], needed: Collection[str] | None) -> TableFile:
    kept = table.without(*drop)
    return kept if needed is None else kept.select(tuple(n for n in kept.names if n in needed))


def read_table(
    path: str | os.PathLike[str],
    text_columns: Collection[str] = (),
    drop: Collection[str] = (),
    needed: Collection[str] | None = None,
) -> Table:
    """Read a table from a CSV, TSV, Parquet or Arrow file, recognised by its extension.

    Parameters
    ----------
    path : path
        Ends in .csv, .tsv, .parquet, .arrow, .feather or .ipc. In text files, empty cells, NA, NaN,
        null and ? are missing values, and 2026-11-24 or 2026-11-24 12:30 is a date.
    text_columns : collection of str
        Columns of a CSV or TSV file to read as text, whatever their values look like.
    drop : collection of str
        Columns to drop; they may hold values of any type.
    needed : collection of str, optional
        Required columns; others may hold values of any type. All are required by default.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    """
    source, suffix = _table_path(path)
    polars = import_polars()
    with readable(source):
        if suffix == ".parquet":
            frame = polars.read_parquet(source)
        elif suffix in ARROW:
            frame = polars.read_ipc(source)
        else:
            frame = read_text(source, SEPARATORS[suffix], text_columns)
    require_rows(source, frame.height, frame.width)
    return as_table(frame, drop, needed)


def _as_parquet(source: Path, suffix: str, text_columns: Collection[str]) -> TableFile:
    polars = import_polars()
    require_space(source.stat().st_size)
    folder = TemporaryFolder()
    with readable(source):
        if suffix in ARROW:
            made = [folder.path / "table.parquet"]
            polars.scan_ipc(source).sink_parquet(made[0], row_group_size=ROWS_IN_GROUP)
        else:
            made = text_to_parquet(source, SEPARATORS[suffix], text_columns, folder.path)
    return TableFile.of(made, folder, source)


def _table_path(path: str | os.PathLike[str]) -> tuple[Path, str]:
    source = Path(path)
    suffix = source.suffix.lower()
    if not source.is_file():
        problem = "is a folder" if source.is_dir() else "does not exist"
        raise FileNotFoundError(f"{source} {problem}; expected a table ({KINDS})")
    if suffix not in SEPARATORS and suffix != ".parquet" and suffix not in ARROW:
        raise FileFormatError(f"{source} is not a table file; expected {KINDS}")
    return source, suffix
