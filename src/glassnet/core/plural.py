"""Counts with a noun in the singular or plural."""

from collections.abc import Sequence

__all__ = ["counted", "named_in_short"]


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
