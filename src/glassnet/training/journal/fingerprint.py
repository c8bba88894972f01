"""The data of a run, recognised by their content: what changed is named."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np

from glassnet.arrays.sparse import SparseRows
from glassnet.core.array import Array
from glassnet.core.memory import release
from glassnet.core.plural import numbered
from glassnet.training.journal.records import DataPart

__all__ = ["MAX_NAMED", "Data", "changes", "fingerprint"]

#: The arrays of a training by their names.
Data: TypeAlias = Mapping[str, Array | SparseRows]

# Of more numbers, the columns are not told apart: that takes longer than the rest.
MAX_COLUMNS, MAX_NUMBERS = 2000, 2**22
BLOCKS, MIN_ROWS = 64, 256
# So many columns that changed are named.
MAX_NAMED = 4


def fingerprint(data: Data) -> list[DataPart]:
    """Return shape, type and hashes of each array.

    Examples
    --------
    >>> part, = fingerprint({"X": np.zeros((3, 2))})
    >>> part.shape, part.dtype, len(part.blocks), len(part.columns)
    ([3, 2], 'float64', 1, 2)
    """
    return [
        part
        for name, array in data.items()
        for part in (
            _of_sparse(name, array) if isinstance(array, SparseRows) else [_of(name, array)]
        )
    ]


def _of_sparse(name: str, rows: SparseRows) -> Iterator[DataPart]:
    for own in ("starts", "columns", "values"):
        yield _of(f"{name} ({own})", getattr(rows, own))


def _of(name: str, array: Array) -> DataPart:
    from xxhash import xxh3_128_hexdigest

    rows = max(-(-len(array) // BLOCKS), MIN_ROWS)
    blocks = []
    for start in range(0, len(array), rows):
        blocks.append(xxh3_128_hexdigest(_bytes(array[start : start + rows])))
        release(array)
    few = array.ndim == 2 and array.shape[1] <= MAX_COLUMNS and array.size <= MAX_NUMBERS
    columns = [xxh3_128_hexdigest(_bytes(own)) for own in array.T] if few else None
    return DataPart(name, list(array.shape), array.dtype.name, blocks, rows, columns)


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def changes(
    before: list[DataPart], now: list[DataPart], column_names: list[str] | None = None
) -> list[str]:
    """Return what of the data is not what it was, one sentence for each array.

    Parameters
    ----------
    before, now : list of DataPart
    column_names : list of str, optional
        Of the inputs.

    Examples
    --------
    >>> x = np.zeros((3, 2))
    >>> y = x + [0, 1]
    >>> changes(fingerprint({"X": x}), fingerprint({"X": y}), ["size", "price"])
    ["of X the column 'price' changed"]
    """
    others = {part.name: part for part in now}
    words = [f"there is no {part.name}" for part in before if part.name not in others]
    known = {part.name for part in before}
    words += [f"{part.name} is new" for part in now if part.name not in known]
    for part in before:
        if part.name in others and others[part.name] != part:
            words.append(_change(part, others[part.name], column_names))
    return words


def _change(before: DataPart, now: DataPart, column_names: list[str] | None) -> str:
    name = before.name
    if before.shape != now.shape:
        return _other_shape(name, before.shape, now.shape)
    if before.dtype != now.dtype:
        return f"{name} was {before.dtype} and is {now.dtype}"
    if before.columns and now.columns and not name.endswith("y"):
        pairs = enumerate(zip(before.columns, now.columns, strict=False))
        places = [place for place, (one, other) in pairs if one != other]
        if column_names is not None and len(column_names) == len(before.columns):
            named = [repr(column_names[place]) for place in places]
        else:
            named = list(map(numbered, places))
        if 0 < len(places) <= MAX_NAMED:
            return f"of {name} the column{'s' * (len(places) > 1)} {', '.join(named)} changed"
        if places:
            few, more = ", ".join(named[:MAX_NAMED]), len(places) - MAX_NAMED
            return f"of {name} the columns {few} and {more:,} more changed"
    pairs_of_blocks = enumerate(zip(before.blocks, now.blocks, strict=False))
    first = next((k for k, (one, other) in pairs_of_blocks if one != other), None)
    if first is None or before.rows != now.rows:  # a part that we would not have written
        return f"{name} changed"
    last = min((first + 1) * before.rows, before.shape[0]) - 1
    return f"{name} changed, first in rows {first * before.rows + 1:,} to {last + 1:,}"


def _other_shape(name: str, before: list[int], now: list[int]) -> str:
    """What became more or fewer; the shapes where that is not all."""
    if before and now and before[1:] == now[1:]:
        word = "fewer" if now[0] < before[0] else "more"
        return f"{name} has {word} rows: {now[0]:,} instead of {before[0]:,}"
    if len(before) == len(now) == 2 and before[0] == now[0]:
        word = "fewer" if now[1] < before[1] else "more"
        return f"{name} has {word} columns: {now[1]:,} instead of {before[1]:,}"
    return f"{name} has the shape {_shape(now)} instead of {_shape(before)}"


def _shape(shape: list[int]) -> str:
    return f"({', '.join(map(str, shape))})"
