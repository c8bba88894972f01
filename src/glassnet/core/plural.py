"""Counts with a noun in the singular or plural."""

__all__ = ["counted"]


def counted(number: int, what: str, several: str | None = None) -> str:
    """Return a count with its noun; the plural ends in s if `several` is not given.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
