"""Conversion of data frames and sequences to tables."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from glassnet.arrays.numbers import is_masked
from glassnet.core.array import Array
from glassnet.tables.cells.column_cells import ColumnCells
from glassnet.tables.cells.column_format import ColumnFormat, PlainText, column_format
from glassnet.tables.cells.date_text import DateText
from glassnet.tables.cells.number_text import NumberText
from glassnet.tables.cells.typed_column import read_texts
from glassnet.tables.table import MAX_CLASSES, Rows, Table, require_names

__all__ = ["as_table", "read_as_text"]


def _column_and_given(name: str, values: Any) -> tuple[Array, Array | None]:
    """A column, and its values in the type in which they were given, where that is another one.

    Raises TypeError or ValueError if they are not numbers, text, dates or images.
    """
    if type(values).__module__.startswith("polars."):
        typed = _column_of_its_type(values)
        if typed is not None:
            return typed, _given_of_polars(values)
    if is_masked(values):
        values = _with_missing(values)
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"column {name!r} must be a sequence, not {type(values).__name__}")
    array = values.to_numpy() if hasattr(values, "to_numpy") else values
    if _turned_into_floats(values, array):
        array = values.to_list()
    if isinstance(array, np.ndarray) and array.dtype == np.uint8 and array.ndim in (3, 4):
        return array, None
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind in "iuf":
        return array.astype(np.float64), None if array.dtype.kind == "f" else array
    if isinstance(array, np.ndarray) and array.ndim == 1 and array.dtype.kind == "M":
        return array.astype("datetime64[us]"), array
    items = values.to_list() if hasattr(values, "to_list") else list(values)
    items = [None if _no_value(item) else item for item in items]
    kinds = {type(item) for item in items if item is not None}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        texts = [None if item is None else str(bool(item)).lower() for item in items]
        return _objects(texts), _objects(items)
    if not kinds or all(_is_number(kind) for kind in kinds):
        try:
            numbers = np.array([np.nan if item is None else float(item) for item in items])
        except OverflowError:
            raise ValueError(f"column {name!r} holds a number that is too large") from None
        whole = kinds and all(issubclass(kind, int | np.integer) for kind in kinds)
        return numbers, _objects(items) if whole else None
    if all(issubclass(kind, date) for kind in kinds):
        moments = [_moment(item) for item in items]
        return np.array(moments, dtype="datetime64[us]"), _objects(items)
    if (mixed := _numbers_beside_words(items, kinds)) is not None:
        return mixed, None
    if not all(issubclass(kind, str) for kind in kinds):
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise ValueError(
            f"column {name!r} holds values of type {found}; expected numbers, text or dates. "
            "Convert or drop the column"
        )
    return _objects([None if item is None else str(item) for item in items]), None


def _numbers_beside_words(items: list[Any], kinds: set[type]) -> Array | None:
    """A column of numbers and a few words, as spreadsheets hold it, as text; None for another."""
    words = {kind for kind in kinds if issubclass(kind, str)}
    numbers = {kind for kind in kinds - words if _is_number(kind) and kind is not bool}
    if not words or not numbers or words | numbers != kinds:
        return None
    texts = _objects([None if item is None else str(item) for item in items])
    return texts if isinstance(_format_of(texts), NumberText) else None


def _with_missing(values: Any) -> Any:
    """A masked array with missing values in the place of those that are masked."""
    if values.dtype.kind == "f":
        return values.filled(np.nan)
    if values.dtype.kind == "M":
        return values.filled(np.datetime64("NaT"))
    return values.tolist() if np.any(values.mask) else values.data


def _turned_into_floats(values: Any, array: Any) -> bool:
    """Whether pandas made whole numbers beside a missing one floats, which hold fewer digits."""
    given, converted = getattr(values, "dtype", None), getattr(array, "dtype", None)
    return getattr(given, "kind", None) in ("i", "u") and getattr(converted, "kind", None) == "f"


def _objects(items: list[Any]) -> Array:
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return column


def _column_of_its_type(series: Any) -> Array | None:
    """A Polars column converted by its dtype, so that chunks without any value get the same type.

    None for other dtypes.
    """
    import polars as pl

    dtype = series.dtype
    if dtype == pl.Boolean or dtype in (pl.Categorical, pl.Enum, pl.String):
        return _objects(series.cast(pl.String).to_list())
    if dtype.is_numeric():
        numbers: Array = series.cast(pl.Float64).to_numpy(writable=True)
        return numbers
    if dtype in (pl.Date, pl.Datetime):
        if getattr(dtype, "time_zone", None) is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        dates: Array = series.cast(pl.Datetime("us")).to_numpy()
        return dates
    return None


def _given_of_polars(series: Any) -> Array | None:
    """Whole numbers, truth values and dates of a Polars column as they are."""
    import polars as pl

    dtype = series.dtype
    if dtype not in (pl.Date, pl.Datetime, pl.Boolean) and not dtype.is_integer():
        return None
    zoned = getattr(dtype, "time_zone", None) is not None
    missing = series.null_count() > 0 and dtype not in (pl.Date, pl.Datetime)
    if zoned or missing or "128" in str(dtype):
        # As Python's own values, which take much time and space: not if they can't be classes.
        return _objects(series.to_list()) if series.n_unique() <= MAX_CLASSES else None
    values: Array = series.to_numpy()
    return values


def _moment(item: Any) -> Any:
    """A date or time for NumPy, which has no time zones: converted to UTC."""
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


def as_table(
    frame: Any, drop: Collection[str] = (), needed: Collection[str] | None = None
) -> Table:
    """Convert Rows, a data frame or a mapping of column names to values to a table in memory.

    Parameters
    ----------
    frame : Rows, data frame or mapping
    drop : collection of str
        Columns to drop; they may hold values of any type.
    needed : collection of str, optional
        Required columns; others are dropped if they hold unsupported values. All are required by
        default.

    Raises
    ------
    TypeError, ValueError
        If `frame` has another type, a column is missing, or a required one has unsupported values.

    Examples
    --------
    >>> as_table({"a": [1, 2], "b": ["x", None]}).columns["a"].tolist()
    [1.0, 2.0]
    >>> table = as_table({"a": [1, None], "b": [True, None]})
    >>> table.columns["a"].tolist(), table.columns["b"].tolist()
    ([1.0, nan], ['true', None])
    """
    if isinstance(frame, Rows):
        return (frame.without(*drop) if drop else frame).in_memory()
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
    require_names(drop, tuple(named))
    columns, given = {}, {}
    unusable: list[TypeError | ValueError] = []
    for name, values in named.items():
        if name in drop:
            continue
        try:
            columns[name], as_given = _column_and_given(name, values)
            if as_given is not None:
                given[name] = as_given
        except (TypeError, ValueError) as error:
            if needed is None or name in needed:
                unusable.append(error)
    if len(unusable) > 1:
        raise ValueError("; ".join(map(str, unusable)))
    if unusable:
        raise unusable[0]
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns have different lengths: {lengths}")
    return Table(columns, given)


def read_as_text(table: Table, known: Mapping[str, ColumnFormat]) -> Table:
    """Return a table whose columns of text are the numbers or dates that they say.

    Text that is all plain numbers stays text: who made it could have made numbers.

    Parameters
    ----------
    table : Table
    known : mapping of column name to format
        How a model knows columns to be written; recognised for the others.

    Examples
    --------
    >>> table = as_table({"size": ["33.8", "n.d.", "41"], "code": ["1", "2", "3"]})
    >>> read = read_as_text(table, {})
    >>> read.columns["size"].tolist(), read.columns["code"].tolist()
    ([33.8, nan, 41.0], ['1', '2', '3'])
    >>> read.warnings
    ("size: 'n.d.' (row 2) is no number, taken as missing",)
    """
    columns, given, formats = dict(table.columns), dict(table.given), dict(table.formats)
    warnings = list(table.warnings)
    for name in filter(table.is_text, table.names):
        if name in table.given or not table.columns[name].any():
            continue
        one = known.get(name) or _format_of(table.columns[name])
        if not isinstance(one, NumberText | DateText):
            continue
        columns[name], strays = read_texts(name, table.columns[name], one)
        given[name], formats[name] = table.columns[name], one
        if strays is not None:
            rows = strays.rows[: len(strays.texts)] + 1
            warnings.append(strays.sentence(rows.tolist(), "row"))
    texts = {
        name: table.columns[name] for name in columns if columns[name] is not table.columns[name]
    }
    given = {**table.given, **texts}
    return replace(table, columns=columns, given=given, formats=formats, warnings=tuple(warnings))


def _format_of(texts: Array) -> ColumnFormat:
    cells, _ = ColumnCells.of(texts)
    return column_format(cells, ".") if cells.others else PlainText()
