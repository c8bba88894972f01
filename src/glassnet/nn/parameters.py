"""The weights and biases of a network, as lists of views into one buffer."""

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.array import Array

__all__ = ["ParameterViews"]


class ParameterViews(Sequence["Array | None"]):
    """The weights or the biases of layers 1 ... L; reading gives views, assignment copies values.

    Parameters
    ----------
    what : str
        ``"weights"`` or ``"biases"``, for messages.
    views : sequence of array or None
        None for a layer without biases.

    Examples
    --------
    >>> buffer = np.zeros(4)
    >>> weights = ParameterViews("weights", [buffer.reshape(2, 2)])
    >>> weights[0] = [[1, 2], [3, 4]]
    >>> buffer.tolist()
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, what: str, views: Sequence[Array | None]) -> None:
        self._what = what
        self._views = list(views)

    @overload
    def __getitem__(self, layer: int) -> Array | None: ...
    @overload
    def __getitem__(self, layer: slice) -> list[Array | None]: ...
    def __getitem__(self, layer: int | slice) -> Array | list[Array | None] | None:
        return self._views[layer]

    def __setitem__(self, layer: int, values: ArrayLike | None) -> None:
        if isinstance(layer, slice):
            raise TypeError(f"set the {self._what} of one layer at a time, or of all")
        checked = self._checked(layer, values)
        view = self._views[layer]
        if view is not None and checked is not None:
            view[...] = checked

    def set_all(self, values: Iterable[ArrayLike | None]) -> None:
        """Set every layer; change nothing if one of the arrays does not fit."""
        given = list(values)
        if len(given) != len(self):
            raise ValueError(f"expected {self._what} of {len(self)} layers, not {len(given)}")
        checked = [self._checked(layer, value) for layer, value in enumerate(given)]
        for view, value in zip(self._views, checked, strict=True):
            if view is not None and value is not None:
                view[...] = value

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return repr(self._views)

    def _checked(self, layer: int, values: ArrayLike | None) -> Array | None:
        view = self._views[layer]
        number = range(len(self))[layer] + 1
        if view is None or values is None:
            if view is None and values is None:
                return None
            here = "has no biases" if view is None else f"needs {self._what}, not None"
            raise ValueError(f"layer {number} {here}")
        try:
            array = np.asarray(values, dtype=view.dtype)
        except (TypeError, ValueError):
            raise TypeError(f"the {self._what} of layer {number} must be numbers") from None
        if array.shape != view.shape:
            raise ValueError(
                f"the {self._what} of layer {number} have shape {view.shape}, not {array.shape}"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"the {self._what} of layer {number} must be finite numbers")
        return array
