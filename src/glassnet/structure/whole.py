"""Whole numbers that people give, checked."""

__all__ = ["whole_number"]


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number as an int.

    Parameters
    ----------
    name : str
        How messages call it.
    value : object
        What was given; NumPy's integers are welcome, booleans are not.
    least, most : int
        Between which it must be.

    Raises
    ------
    TypeError, ValueError
        If it is not such a number.

    Examples
    --------
    >>> whole_number("epochs", 10, least=1)
    10
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    number: int = value.__index__()
    if number < least or (most is not None and number > most):
        expected = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be {expected}, not {number}")
    return number
