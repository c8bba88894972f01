"""Tables: columns of numbers or of text, read from files and data frames."""

import csv
import io
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array, counted
from glassnet.errors import FileFormatError, MissingPackageError

__all__ = ["Table", "as_table", "is_missing", "number_label", "read_table", "rows_words"]

#: What stands for a missing value in a text file.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"]

SEPARATORS = {".csv": ",", ".tsv": "\t"}
ARROW = (".arrow", ".feather", ".ipc")
KINDS = ".csv, .tsv, .parquet, .arrow or .feather"


@dataclass(frozen=True)
class Table:
    """Columns by name, all of the same length.

    A column of numbers is a float64 array with NaN where a value is missing; a column of text is an
    object array of str with None there, one of dates a datetime64 array with NaT.
    Truth values are the texts "true" and "false". A column of images is uint8, (rows, height,
    width), with 3 colours (rows, height, width, 3).

    Examples
    --------
    >>> table = Table({"length": np.array([1.5, np.nan]), "kind": np.array(["a", None])})
    >>> len(table), table.is_text("kind")
    (2, True)
    """

    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def is_text(self, name: str) -> bool:
        """Return whether a column holds text."""
        return self.columns[name].dtype == object

    def is_images(self, name: str) -> bool:
        """Return whether a column holds images."""
        return self.columns[name].ndim > 1

    def column(self, name: str) -> Array:
        """Return a column.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        if name not in self.columns:
            known = ", ".join(repr(column) for column in self.columns)
            raise ValueError(f"there is no column {name!r}; the columns are {known}")
        return self.columns[name]

    def rows(self, chosen: NDArray[np.int64]) -> "Table":
        """Return some rows."""
        return Table({name: column[chosen] for name, column in self.columns.items()})

    def where_known(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """Return the rows that have a value in a column, and a note on those that have not."""
        missing = is_missing(self.column(name))
        if not missing.any():
            return np.arange(len(self)), []
        note = f"{name}: missing in {rows_words(np.flatnonzero(missing).tolist())}"
        return np.flatnonzero(~missing), [f"{note}, which are left out"]

    def without(self, name: str) -> "Table":
        """Return all columns but one."""
        return Table({other: column for other, column in self.columns.items() if other != name})


def is_missing(column: Array) -> NDArray[np.bool_]:
    """Return where a column has no value."""
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=np.bool_)
    if column.ndim > 1:  # images
        return np.zeros(len(column), dtype=np.bool_)
    missing: NDArray[np.bool_] = np.isnat(column) if column.dtype.kind == "M" else np.isnan(column)
    return missing


def read_table(path: str | os.PathLike[str], text_columns: Collection[str] = ()) -> Table:
    """Read a table from a CSV, TSV, Parquet or Arrow file, recognised by its name.

    Parameters
    ----------
    path : path
        Ends in .csv, .tsv, .parquet, .arrow, .feather or .ipc. In text, empty cells, NA, NaN, null
        and ? are missing values, and 2026-11-24 or 2026-11-24 12:30 is a date.
    text_columns : collection of str
        Columns of a CSV or TSV file that are text, whatever their values look like.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    FileFormatError
        If it cannot be read as a table, or holds no rows.
    """
    source = Path(path)
    suffix = source.suffix.lower()
    if not source.is_file():
        problem = "is a folder" if source.is_dir() else "does not exist"
        raise FileNotFoundError(f"{source} {problem}; expected a table ({KINDS})")
    if suffix not in SEPARATORS and suffix != ".parquet" and suffix not in ARROW:
        raise FileFormatError(f"{source}: a table ends in {KINDS}")
    try:
        import polars as pl
    except ImportError:
        raise MissingPackageError("reading tables needs Polars: pip install polars") from None
    try:
        if suffix == ".parquet":
            frame = pl.read_parquet(source)
        elif suffix in ARROW:
            frame = pl.read_ipc(source)
        else:
            separator = SEPARATORS[suffix]
            content = source.read_bytes().rstrip(b"\r\n")
            names = _require_rectangular(source, content, separator)
            frame = pl.read_csv(
                content,
                separator=separator,
                null_values=MISSING,
                infer_schema_length=None,
                try_parse_dates=True,
                schema_overrides={name: pl.String for name in names if name in text_columns},
            )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).split("\n")[0]
        raise FileFormatError(f"{source} cannot be read as a table: {reason}") from None
    if frame.height == 0 or frame.width == 0:
        raise FileFormatError(f"{source} holds no rows")
    return as_table(frame)


def _require_rectangular(source: Path, content: bytes, separator: str) -> list[str]:
    """Return the column names of a text file whose rows all have as many cells.

    A row that breaks off says that the file does; it is no row with missing values.
    """
    try:
        if b'"' in content:
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator))
            names, widths = (rows or [[]])[0], [len(row) for row in rows]
        else:
            lines = content.splitlines()
            names = (lines or [b""])[0].decode("utf-8-sig").split(separator)
            widths = [line.count(separator.encode()) + 1 for line in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"{source} cannot be read as a table: {error}") from None
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise FileFormatError(
            f"{source} cannot be read as a table: two columns are named {twice[0]!r}"
        )
    for number, width in enumerate(widths, start=1):
        if width < len(names):
            raise FileFormatError(
                f"{source} cannot be read as a table: line {number} has {width} cells, "
                f"the first line {len(names)}"
            )
    return names


def as_table(frame: Any) -> Table:
    """Return a table from a data frame (Polars, pandas) or a mapping of names to columns.

    Raises
    ------
    TypeError, ValueError
        If it is none, or a column holds neither numbers nor text.

    Examples
    --------
    >>> as_table({"a": [1, 2], "b": ["x", None]}).columns["a"].tolist()
    [1.0, 2.0]
    """
    if isinstance(frame, Table):
        return frame
    if isinstance(frame, Mapping):
        named: dict[str, Any] = {str(name): values for name, values in frame.items()}
    elif hasattr(frame, "columns") and hasattr(frame, "__getitem__"):
        named = {str(name): frame[name] for name in frame.columns}
    else:
        raise TypeError(
            "expected a data frame or a mapping of column names to values, "
            f"not {type(frame).__name__}"
        )
    if not isinstance(frame, Mapping) and len(named) < len(list(frame.columns)):
        names = [str(name) for name in frame.columns]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two columns of the data frame are named {twice!r}")
    columns = {name: _column(name, values) for name, values in named.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns have different lengths: {lengths}")
    return Table(columns)


def _column(name: str, values: Any) -> Array:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"column {name!r} must hold several values, not {type(values).__name__}")
    array = values.to_numpy() if hasattr(values, "to_numpy") else values
    if isinstance(array, np.ndarray) and array.dtype == np.uint8 and array.ndim in (3, 4):
        return array
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind in "iuf":
        return array.astype(np.float64)
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind == "M":
        return array.astype("datetime64[us]")
    items = values.to_list() if hasattr(values, "to_list") else list(values)
    kinds = {type(item) for item in items if not _no_value(item)}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        items = [None if _no_value(item) else str(bool(item)).lower() for item in items]
        kinds = {str}
    if not kinds or all(_is_number(kind) for kind in kinds):
        try:
            return np.array([np.nan if _no_value(item) else float(item) for item in items])
        except OverflowError:
            raise ValueError(f"column {name!r} holds a number that is too large") from None
    if kinds and all(issubclass(kind, date) for kind in kinds):
        return np.array([_moment(item) for item in items], dtype="datetime64[us]")
    if not kinds <= {str}:
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise ValueError(
            f"column {name!r} holds values of type {found}; expected numbers, text or dates. "
            "Convert it, or leave the column out"
        )
    column = np.empty(len(items), dtype=object)
    column[:] = [None if _no_value(item) else item for item in items]
    return column


def _moment(item: Any) -> Any:
    """A date or a time for NumPy, which knows no time zones: those are turned to UTC."""
    if _no_value(item):
        return None
    if isinstance(item, datetime) and item.tzinfo is not None:
        return item.astimezone(UTC).replace(tzinfo=None)
    return item


def _is_number(kind: type) -> bool:
    return issubclass(kind, bool | int | float | np.integer | np.floating | np.bool_)


def _no_value(item: object) -> bool:
    return (
        item is None
        or (isinstance(item, float) and item != item)
        or type(item).__name__ in ("NAType", "NaTType")
    )


def number_label(value: float) -> str:
    """Return a number as the name of a class or category: the shortest text that tells it apart.

    Examples
    --------
    >>> number_label(7.0), number_label(0.1), number_label(1234567.0)
    ('7', '0.1', '1234567')
    """
    return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)


def rows_words(rows: Sequence[int], most: int = 5) -> str:
    """Return how many rows and which, counted from 1.

    Examples
    --------
    >>> rows_words([2, 4])
    '2 rows (3, 5)'
    """
    shown = ", ".join(str(row + 1) for row in rows[:most]) + (", ..." if len(rows) > most else "")
    return f"{counted(len(rows), 'row')} ({shown})"
