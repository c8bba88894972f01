"""Inputs most of which are 0: only the others are stored, and only they are computed with."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array

__all__ = ["Inputs", "SparseRows", "dense", "is_sparse"]


@dataclass(frozen=True, eq=False)
class SparseRows:
    """The rows of a sparse matrix of SciPy.

    Parameters
    ----------
    matrix : sparse array or matrix of shape (examples, inputs)
        Of float32 or float64. Its numbers are shared where its rows are in order.

    Attributes
    ----------
    starts : array of int64, shape (examples + 1,)
        Where the numbers of each row start.
    columns : array of int32
        In which column each number is; in ascending order within a row, none twice.
    values : array
    """

    matrix: Any
    starts: NDArray[np.int64] = field(init=False)
    columns: NDArray[np.int32] = field(init=False)
    values: Array = field(init=False)

    def __post_init__(self) -> None:
        rows = self.matrix.tocsr()
        if not rows.has_canonical_format:
            rows = rows.copy()
            rows.sum_duplicates()
        object.__setattr__(self, "matrix", rows)
        object.__setattr__(self, "starts", rows.indptr.astype(np.int64, copy=False))
        object.__setattr__(self, "columns", rows.indices.astype(np.int32, copy=False))
        object.__setattr__(self, "values", np.ascontiguousarray(rows.data))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def shape(self) -> tuple[int, int]:
        """How many examples and inputs there are."""
        return len(self), int(self.matrix.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the numbers."""
        return self.values.dtype

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> "SparseRows":
        """Return some of the rows."""
        return SparseRows(self.matrix[rows])

    def __matmul__(self, weights: Array) -> Array:
        """Return the product with a dense matrix, as a dense one."""
        product: Array = self.matrix @ weights
        return product


#: Inputs of examples, as the engines take them.
Inputs: TypeAlias = Array | SparseRows


def is_sparse(x: object) -> bool:
    """Return whether it is a sparse array or matrix of SciPy.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> is_sparse(csr_array([[0.0, 1.0]])), is_sparse(np.zeros((1, 2)))
    (True, False)
    """
    return hasattr(x, "tocsr") and hasattr(x, "toarray")


def dense(x: Inputs) -> Array:
    """Return inputs as an array.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> dense(SparseRows(csr_array([[0.0, 1.0]])))
    array([[0., 1.]])
    """
    if not isinstance(x, SparseRows):
        return x
    array: Array = x.matrix.toarray()
    return array
