"""Values in the records of a file, checked before they are believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassnet.errors import FileFormatError

__all__ = ["above_zero", "described", "finite", "text", "texts"]


@contextmanager
def described(what: str) -> Iterator[None]:
    """Within, whatever is wrong with a record says that it describes nothing that is known.

    Raises
    ------
    FileFormatError
        In the place of the errors that values of the wrong kind lead to.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FileFormatError(f"the file holds {what} that this version does not know") from None


def finite(value: Any) -> float:
    """Return a finite number; TypeError, ValueError or OverflowError if it is none."""
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(value)
    return number


def above_zero(value: Any) -> float:
    """Return a finite number above 0; TypeError, ValueError or OverflowError otherwise."""
    number = finite(value)
    if number <= 0:
        raise ValueError(value)
    return number


def texts(values: Any) -> tuple[str, ...]:
    """Return different texts from a list; TypeError or ValueError if it holds others."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(values)
    if len(set(values)) < len(values):
        raise ValueError(values)
    return tuple(values)


def text(value: Any) -> str:
    """Return a text; TypeError if it is none."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value
