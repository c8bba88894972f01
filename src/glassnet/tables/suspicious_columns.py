"""Warnings before training: rare classes, ID columns and target leakage."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.tables.columns import is_missing
from glassnet.tables.table import Table

__all__ = ["look_alikes", "rare_classes", "suspicious_columns"]

# Fewer rows are too few to judge.
MIN_ROWS = 50
# Classes with a smaller share of the rows are called rare.
RARE = 0.05
# A column with a higher correlation leaks the target.
STRAIGHT = 0.999
# A column that leaves a smaller share of the errors of the commonest class leaks the target.
LEFT = 0.02
# Whole numbers with so many chances of two equal ones, and none, are different on purpose.
CHANCES = 10
# A larger share of different texts is hardly learned from.
MANY_TEXTS = 0.5
MAX_NAMED = 5
#: Words in the names of ID columns.
ID_WORDS = {"id", "ids", "uuid", "guid", "key", "index", "rownames", "rowid", "unnamed"}


def rare_classes(names: Sequence[str], shares: Sequence[float], rows: int) -> list[str]:
    """Return a warning about rare classes, if there are some.

    Examples
    --------
    >>> rare_classes(["a", "b"], [0.02, 0.98], 100)[0].split(":")[0]
    "the class 'a' is rare, 2 of 100 rows"
    >>> rare_classes(["a", "b", "c"], [0.02, 0.03, 0.95], 100)[0].split(":")[0]
    "2 classes are rare, 'a' (2), 'b' (3) of 100 rows"
    """
    rare = [
        (name, round(share * rows))
        for name, share in zip(names, shares, strict=True)
        if share < RARE
    ]
    if not rare:
        return []
    if len(rare) == 1:
        ((name, count),) = rare
        which, them = f"the class {name!r} is rare, {count:,}", "it"
    else:
        named = ", ".join(f"{name!r} ({count:,})" for name, count in rare[:MAX_NAMED])
        more = f" and {len(rare) - MAX_NAMED:,} more" if len(rare) > MAX_NAMED else ""
        which, them = f"{len(rare):,} classes are rare, {named}{more}", "them"
    return [f"{which} of {rows:,} rows: accuracy alone says little about {them}"]


def look_alikes(name: str, texts: Sequence[str]) -> list[str]:
    """Return a warning about texts that differ by blanks or case only, if there are some.

    Examples
    --------
    >>> look_alikes("kind", ["Plum", "plum", "cherry"])
    ["kind: 'Plum' and 'plum' differ by blanks or case only; they are taken as different"]
    """
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(" ".join(text.casefold().split()), []).append(text)
    groups = [" and ".join(map(repr, group)) for group in alike.values() if len(group) > 1]
    if not groups:
        return []
    named = "; ".join(groups[:MAX_NAMED])
    return [f"{name}: {named} differ by blanks or case only; they are taken as different"]


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
        Of the table that the rows are from; those of `table` if not given.

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
        known = column[~is_missing(column)]
        if len(known) >= MIN_ROWS and _is_id_column(name, known, rows or len(column)):
            found.append(
                f"{name}: every row has a different value, so it looks like an ID column, which "
                "says nothing about new rows; drop the column"
            )
        elif many := _many_texts(name, known):
            found.append(many)
        elif _leaks_target(column, target, classes=classes):
            found.append(
                f"{name}: this column alone determines the target, or nearly so, which may be "
                "target leakage; drop it if it is not known before the target is"
            )
    return found


def _is_id_column(name: str, column: Array, rows: int) -> bool:
    """Distinct texts; or distinct whole numbers that run, or were made to differ."""
    if column.dtype.kind == "M":
        return False
    if column.dtype == object:
        return len(set(column.tolist())) == len(column)
    different = np.unique(column)
    if len(different) < len(column) or (different != np.round(different)).any():
        return False
    spread = different[-1] - different[0]
    runs = spread < rows
    # So many pairs would be equal if the numbers were drawn from their range.
    equal_by_chance = len(column) ** 2 / (2 * (spread + 1))
    words = set(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower().split())
    return bool(runs or equal_by_chance > CHANCES or words & ID_WORDS)


def _many_texts(name: str, column: Array) -> str | None:
    """A sentence on a column of text most of whose values occur hardly more than once."""
    if column.dtype != object or len(column) < MIN_ROWS:
        return None
    different = set(column.tolist())
    if len(different) <= MANY_TEXTS * len(column):
        return None
    return (
        f"{name}: {len(different):,} different texts in {len(column):,} rows, like "
        f"{min(different)!r}, are hardly learned from, each being a category; write them as "
        "numbers or dates if they are some, or drop the column"
    )


def _leaks_target(column: Array, target: Array, *, classes: bool) -> bool:
    known = ~is_missing(column)
    if known.sum() < MIN_ROWS or column.dtype.kind == "M":
        return False
    values, reached = column[known], target[known]
    if classes:
        return _tells_classes(values.tolist(), reached.tolist())
    if values.dtype == object or values.std() == 0 or reached.std() == 0:
        return False
    return bool(abs(np.corrcoef(values, reached)[0, 1]) > STRAIGHT)


def _tells_classes(values: list[Any], classes: list[Any]) -> bool:
    """Whether the commonest class of each value is nearly always right."""
    of_values: dict[Any, Counter[Any]] = {}
    for value, label in zip(values, classes, strict=True):
        of_values.setdefault(value, Counter())[label] += 1
    # With few rows per value, they may agree by chance.
    if not 1 < len(of_values) <= len(values) / 10:
        return False
    wrong = len(values) - sum(max(labels.values()) for labels in of_values.values())
    wrong_anyway = len(values) - max(Counter(classes).values())
    return wrong_anyway > 0 and wrong <= LEFT * wrong_anyway
