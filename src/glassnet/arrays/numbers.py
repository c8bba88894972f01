"""Conversion of array-likes to arrays of finite numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.array import Array

__all__ = [
    "is_masked",
    "numbers_of",
    "reads_as_number",
    "rectangular",
    "require_finite",
    "require_unmasked",
]


def _is_numeric(array: Array) -> bool:
    return array.dtype.kind in "iufb"


def numbers_of(values: ArrayLike, dtype: np.dtype[Any], name: str, *, finite: bool = True) -> Array:
    """Return an array of finite numbers of the given precision.

    Parameters
    ----------
    values : array-like
        Numbers, also as text; nothing else is accepted.
    dtype : numpy dtype
    name : str
        The name of the argument in messages.
    finite : bool
        Whether to check every number even if the precision is right already.

    Raises
    ------
    TypeError, ValueError
        If the values are not such numbers.
    """
    array = rectangular(values, name)
    if not _is_numeric(array):
        array = _converted(array, name)
    if array.dtype == dtype and not finite:
        return array
    require_finite(array, name)
    with np.errstate(over="ignore"):
        numbers: Array = array.astype(dtype, copy=False)
    if not np.isfinite(numbers).all():
        where = tuple(np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(
            f"{name}{_place(where)} is {array[where]:g}, which is too large for {dtype.name}"
        )
    return numbers


def rectangular(values: ArrayLike, name: str) -> Array:
    """Return values as an array.

    Raises
    ------
    ValueError
        If its rows have different lengths, or some are masked, which means missing.
    """
    require_unmasked(values, name)
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"the rows of {name} have different lengths") from None


def is_masked(values: object) -> bool:
    """Return whether it is a masked array."""
    return _holds_mask(type(values))


def _holds_mask(kind: type) -> bool:
    """Whether values of a type are masked arrays; numpy.ma itself takes a while to import."""
    return any(each.__module__.startswith("numpy.ma") for each in kind.__mro__)


def require_unmasked(values: Any, name: str) -> None:
    """Refuse masked values, which NumPy's own functions read as what is below the mask.

    Raises
    ------
    ValueError
        If there is one; the message says where.
    """
    if isinstance(values, list | tuple):
        if not any(map(_holds_mask, set(map(type, values)))):
            return
        for number, one in enumerate(values):
            if is_masked(one):
                require_unmasked(one, f"{name}[{number}]")
    elif is_masked(values) and (mask := np.atleast_1d(values.mask)).any():
        where = tuple(np.argwhere(mask)[0]) if np.ndim(values) else ()
        raise ValueError(
            f"{name}{_place(where) if where else ''} is masked, which means missing; expected a "
            f"value ({int(mask.sum())} of {mask.size} are masked)"
        )


def _converted(array: Array, name: str) -> Array:
    """Convert numbers given as objects or as text; nothing else is accepted."""
    items: Sequence[object] = array.reshape(-1).tolist()
    wrong = next((item for item in items if not reads_as_number(item)), None)
    if wrong is not None or array.dtype.kind not in "OUS":
        shown = repr(wrong) if isinstance(wrong, str) else f"{array.dtype} values"
        raise TypeError(f"{name} must hold numbers, not {shown}")
    try:
        return array.astype(np.float64)
    except OverflowError:
        raise ValueError(f"{name} holds a number that is too large for float64") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, not {array.dtype} values") from None


def reads_as_number(item: object) -> bool:
    """Return whether a value is a number, or the text of one."""
    if isinstance(item, int | float):
        return True
    try:
        float(item)  # type: ignore[arg-type]  # raises if it is not a number
    except (TypeError, ValueError):
        return False
    return True


def _place(where: Sequence[int]) -> str:
    return f"[{', '.join(str(i) for i in where)}]"


def require_finite(array: Array, name: str) -> None:
    """Refuse numbers that are infinite or not a number.

    Raises
    ------
    ValueError
        If there is one; the message says where.
    """
    finite = np.isfinite(array)
    if finite.all():
        return
    where = tuple(np.argwhere(~finite)[0])
    raise ValueError(
        f"{name}{_place(where)} is {array[where]}; expected finite numbers "
        f"({int((~finite).sum())} of {array.size} are not)"
    )
