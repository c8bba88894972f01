"""What looks wrong about a table before anything is learned from it, in plain words."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.tables.columns import is_missing
from glassnet.tables.table import Table

__all__ = ["rare_classes", "suspicious_columns"]

# Fewer rows prove nothing.
LEAST_ROWS = 50
# Of a class rarer than this most models learn little.
RARE = 0.05
# Columns as straight as this tell the target itself.
STRAIGHT = 0.9999


def rare_classes(names: Sequence[str], shares: Sequence[float], rows: int) -> list[str]:
    """Return sentences on the classes that few rows are of.

    Examples
    --------
    >>> rare_classes(["a", "b"], [0.02, 0.98], 100)[0].split(":")[0]
    "the class 'a' is rare, 2 of 100 rows"
    """
    return [
        f"the class {name!r} is rare, {round(share * rows):,} of {rows:,} rows: accuracy alone "
        "hides mistakes on it"
        for name, share in zip(names, shares, strict=True)
        if share < RARE
    ]


def suspicious_columns(
    table: Table, target: Array, *, classes: bool, rows: int | None = None
) -> list[str]:
    """Return sentences on identifiers, and columns that give the target away.

    Parameters
    ----------
    table : Table
        The columns to learn from.
    target : array of shape (rows,)
        Class names, or numbers.
    classes : bool
        Which of the two.
    rows : int, optional
        How many there are, where these are a sample.

    Examples
    --------
    >>> table = Table({"id": np.arange(60.0), "size": np.arange(60.0) % 7 / 3})
    >>> suspicious_columns(table, np.arange(60.0) % 11, classes=False)[0].split(":")[0]
    'id'
    """
    found: list[str] = []
    if len(table) < LEAST_ROWS:
        return found
    for name, column in table.columns.items():
        if table.is_images(name):
            continue
        if _is_id_column(column, rows or len(column)):
            found.append(
                f"{name}: every row has its own value, like an identifier, which tells nothing "
                "about new rows; leave the column out"
            )
        elif _leaks_target(column, target, classes=classes):
            found.append(
                f"{name}: the target follows from this column alone; if it is not known before the "
                "target is, leave it out"
            )
    return found


def _is_id_column(column: Array, rows: int) -> bool:
    """Texts that are all different, or such whole numbers, hardly more than rows apart."""
    if is_missing(column).any() or column.dtype.kind == "M":
        return False
    if column.dtype == object:
        return len(set(column.tolist())) == len(column)
    different = np.unique(column)
    if len(different) < len(column) or (different != np.round(different)).any():
        return False
    return bool(different[-1] - different[0] < rows)


def _leaks_target(column: Array, target: Array, *, classes: bool) -> bool:
    known = ~is_missing(column)
    if known.sum() < LEAST_ROWS or column.dtype.kind == "M":
        return False
    values, reached = column[known], target[known]
    if classes:
        pairs = set(zip(values.tolist(), reached.tolist(), strict=True))
        different = {value for value, _ in pairs}
        # With few rows to each value, it is no wonder that they agree.
        return 1 < len(different) == len(pairs) <= len(values) / 10
    if values.dtype == object or values.std() == 0 or reached.std() == 0:
        return False
    return bool(abs(np.corrcoef(values, reached)[0, 1]) > STRAIGHT)
