"""Files of tables, opened by their kind: read whole, or chunk by chunk where they are too large."""

import itertools
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet.core.foreign import UnreadableError, reading, require_harmless
from glassnet.errors import FileFormatError
from glassnet.tables.read.frames import as_table, read_as_text
from glassnet.tables.read.options import TableOptions
from glassnet.tables.read.parquet import (
    ROWS_IN_GROUP,
    TableFile,
    TemporaryFolder,
    require_parquet,
    require_rows,
)
from glassnet.tables.read.text import Wanted, import_polars, read_text, text_to_parquet
from glassnet.tables.read.unpack import KINDS as UNPACKED
from glassnet.tables.read.unpack import unpacked
from glassnet.tables.storage import require_space
from glassnet.tables.table import Rows, Table

__all__ = ["holds_parquet", "open_table", "read_table"]

TEXT, LINES = (".csv", ".tsv", ".tab", ".txt"), (".jsonl", ".ndjson")
ARROW = (".arrow", ".feather", ".ipc")
KINDS = (*TEXT, *LINES, ".parquet", *ARROW)
#: A Parquet file with more values than this, or another file with more bytes, is read in chunks.
MAX_VALUES, MAX_BYTES = 64_000_000, 256 * 2**20
#: JSON may be nested so deeply.
DEEPEST = 50


def open_table(
    path: str | os.PathLike[str],
    options: TableOptions | None = None,
    wanted: Wanted | None = None,
) -> Rows:
    """Open a table file: read into memory, or, if it is large, in chunks when needed.

    A Parquet file is large if it has more than 64 million values, any other file if it has more
    than 256 MiB; the latter is first converted to Parquet in the temporary folder.

    The parameters are those of :func:`read_table`; a folder of Parquet files is a table, too, and
    ``-`` is standard input.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    OSError
        If the temporary folder has too little free space.
    """
    options, wanted = options or TableOptions(), wanted or Wanted()
    parts = _parts(Path(path))
    if parts or Path(path).suffix.lower() == ".parquet":
        table = TableFile.of(parts or [_table_path(Path(path))[0]])
        if parts or len(table) * len(table.names) > MAX_VALUES:
            return table.select(tuple(wanted.names(table.names)))
    with unpacked(Path(path), options) as (file, written):
        source, suffix = _table_path(file)
        if suffix != ".parquet" and source.stat().st_size > MAX_BYTES:
            return _as_parquet(source, suffix, written, wanted)
        return _read(source, suffix, written, wanted)


def read_table(
    path: str | os.PathLike[str],
    options: TableOptions | None = None,
    wanted: Wanted | None = None,
) -> Table:
    """Read a table from a file, whose kind its extension says.

    Parameters
    ----------
    path : path
        A text file (.csv, .tsv, .txt), JSON lines (.jsonl), Parquet or Arrow; one of these in a
        .gz or .zip; a spreadsheet (.xlsx, .ods, ...) or an SQLite database (.db, .sqlite). What the
        columns of a text file hold, its separator, decimal sign and encoding are found by looking
        at it.
    options : TableOptions, optional
        How a text file is written, where that is not plain to see.
    wanted : Wanted, optional
        Which columns are; the others may hold values of any type. All if not given.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    """
    with unpacked(Path(path), options or TableOptions()) as (file, written):
        return _read(*_table_path(file), written, wanted or Wanted())


def holds_parquet(path: Path) -> bool:
    """Return whether a path is a folder of Parquet files, whose rows belong together."""
    return bool(_parts(path))


def _parts(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    files = [file for file in path.iterdir() if not file.name.startswith((".", "_"))]
    return sorted(files) if all(file.suffix.lower() == ".parquet" for file in files) else []


def _read(source: Path, suffix: str, options: TableOptions, wanted: Wanted) -> Table:
    if suffix in TEXT:
        with reading(source, "a table", (ValueError,)):
            text = read_text(source, options, wanted)
        table = as_table(text.frame, needed=wanted.needed)
        return replace(table, formats=text.formats, warnings=tuple(text.warnings))
    frame = _frame(source, suffix)
    require_rows(source, frame.height, frame.width)
    with reading(source, "a table", (ValueError, TypeError)):
        table = as_table(frame[wanted.names(frame.columns)], needed=wanted.needed)
    return read_as_text(table, wanted.known) if suffix in LINES else table


def _frame(source: Path, suffix: str) -> Any:
    polars = import_polars()
    if suffix == ".parquet":
        require_parquet(source)
    elif suffix in ARROW:
        _require_arrow(source)
    with reading(source, "a table"):
        if suffix in LINES:
            _require_flat(source)
            return polars.read_ndjson(source, infer_schema_length=None)
        return read_arrow(source) if suffix in ARROW else polars.read_parquet(source)


def _require_arrow(source: Path) -> None:
    require_harmless(source, f"{__name__}:read_arrow", "a table")


def _require_flat(source: Path) -> None:
    """Refuse JSON that is nested deeply, over which Polars takes ever more time and memory."""
    with source.open("rb") as file:
        for line in file:
            if line.count(b"[") + line.count(b"{") > DEEPEST and _depth(line) > DEEPEST:
                raise UnreadableError(f"a value in it is nested more than {DEEPEST} levels deep")


def _depth(line: bytes) -> int:
    """How deeply JSON is nested."""
    brackets = re.findall(rb"[][{}]", re.sub(rb'"(?:\\.|[^"\\])*"', b"", line))
    steps = (1 if bracket in (b"[", b"{") else -1 for bracket in brackets)
    return max(itertools.accumulate(steps), default=0)


def read_arrow(source: Path) -> Any:
    """Return the data frame in an Arrow file."""
    return import_polars().read_ipc(source)


def _as_parquet(source: Path, suffix: str, options: TableOptions, wanted: Wanted) -> TableFile:
    require_space(source.stat().st_size)
    folder = TemporaryFolder()
    if suffix not in TEXT:
        made = folder.path / "table.parquet"
        with reading(source, "a table"):
            _scan(source, suffix).sink_parquet(made, row_group_size=ROWS_IN_GROUP)
        table = TableFile.of([made], folder, source)
        return table.select(tuple(wanted.names(table.names)))
    with reading(source, "a table", (ValueError, OSError)):
        text = text_to_parquet(source, options, wanted, folder.path)
    table = TableFile.of(text.paths, folder, source)
    return replace(table, formats=text.formats, warnings=tuple(text.warnings))


def _scan(source: Path, suffix: str) -> Any:
    polars = import_polars()
    if suffix in LINES:
        _require_flat(source)
        return polars.scan_ndjson(source, infer_schema_length=None)
    _require_arrow(source)
    return polars.scan_ipc(source)


def _table_path(source: Path) -> tuple[Path, str]:
    suffix = source.suffix.lower()
    expected = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}, {', '.join(UNPACKED)}"
    if not source.is_file():
        problem = "is a folder" if source.is_dir() else "does not exist"
        raise FileNotFoundError(f"{source} {problem}; expected a table ({expected})")
    if suffix not in KINDS:
        raise FileFormatError(f"{source} is not a table file; expected {expected}")
    return source, suffix
