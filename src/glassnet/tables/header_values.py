"""Validation of values read from the header of a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassnet.errors import FileFormatError

__all__ = ["above_zero", "as_file_format_error", "finite", "text", "texts"]


@contextmanager
def as_file_format_error(what: str) -> Iterator[None]:
    """Turn errors caused by an invalid record into a FileFormatError.

    Raises
    ------
    FileFormatError
        In place of KeyError, TypeError, ValueError or OverflowError.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError):
        raise FileFormatError(
            f"the file contains {what} that this version does not support"
        ) from None


def finite(value: Any) -> float:
    """Return a finite number; TypeError, ValueError or OverflowError otherwise."""
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
    """Return a list of distinct strings as a tuple; TypeError or ValueError otherwise."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(values)
    if len(set(values)) < len(values):
        raise ValueError(values)
    return tuple(values)


def text(value: Any) -> str:
    """Return a string; TypeError otherwise."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value
