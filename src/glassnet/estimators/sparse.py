"""Conversion of sparse matrices to dense arrays, in memory or in a temporary file."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.tables.storage import Storage, require_space

__all__ = ["dense", "dense_parts"]

# At most this many numbers of a sparse matrix are converted at once.
DENSE_NUMBERS = 2**24
# Dense training data with more bytes than this is kept in a temporary file.
MAX_DENSE = 2**30


def dense(x: Any) -> Array:
    """A sparse matrix as a dense array; if it is large, in a temporary file."""
    if not hasattr(x, "toarray"):
        return np.ascontiguousarray(x)
    size = x.shape[0] * x.shape[1] * x.dtype.itemsize
    if size <= MAX_DENSE:
        return np.ascontiguousarray(x.toarray())
    require_space(size)
    storage = Storage(x.shape, x.dtype, in_file=True)
    for part in dense_parts(x):
        storage.append(part)
    return storage.array()


def dense_parts(x: Any) -> Iterator[Array]:
    """The rows of a sparse matrix as dense chunks."""
    rows = max(DENSE_NUMBERS // max(x.shape[1], 1), 1)
    compressed = x.tocsr()
    for start in range(0, x.shape[0], rows):
        yield np.ascontiguousarray(compressed[start : start + rows].toarray())
