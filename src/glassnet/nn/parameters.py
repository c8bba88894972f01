"""The weights and biases of a network, as lists of views into one buffer."""

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from glassnet.core.array import Array

__all__ = ["ParameterViews"]

#: Many books and PyTorch write W[to, from].
TRANSPOSED = (
    ": W has shape (from, to), a row for each unit before and a column for each unit of the layer; "
    "the matrix given is its transpose: give np.transpose of it"
)


class ParameterViews(list["Array | None"]):
    """The weights or the biases of layers 1 ... L; reading gives views, assignment copies values.

    A list of a fixed length: what it gives beside views (a slice, a copy, a sum) is a plain list.

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
        super().__init__(views)
        self._what = what

    def __setitem__(self, layer: Any, values: Any) -> None:
        """Set the values of one layer, or of several by a slice."""
        layers = range(len(self))[layer]
        given = list(values) if isinstance(layers, range) else [values]
        self._set([layers] if isinstance(layers, int) else list(layers), given)

    def set_all(self, values: Iterable[ArrayLike | None]) -> None:
        """Set every layer; change nothing if one of the arrays does not fit."""
        self._set(list(range(len(self))), list(values))

    def __reduce__(self) -> Any:
        """A copy, in this process or another, is a plain list: the network is not copied along."""
        return list, (list(self),)

    def _refuse(self, *_: Any) -> NoReturn:
        raise TypeError(
            f"the network keeps its {len(self)} layers; set the {self._what} of one by its number, "
            "or change a copy: .copy()"
        )

    append = extend = insert = pop = remove = clear = sort = reverse = _refuse  # type: ignore[assignment]
    __iadd__ = __imul__ = __delitem__ = _refuse

    def _set(self, layers: list[int], values: list[ArrayLike | None]) -> None:
        if len(values) != len(layers):
            raise ValueError(f"expected {self._what} of {len(layers)} layers, not {len(values)}")
        checked = [self._checked(*both) for both in zip(layers, values, strict=True)]
        for layer, value in zip(layers, checked, strict=True):
            view = self[layer]
            if view is not None and value is not None:
                view[...] = value

    def _checked(self, layer: int, values: ArrayLike | None) -> Array | None:
        view, number = self[layer], layer + 1
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
                + (TRANSPOSED if array.ndim == 2 and array.T.shape == view.shape else "")
            )
        if not np.isfinite(array).all():
            raise ValueError(f"the {self._what} of layer {number} must be finite numbers")
        return array
