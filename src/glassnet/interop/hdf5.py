"""Arrays in an HDF5 file, as Keras writes it: those that lie in the file, and no larger ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.foreign import UnreadableError, require_in_proportion
from glassnet.errors import MissingPackageError
from glassnet.interop.sixteen_bits import widened

__all__ = ["StoredArrays", "import_h5py", "text_of"]


def import_h5py() -> Any:
    """Return the package h5py.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise MissingPackageError(
            "reading Keras files needs the package h5py; install it with: pip install h5py"
        ) from None
    return h5py


def text_of(attribute: Any) -> str:
    """Return a text that stands in a file, which versions of Keras wrote as bytes or as text."""
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)


@dataclass
class StoredArrays:
    """Reads arrays of one file.

    Attributes
    ----------
    path : Path
        The file, to whose size that of all arrays must be in proportion.
    size : int
        Bytes of the arrays so far.
    """

    path: Path
    size: int = 0

    def group(self, group: Any, place: str) -> Any:
        """Return what lies at a place inside the file.

        Raises
        ------
        UnreadableError
            If a link leads out of the file.
        """
        for part in place.split("/"):
            if not isinstance(group.get(part, getlink=True), import_h5py().HardLink):
                raise UnreadableError(f"the part {place!r} does not lie in this file")
            group = group[part]
        return group

    def array(self, group: Any, place: str) -> NDArray[Any]:
        """Return an array.

        Raises
        ------
        UnreadableError
            If it lies in another file, or nowhere.
        LimitError
            If the arrays so far are out of proportion to the file.
        """
        dataset = self.group(group, place)
        if dataset.external or dataset.is_virtual:
            raise UnreadableError(f"the array {place!r} does not lie in this file")
        if dataset.size and not dataset.id.get_storage_size():
            raise UnreadableError(f"the array {place!r} is announced, but not there")
        self.size += dataset.size * dataset.dtype.itemsize
        require_in_proportion(self.path, self.size)
        array: NDArray[Any] = np.asarray(dataset)
        if array.dtype.str[1:] == "V2":  # bfloat16, which HDF5 and NumPy lack: two bytes
            return widened(array.view(np.uint16))
        return array
