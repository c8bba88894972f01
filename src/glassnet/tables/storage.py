"""Storage for examples that are encoded chunk by chunk: in memory or in a temporary file."""

import math
import mmap
import shutil
import tempfile
import weakref
from typing import Any

import numpy as np

from glassnet.arrays.numbers import require_finite
from glassnet.core.array import Array

__all__ = ["Storage", "require_space"]


class Storage:
    """An array of examples that is filled from the first row to the last.

    Parameters
    ----------
    shape : tuple of int
        (rows, values per row).
    dtype : numpy.dtype
    in_file : bool
        Whether the rows are kept in a temporary file, which is deleted with the array. The array
        then occupies memory only where it has been read, until
        :func:`glassnet.core.memory.release` frees it.

    Examples
    --------
    >>> storage = Storage((2, 3), np.dtype(np.float32), in_file=True)
    >>> storage.append(np.array([[1, 2, 3]]))
    >>> storage.append(np.array([[4, 5, 6]]))
    >>> storage.array().tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    """

    def __init__(self, shape: tuple[int, int], dtype: np.dtype[Any], *, in_file: bool) -> None:
        self._shape, self._dtype, self._filled = shape, dtype, 0
        self._file = tempfile.TemporaryFile(prefix="glassnet-") if in_file else None  # noqa: SIM115
        self._memory = np.empty((0, shape[1]) if in_file else shape, dtype)
        if self._file is not None:
            weakref.finalize(self, self._file.close)  # a memory map keeps the file data alive

    def append(self, rows: Array) -> None:
        """Append rows.

        Raises
        ------
        ValueError
            If a number overflows the dtype.
        """
        with np.errstate(over="ignore"):
            values = rows.astype(self._dtype, copy=False)
        require_finite(values, "an example")
        if self._file is None:
            self._memory[self._filled : self._filled + len(rows)] = values
        else:
            self._file.write(np.ascontiguousarray(values).data)
        self._filled += len(rows)

    def array(self) -> Array:
        """Return all rows.

        Raises
        ------
        ValueError
            If rows are missing.
        """
        if self._filled != self._shape[0]:
            raise ValueError(f"only {self._filled} of {self._shape[0]} rows have been appended")
        if self._file is None or not math.prod(self._shape):
            return self._memory
        self._file.flush()
        mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, self._dtype).reshape(self._shape)


def require_space(needed: int) -> None:
    """Raise an error if the temporary folder has too little free space.

    Raises
    ------
    OSError
        If fewer than `needed` bytes are free.
    """
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(
            f"this takes {needed / 1e6:,.1f} MB in the temporary folder {folder}, which has only "
            f"{free / 1e6:,.1f} MB free; set the environment variable TMPDIR to a larger folder"
        )
