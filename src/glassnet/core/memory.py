"""Arrays that are aligned with cache lines, and arrays that are mapped from files."""

import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["aligned_zeros", "is_mapped", "release"]

#: Processors fetch lines of 64 bytes in pairs.
CACHE_LINE_BYTES = 128


def release(array: object) -> None:
    """Release the memory of an array that is mapped from a file; do nothing for other arrays.

    The numbers are read from the file again when they are needed.

    Examples
    --------
    >>> array = np.frombuffer(mmap.mmap(-1, 4096), np.uint8)
    >>> release(array), release(np.zeros(3))
    (None, None)
    """
    mapping = _mapping(array)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)


def is_mapped(array: object) -> bool:
    """Return whether an array is mapped from a file."""
    return _mapping(array) is not None


def _mapping(array: object) -> mmap.mmap | None:
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return base if isinstance(base, mmap.mmap) else None


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> NDArray[Any]:
    """Return zeros; each row (along the last axis) starts on a cache line.

    NumPy's large arrays start 16 bytes after one. SIMD vectors of the kernels would then straddle
    two lines, and threads that share a matrix by columns would write to each other's lines.

    Parameters
    ----------
    shape : tuple of int
    dtype : numpy.dtype

    Raises
    ------
    MemoryError
        If there is not enough memory.

    Examples
    --------
    >>> zeros = aligned_zeros((2, 5), np.dtype(np.float32))
    >>> zeros.shape, zeros.strides[0] % 128, zeros.ctypes.data % 128
    ((2, 5), 0, 0)
    """
    *rows, length = shape
    in_line = CACHE_LINE_BYTES // dtype.itemsize
    apart = -(-length // in_line) * in_line
    buffer = np.zeros(math.prod(rows) * apart + in_line, dtype=dtype)
    first = -buffer.ctypes.data % CACHE_LINE_BYTES // dtype.itemsize
    lines = buffer[first : first + math.prod(rows) * apart]
    return lines.reshape(*rows, apart)[..., :length]
