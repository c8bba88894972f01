"""The type of an array."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

__all__ = ["Array"]

#: An array of any type of number, or of text.
Array: TypeAlias = NDArray[Any]
