"""The type of an array."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

__all__ = ["Array"]

#: Of numbers of any kind, or of text.
Array: TypeAlias = NDArray[Any]
