"""What looks wrong about a table before anything is learned from it, in plain words."""

from collections.abc import Iterator

import numpy as np

from glassnet.data.arrays import Array
from glassnet.data.columns import is_missing
from glassnet.data.table import Table

__all__ = ["concerns"]

# Fewer rows prove nothing.
LEAST_ROWS = 50
# Of a class rarer than this most models learn little.
RARE = 0.05
# Columns as straight as this tell the target itself.
STRAIGHT = 0.9999


def concerns(table: Table, target: Array, *, classes: bool, rows: int | None = None) -> list[str]:
    """Return sentences on identifiers, columns that give the target away, and rare classes.

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
    >>> concerns(table, np.arange(60.0) % 11, classes=False)[0].split(":")[0]
    'id'
    """
    found = [*_rare_classes(target)] if classes else []
    if len(table) < LEAST_ROWS:
        return found
    for name, column in table.columns.items():
        if table.is_images(name):
            continue
        if _is_identifier(column, rows or len(column)):
            found.append(
                f"{name}: every row has its own value, like an identifier, which tells nothing "
                "about new rows; leave the column out"
            )
        elif _gives_away(column, target, classes=classes):
            found.append(
                f"{name}: the target follows from this column alone; if it is not known before the "
                "target is, leave it out"
            )
    return found


def _rare_classes(target: Array) -> Iterator[str]:
    names, counts = np.unique(target, return_counts=True)
    for name, count in zip(names.tolist(), counts.tolist(), strict=True):
        if count < RARE * len(target):
            yield (
                f"the class {name!r} is rare, {count:,} of {len(target):,} rows: accuracy hides "
                "mistakes on it, balanced accuracy shows them"
            )


def _is_identifier(column: Array, rows: int) -> bool:
    """Texts that are all different, or such whole numbers, hardly more than rows apart."""
    if is_missing(column).any() or column.dtype.kind == "M":
        return False
    if column.dtype == object:
        return len(set(column.tolist())) == len(column)
    different = np.unique(column)
    if len(different) < len(column) or (different != np.round(different)).any():
        return False
    return bool(different[-1] - different[0] < rows)


def _gives_away(column: Array, target: Array, *, classes: bool) -> bool:
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
