"""Counts with a noun in the singular or plural, and places as people count them."""

from collections.abc import Sequence

__all__ = ["counted", "named_in_short", "numbered", "of_several"]


def counted(number: int, what: str, several: str | None = None) -> str:
    """Return a count with its noun; the plural ends in s if `several` is not given.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


def named_in_short(what: str, several: str, names: Sequence[str], most: int = 5) -> str:
    """Return a count with its noun, and the first names.

    Examples
    --------
    >>> named_in_short("class", "classes", ["a", "b"])
    '2 classes: a, b'
    """
    more = ", ..." if len(names) > most else ""
    return f"{counted(len(names), what, several)}: {', '.join(names[:most])}{more}"


def numbered(index: int) -> str:
    """Return a place as people count, and its index.

    Examples
    --------
    >>> f"step {numbered(12345)}"
    'step 12,346 (index 12345)'
    """
    return f"{index + 1:,} (index {index})"


def of_several(index: int, number: int, what: str) -> str:
    """Return which of several things is meant; nothing if there is only one.

    Examples
    --------
    >>> of_several(0, 1, "network"), of_several(0, 3, "network")
    ('', ' of the first of 3 networks')
    >>> of_several(1, 3, "network")
    ' of network 2 (index 1) of 3 networks'
    """
    if number == 1:
        return ""
    which = f"{what} {numbered(index)}" if index else "the first"
    return f" of {which} of {counted(number, what)}"
