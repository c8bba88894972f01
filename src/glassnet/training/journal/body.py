"""The body of a record: arrays, as the bytes of a safetensors file."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import FileFormatError

__all__ = ["TYPES", "body_of", "from_body"]

#: The types of arrays that a body may hold, and what safetensors calls them.
TYPES = {
    "bool": "BOOL",
    **{f"float{bits}": f"F{bits}" for bits in (16, 32, 64)},
    **{f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"U{bits}" for bits in (8, 16, 32, 64)},
}


def body_of(arrays: Mapping[str, Array]) -> list[bytes | memoryview]:
    """Return the parts of a body that holds arrays: a header, and each array's own memory.

    The library that reads such files copies arrays three times before it writes them. A checkpoint
    is larger than all else in a journal, and is written while a training goes on.

    Examples
    --------
    >>> parts = body_of({"w": np.zeros((2, 3), np.float32)})
    >>> from_body(b"".join(parts))["w"].shape
    (2, 3)
    """
    if not arrays:
        return []
    # What needs a stricter place in memory comes first: then all lie right.
    native = {
        name: np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        for name, array in sorted(arrays.items(), key=lambda own: -own[1].itemsize)
    }
    described, end = {}, 0
    for name, array in native.items():
        begin, end = end, end + array.nbytes
        described[name] = {
            "dtype": TYPES[array.dtype.name],
            "shape": arrays[name].shape,
            "data_offsets": [begin, end],
        }
    header = json.dumps(described, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return [
        len(header).to_bytes(8, "little") + header,
        *(array.reshape(-1).view(np.uint8).data for array in native.values()),
    ]


def from_body(body: bytes) -> dict[str, Array]:
    """Return the arrays in a body; they can be written to.

    Raises
    ------
    FileFormatError
        If it is not whole.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if not body:
        return {}
    try:
        arrays: Mapping[str, Any] = load(body)
    except (SafetensorError, TypeError, AttributeError, ValueError, OverflowError, KeyError):
        raise FileFormatError("the arrays of a record are damaged") from None
    return {name: np.array(array) for name, array in arrays.items()}
