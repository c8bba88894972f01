"""Inputs given as arrays: validated, and laid out as the engines need them."""

from typing import Any, TypeGuard, overload

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.numbers import numbers_of, require_finite
from glassnet.arrays.sparse import Inputs, SparseRows
from glassnet.core.array import Array

__all__ = ["checked_inputs", "feature_names_of", "require_finite_inputs"]


@overload
def checked_inputs(
    x: SparseRows, inputs: int, dtype: np.dtype[Any], name: str = "X", *, finite: bool = True
) -> SparseRows: ...
@overload
def checked_inputs(
    x: ArrayLike, inputs: int, dtype: np.dtype[Any], name: str = "X", *, finite: bool = True
) -> Array: ...
def checked_inputs(
    x: ArrayLike | SparseRows,
    inputs: int,
    dtype: np.dtype[Any],
    name: str = "X",
    *,
    finite: bool = True,
) -> Inputs:
    """Return inputs as a C-contiguous array of shape (examples, inputs), or as sparse rows.

    Parameters
    ----------
    x : array-like of shape (examples, ...), or SparseRows
        Inputs with more dimensions, such as images, are flattened.
    inputs : int
        The number of input units.
    dtype : numpy dtype
    name : str
        The name of the argument in messages.
    finite : bool
        Whether to check every number; if False, the caller checks if its result is not finite.

    Raises
    ------
    TypeError, ValueError
        If these are not finite numbers in that shape.

    Examples
    --------
    >>> checked_inputs([[[1, 2], [3, 4]]], 4, np.dtype("float32")).shape
    (1, 4)
    """
    if not finite and _fits(x, inputs, dtype):
        return x
    if isinstance(x, SparseRows):
        return _checked_sparse(x, inputs, dtype, name)
    array = numbers_of(x, dtype, name, finite=finite)
    if array.ndim < 2:
        raise ValueError(
            f"{name} has shape {array.shape}; expected (examples, {inputs}). "
            f"One example is a row: [[...]]"
        )
    flat = array.reshape(len(array), -1) if len(array) else array.reshape(0, inputs)
    if flat.shape[1] != inputs:
        raise ValueError(
            f"{name} has {flat.shape[1]} values for each example (shape {array.shape}); "
            f"the network has {inputs} inputs"
        )
    if len(flat) == 0:
        raise ValueError(f"{name} has no examples")
    return np.ascontiguousarray(flat)


def _checked_sparse(x: SparseRows, inputs: int, dtype: np.dtype[Any], name: str) -> SparseRows:
    if x.shape[1] != inputs:
        raise ValueError(
            f"{name} has {x.shape[1]} values for each example; the network has {inputs} inputs"
        )
    if len(x) == 0:
        raise ValueError(f"{name} has no examples")
    require_finite_inputs(x, name)
    return x if x.dtype == dtype else SparseRows(x.matrix.astype(dtype))


def require_finite_inputs(x: Inputs, name: str) -> None:
    """Refuse inputs that are infinite or not a number.

    Raises
    ------
    ValueError
        If there is one; the message says where.
    """
    if not isinstance(x, SparseRows):
        require_finite(x, name)
    elif len(wrong := np.flatnonzero(~np.isfinite(x.values))):
        row = int(np.searchsorted(x.starts, wrong[0], side="right")) - 1
        raise ValueError(
            f"{name}[{row}, {x.columns[wrong[0]]}] is {x.values[wrong[0]]}; expected finite "
            f"numbers ({len(wrong)} are not)"
        )


def _fits(x: object, inputs: int, dtype: np.dtype[Any]) -> TypeGuard[Array]:
    """Whether inputs already have the right layout, so that nothing has to be copied."""
    return (
        type(x) is np.ndarray
        and x.dtype == dtype
        and x.ndim == 2
        and x.shape[1] == inputs
        and x.flags.c_contiguous
        and len(x) > 0
    )


def feature_names_of(x: Any) -> list[str] | None:
    """Return the feature names of inputs: the columns of a data frame, the pixels of images.

    Examples
    --------
    >>> feature_names_of(np.zeros((10, 2, 2)))
    ['pixel 1,1', 'pixel 1,2', 'pixel 2,1', 'pixel 2,2']
    """
    if isinstance(x, SparseRows):  # its columns are where its numbers stand
        return None
    if hasattr(x, "columns"):
        return [str(name) for name in x.columns]
    shape = np.shape(x)[1:]
    if len(shape) < 2:
        return None
    return [f"pixel {','.join(str(i + 1) for i in place)}" for place in np.ndindex(shape)]
