"""Numbers of things in words."""

__all__ = ["counted"]


def counted(number: int, what: str, several: str | None = None) -> str:
    """Return a number of things in words that fit it; the plural is that with an s, if not given.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
