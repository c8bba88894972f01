"""Numbers that people give, checked."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["float_dtype", "one_of", "real_number", "whole_number"]


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


def real_number(
    name: str,
    value: object,
    least: float = -math.inf,
    most: float = math.inf,
    *,
    least_too: bool = True,
    most_too: bool = True,
) -> float:
    """Return a finite number as a float.

    Parameters
    ----------
    name : str
        How messages call it.
    value : object
        What was given.
    least, most : float
        Between which it must be.
    least_too, most_too : bool
        Whether these themselves are allowed.

    Raises
    ------
    TypeError, ValueError
        If it is not such a number.

    Examples
    --------
    >>> real_number("momentum", 0.9, 0, 1, most_too=False)
    0.9
    """
    if isinstance(value, bool) or not (hasattr(value, "__float__") and hasattr(value, "__abs__")):
        raise TypeError(f"{name} must be a number, not {value!r}")
    number = float(value)
    above = number > least or (least_too and number == least)
    below = number < most or (most_too and number == most)
    if above and below and math.isfinite(number):
        return number
    raise ValueError(f"{name} must be {_range(least, most, least_too, most_too)}, not {value!r}")


def one_of(name: str, value: object, known: Sequence[str]) -> str:
    """Return one of some texts.

    Raises
    ------
    ValueError
        If it is none of them.

    Examples
    --------
    >>> one_of("solver", "adam", ("sgd", "adam"))
    'adam'
    """
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {value!r}")
    return value


def float_dtype(dtype: str | np.dtype[Any]) -> np.dtype[Any]:
    """Return float32 or float64 as NumPy knows it.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> float_dtype("float32")
    dtype('float32')
    """
    try:
        checked = np.dtype(dtype)
    except TypeError:
        checked = np.dtype(object)
    if checked.name not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float32' or 'float64', not {dtype!r}")
    return checked


def _range(least: float, most: float, least_too: bool, most_too: bool) -> str:
    """A range in words: "from 0 to below 1", "above 0 and finite"."""
    if most == math.inf:
        if least == -math.inf:
            return "finite"
        return f"{'at least' if least_too else 'above'} {least:g} and finite"
    start = f"from {least:g} to" if least_too else f"above {least:g} and"
    if least_too:
        return f"{start} {most:g}" if most_too else f"{start} below {most:g}"
    return f"{start} {'at most' if most_too else 'below'} {most:g}"
