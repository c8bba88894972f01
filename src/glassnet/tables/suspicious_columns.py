"""Warnings before training: rare classes, ID columns and target leakage."""

from collections.abc import Sequence

import numpy as np

from glassnet.core.array import Array
from glassnet.tables.columns import is_missing
from glassnet.tables.table import Table

__all__ = ["rare_classes", "suspicious_columns"]

# Fewer rows are too few to judge.
MIN_ROWS = 50
# Classes with a smaller share of the rows are called rare.
RARE = 0.05
# A column with a higher correlation leaks the target.
STRAIGHT = 0.9999


def rare_classes(names: Sequence[str], shares: Sequence[float], rows: int) -> list[str]:
    """Return warnings about rare classes.

    Examples
    --------
    >>> rare_classes(["a", "b"], [0.02, 0.98], 100)[0].split(":")[0]
    "the class 'a' is rare, 2 of 100 rows"
    """
    return [
        f"the class {name!r} is rare, {round(share * rows):,} of {rows:,} rows: accuracy alone "
        "says little about it"
        for name, share in zip(names, shares, strict=True)
        if share < RARE
    ]


def suspicious_columns(
    table: Table, target: Array, *, classes: bool, rows: int | None = None
) -> list[str]:
    """Return warnings about ID columns and columns that leak the target.

    Parameters
    ----------
    table : Table
        The columns used as inputs.
    target : array of shape (rows,)
        Class names, or numbers.
    classes : bool
        Whether the target is a class, not a number.
    rows : int, optional
        Total number of rows, if the table is a sample.

    Examples
    --------
    >>> table = Table({"id": np.arange(60.0), "size": np.arange(60.0) % 7 / 3})
    >>> suspicious_columns(table, np.arange(60.0) % 11, classes=False)[0].split(":")[0]
    'id'
    """
    found: list[str] = []
    if len(table) < MIN_ROWS:
        return found
    for name, column in table.columns.items():
        if table.is_images(name):
            continue
        if _is_id_column(column, rows or len(column)):
            found.append(
                f"{name}: every row has a different value, so it looks like an ID column, which "
                "says nothing about new rows; drop the column"
            )
        elif _leaks_target(column, target, classes=classes):
            found.append(
                f"{name}: this column alone determines the target, which may be target leakage; "
                "drop it if it is not known before the target is"
            )
    return found


def _is_id_column(column: Array, rows: int) -> bool:
    """Distinct texts, or distinct whole numbers in a range no larger than the row count."""
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
    if known.sum() < MIN_ROWS or column.dtype.kind == "M":
        return False
    values, reached = column[known], target[known]
    if classes:
        pairs = set(zip(values.tolist(), reached.tolist(), strict=True))
        different = {value for value, _ in pairs}
        # With few rows per value, they may agree by chance.
        return 1 < len(different) == len(pairs) <= len(values) / 10
    if values.dtype == object or values.std() == 0 or reached.std() == 0:
        return False
    return bool(abs(np.corrcoef(values, reached)[0, 1]) > STRAIGHT)
