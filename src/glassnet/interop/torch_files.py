"""Files of PyTorch and safetensors: arrays by name. No code in them is run."""

import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.foreign import reading
from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits, widened

__all__ = ["entry_of", "is_array", "read_state_dict"]

#: What the system says of a path, which speaks for itself.
MISSING = FileNotFoundError, IsADirectoryError, PermissionError

# What safetensors calls the types that NumPy has.
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}


def read_state_dict(path: str) -> Mapping[str, Any]:
    """Return the state dict in a file, of which no code is run.

    Raises
    ------
    FileFormatError
        If the file contains anything other than arrays, or is damaged.
    MissingPackageError
        If PyTorch is needed, and not installed.
    """
    if path.endswith(".safetensors"):
        return _read_safetensors(Path(path))
    try:
        import torch
    except ImportError:
        raise MissingPackageError(
            "reading PyTorch files needs the torch package: pip install torch"
        ) from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except MISSING:
        raise
    except Exception:  # noqa: BLE001 - a malicious file may raise anything
        raise FileFormatError(
            f"{path} {_what_it_is(path)}, and was not loaded; expected a state dict saved with "
            "torch.save(module.state_dict(), ...)"
        ) from None
    if not isinstance(state, Mapping):
        raise FileFormatError(f"{path} does not contain a state dict")
    return state


def _read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    from safetensors import deserialize

    with reading(path, "a safetensors file", MISSING):
        stored = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    arrays = {name: _array_of(name, each) for name, each in sorted(stored)}
    if any(each["dtype"] == "BF16" for _, each in stored):
        warn_of_sixteen_bits(["bfloat16"])
    return arrays


def _array_of(name: str, stored: Mapping[str, Any]) -> NDArray[Any]:
    shape, dtype = tuple(stored["shape"]), stored["dtype"]
    if dtype == "BF16":
        return widened(np.frombuffer(stored["data"], dtype="<u2")).reshape(shape)
    if dtype not in TYPES:
        raise LimitError(
            f"the array {name!r} is of the type {dtype}, which is not supported; save it in "
            "float32, float16 or bfloat16"
        )
    return np.frombuffer(stored["data"], dtype=TYPES[dtype]).reshape(shape)


def _what_it_is(path: str) -> str:
    """A file that PyTorch does not read as arrays, in words."""
    with suppress(Exception), zipfile.ZipFile(path) as archive:  # it may be damaged, or none
        names = archive.namelist()
        if any(name.endswith("archive_format") for name in names):
            return "is an exported program; open it with torch.export.load and give from_torch that"
        if any(name.endswith("constants.pkl") for name in names):
            return "is a TorchScript archive, which contains code"
    return "contains more than arrays, such as a whole pickled module, or is damaged"


def entry_of(state: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
    """Return the state dict in a checkpoint: the entry of this name, or the only one.

    Parameters
    ----------
    state : mapping
        A state dict, or a mapping with one or several among its entries.
    key : str, optional
        The name of the entry, or what the names of its arrays begin with: ``"encoder"``.

    Raises
    ------
    LimitError
        If there are several state dicts in it, and none is named.
    ValueError
        If there is no such entry.
    """
    entries: dict[str, Mapping[str, Any]]
    entries = {name: each for name, each in state.items() if _is_state_dict(each)}
    if key is not None:
        if key in entries:
            return entries[key]
        # An OrderedDict says that its order is the module's.
        kind = OrderedDict if isinstance(state, OrderedDict) else dict
        within = kind(
            (name, each) for name, each in state.items() if str(name).startswith(f"{key}.")
        )
        if not within:
            beginnings = sorted(entries) or sorted({str(name).partition(".")[0] for name in state})
            raise ValueError(
                f"there is no state dict {key!r}; there are {', '.join(map(repr, beginnings))}"
            )
        return within
    if not entries:
        return state
    if len(entries) == 1:
        (only,) = entries.values()
        return only
    names = ", ".join(map(repr, entries))
    raise LimitError(f"the checkpoint has several state dicts: {names}; name one of them: key=...")


def _is_state_dict(value: Any) -> bool:
    """Whether it holds arrays by name; an optimizer's state does not."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(name, str) and is_array(each) for name, each in value.items())
    )


def is_array(value: Any) -> bool:
    """Return whether it is an array with a shape; a nested tensor of PyTorch has none."""
    return not getattr(value, "is_nested", False) and hasattr(value, "shape")
