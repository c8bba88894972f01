"""Validation of arguments."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["float_dtype", "one_of", "real_number", "whole_number"]


def whole_number(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Return a whole number as an int.

    Parameters
    ----------
    name : str
        The name of the argument in messages.
    value : object
        The value given; NumPy integers are accepted, booleans are not.
    minimum, maximum : int
        The allowed range.

    Raises
    ------
    TypeError, ValueError
        If the value is not such a number.

    Examples
    --------
    >>> whole_number("epochs", 10, minimum=1)
    10
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    number: int = value.__index__()
    if number < minimum or (maximum is not None and number > maximum):
        expected = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise ValueError(f"{name} must be {expected}, not {number}")
    return number


def real_number(
    name: str,
    value: object,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    *,
    include_minimum: bool = True,
    include_maximum: bool = True,
) -> float:
    """Return a finite number as a float.

    Parameters
    ----------
    name : str
        The name of the argument in messages.
    value : object
        The value given.
    minimum, maximum : float
        The allowed range.
    include_minimum, include_maximum : bool
        Whether the bounds themselves are allowed.

    Raises
    ------
    TypeError, ValueError
        If the value is not such a number.

    Examples
    --------
    >>> real_number("momentum", 0.9, 0, 1, include_maximum=False)
    0.9
    """
    if isinstance(value, bool) or not (hasattr(value, "__float__") and hasattr(value, "__abs__")):
        raise TypeError(f"{name} must be a number, not {value!r}")
    number = float(value)
    above = number > minimum or (include_minimum and number == minimum)
    below = number < maximum or (include_maximum and number == maximum)
    if above and below and math.isfinite(number):
        return number
    expected = _range(minimum, maximum, include_minimum, include_maximum)
    raise ValueError(f"{name} must be {expected}, not {value!r}")


def one_of(name: str, value: object, known: Sequence[str]) -> str:
    """Return a value that must be one of the known texts.

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
    """Return float32 or float64 as a NumPy dtype.

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


def _range(minimum: float, maximum: float, include_minimum: bool, include_maximum: bool) -> str:
    """A range in words: "from 0 to below 1", "above 0 and finite"."""
    if maximum == math.inf:
        if minimum == -math.inf:
            return "finite"
        return f"{'at least' if include_minimum else 'above'} {minimum:g} and finite"
    start = f"from {minimum:g} to" if include_minimum else f"above {minimum:g} and"
    if include_minimum:
        return f"{start} {maximum:g}" if include_maximum else f"{start} below {maximum:g}"
    return f"{start} {'at most' if include_maximum else 'below'} {maximum:g}"
