"""Tables in memory: columns of numbers, text, dates or images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array
from glassnet.data.notes import Note
from glassnet.data.rows import Rows, rows_in_piece

__all__ = ["Table", "as_table", "is_missing", "number_label", "where_known"]


@dataclass(frozen=True)
class Table(Rows):
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

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def pieces(self, most: int | None = None) -> Iterator["Table"]:
        """Yield all rows in their order, at most so many at a time; they share the memory."""
        most = most or rows_in_piece(len(self.columns))
        for start in range(0, len(self), most):
            part = slice(start, start + most)
            yield Table({name: column[part] for name, column in self.columns.items()})

    def is_text(self, name: str) -> bool:
        """Return whether a column holds text."""
        return self.columns[name].dtype == object

    def is_images(self, name: str) -> bool:
        """Return whether a column holds images."""
        return self.columns[name].ndim > 1

    def rows(self, chosen: NDArray[Any]) -> Self:
        """Return some rows: those where an array of bool is true, or of some places."""
        return type(self)({name: column[chosen] for name, column in self.columns.items()})

    def select(self, names: tuple[str, ...]) -> Self:
        """Return some columns."""
        return type(self)({name: self.columns[name] for name in names})

    def in_memory(self) -> "Table":
        """Return this table."""
        return self


def where_known(table: Table, names: tuple[str, ...]) -> tuple[NDArray[np.bool_], list[Note]]:
    """Return which rows have a value in all of some columns, and notes on those that have not."""
    missing = {name: is_missing(table.column(name)) for name in names}
    notes = [note for name in names for note in Note.of(name, "which are left out", missing[name])]
    known: NDArray[np.bool_] = ~np.any(list(missing.values()), axis=0)
    return known, notes


def is_missing(column: Array) -> NDArray[np.bool_]:
    """Return where a column has no value."""
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=np.bool_)
    if column.ndim > 1:  # images
        return np.zeros(len(column), dtype=np.bool_)
    missing: NDArray[np.bool_] = np.isnat(column) if column.dtype.kind == "M" else np.isnan(column)
    return missing


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
    if type(values).__module__.startswith("polars."):
        typed = _column_of_its_type(values)
        if typed is not None:
            return typed
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


def _column_of_its_type(series: Any) -> Array | None:
    """A column of Polars, as its type says: then a piece that is missing whole is of that kind too.

    None where the type says nothing.
    """
    import polars as pl

    dtype = series.dtype
    if dtype == pl.Boolean or dtype in (pl.Categorical, pl.Enum, pl.String):
        column = np.empty(len(series), dtype=object)
        column[:] = series.cast(pl.String).to_list()
        return column
    if dtype.is_numeric():
        numbers: Array = series.cast(pl.Float64).to_numpy(writable=True)
        return numbers
    if dtype in (pl.Date, pl.Datetime):
        if getattr(dtype, "time_zone", None) is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        dates: Array = series.cast(pl.Datetime("us")).to_numpy()
        return dates
    return None


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
