"""A copy of the weights before training, to restore if training fails."""

from types import TracebackType
from typing import IO, Self

import numpy as np

from glassnet.core.array import Array

__all__ = ["Rollback"]

# Larger copies are kept on disk: in memory they would take as much space as the network.
MAX_BYTES_IN_MEMORY = 2**26


class Rollback:
    """Keeps a copy of an array; inside the ``with`` block, :meth:`restore` restores it.

    Examples
    --------
    >>> weights = np.array([1.0, 2.0])
    >>> with Rollback(weights) as before:
    ...     weights[0] = np.nan
    ...     before.restore()
    >>> weights.tolist()
    [1.0, 2.0]
    """

    def __init__(self, array: Array) -> None:
        self._array = array
        self._copy: Array | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self._array.nbytes > MAX_BYTES_IN_MEMORY:
            import tempfile

            try:
                self._file = tempfile.TemporaryFile()
                self._array.tofile(self._file)
            except OSError:  # a full disk: use memory instead
                self._close()
        if self._file is None:
            self._copy = self._array.copy()
        return self

    def restore(self) -> None:
        """Set the array back to its copy."""
        if self._file is None:
            self._array[...] = self._copy
            return
        self._file.seek(0)
        self._file.readinto(self._array.reshape(-1).view(np.uint8).data)  # type: ignore[attr-defined]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
