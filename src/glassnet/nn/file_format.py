"""The file format: safetensors, with everything that is not an array as JSON in its header.

Opening such a file never runs code from it, and takes memory for its arrays and about 1 GiB for the
largest header there can be.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.core.atomic_file import write_atomically
from glassnet.core.file_record import FileRecord, as_json
from glassnet.core.labels import label_array, labels_to_json
from glassnet.core.near_file import near_file
from glassnet.core.record import Record, hyper_parameter_names, records
from glassnet.errors import FileFormatError, LimitError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.loss import Loss

__all__ = [
    "FORMAT_VERSION",
    "read_file",
    "write_file",
]

#: Increased whenever older versions of Glassnet can no longer read the files.
FORMAT_VERSION = 4

KEY = "glassnet"
#: A header is nested less deeply.
DEEPEST = 100
#: A header has fewer lists, and values by name. Each takes much more memory than text.
MOST_LISTS = 4_000_000
#: A file has fewer arrays.
MOST_ARRAYS = 1_000_000


def write_file(
    path: str | os.PathLike[str],
    record: FileRecord | Mapping[str, Any],
    arrays: Mapping[str, Array],
) -> None:
    """Write a record and arrays; an old file at `path` stays until the new one is complete.

    Parameters
    ----------
    path : path
    record : FileRecord, or mapping of JSON values
        With its ``kind``.
    arrays : mapping of str to array

    Raises
    ------
    LimitError
        If the record is too large for a header.
    OSError
        If the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save

    header = {"format": FORMAT_VERSION, **as_json(record)}
    metadata = {KEY: json.dumps(header, ensure_ascii=False)}
    # safetensors writes wrong values, silently, for arrays that are not C-contiguous.
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    try:
        content = save(contiguous, metadata)
    except SafetensorError:
        raise LimitError(
            "the names, classes and categories of the model take more than 100 MB; a model file "
            "holds no more"
        ) from None
    write_atomically(path, lambda file: file.write_bytes(content))


def read_file(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return header, as JSON values, and arrays of a file that :func:`write_file` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    OSError
        If it cannot be read.
    FileFormatError
        If it is not a Glassnet file, is damaged, or comes from a newer version.
    MemoryError
        If its arrays do not fit into memory.
    """
    source = Path(path)
    _require_file(source)
    header, arrays = _read_safetensors(source)
    # Other packages register further number types with NumPy, which then load without an error.
    foreign = [array.dtype for array in arrays.values() if array.dtype.isbuiltin != 1]
    if foreign:
        raise FileFormatError(f"{source} holds {foreign[0]} arrays; expected float32 or float64")
    return header, arrays


def _require_file(source: Path) -> None:
    if source.is_file():
        return
    if not source.exists() and not source.is_symlink():
        near = near_file(source, lambda path: path.suffix == source.suffix)
        raise FileNotFoundError(f"{source} does not exist; expected a model file{near}")
    problem = "does not exist"
    if source.is_dir():
        problem = "is a folder"
    elif source.exists():
        problem = "is a device or a pipe"
    elif source.is_symlink():
        problem = "is a link that leads nowhere"
    raise FileNotFoundError(f"{source} {problem}; expected a model file")


def _require_room(source: Path) -> None:
    """Refuse a file that does not fit into memory twice: its arrays, and the network of them.

    A system that promises more memory than it has would end the process instead.
    """
    if sys.platform != "win32":
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if 2 * source.stat().st_size > memory:
            raise MemoryError


def _read_safetensors(source: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(source, framework="numpy") as file:
            metadata = file.metadata() or {}
            header = _parse_header(source, metadata.get(KEY))
            names = file.keys()
            _require_few(source, len(names))
            _require_room(source)
            return header, {name: file.get_tensor(name) for name in names}
    except FileFormatError:
        raise
    except MemoryError:
        raise MemoryError(f"{source} does not fit into memory") from None
    except OSError as error:
        words = re.sub(r" \(os error \d+\)$", "", error.strerror or str(error))
        raise type(error)(f"cannot read {source}: {words}") from None
    except (SafetensorError, TypeError, AttributeError, ValueError, OverflowError):
        # safetensors also passes on NumPy's exceptions for types and shapes that NumPy lacks.
        raise FileFormatError(f"{source} is not a model file, or is damaged or cut off") from None


def _require_few(source: Path, arrays: int) -> None:
    if arrays > MOST_ARRAYS:
        raise FileFormatError(f"{source} holds {arrays:,} arrays; expected up to {MOST_ARRAYS:,}")


def _parse_header(source: Path, text: str | None) -> dict[str, Any]:
    if text is None:
        raise FileFormatError(f"{source} is a safetensors file, but not one of Glassnet's")
    if text.count("[") + text.count("{") > MOST_LISTS:
        raise FileFormatError(f"the header of {source} has more than {MOST_LISTS:,} lists in it")
    try:
        parsed = json.loads(text, object_pairs_hook=_by_name)
    except (ValueError, RecursionError):
        parsed = None
    if _is_deeper(parsed, DEEPEST):
        parsed = None
    header: dict[str, Any] = parsed if isinstance(parsed, dict) else {}
    version = header.get("format")
    if type(version) is not int or version < 1:
        raise FileFormatError(f"the header of {source} is damaged")
    if version > FORMAT_VERSION:
        raise FileFormatError(
            f"{source} has format {version}; this version of Glassnet reads up to "
            f"{FORMAT_VERSION}. Install a newer one to open it"
        )
    for older, upgrade in UPGRADES.items():
        if version <= older:
            header = upgrade(header)
    return header


def _by_name(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The values by name; with a name twice, other programs could read another model."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name stands there twice")
    return values


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether JSON is nested deeper than that; what reads it further takes a call for each."""
    inner = [value]
    for _ in range(levels):
        inner = [
            each
            for outer in inner
            if isinstance(outer, dict | list)
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(inner)


def _from_format_1(header: dict[str, Any]) -> dict[str, Any]:
    """Add the defaults of what networks of format 1 did not store.

    Damaged parts stay as they are.
    """
    defaults = {"connection": "dense", "activation_parameter": 0.0, "multiplier": 1.0}
    defaults |= {"weight_rate": 1.0, "bias_rate": 1.0}
    layers = header.get("layers")
    if isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers):
        header = {**header, "layers": [{**defaults, **layer} for layer in layers]}
    return {"cost_parameter": 0.0, **header}


# Names in format 2, and what they are called now.
RENAMED = {
    "cost": "loss",
    "cost_parameter": "loss_parameter",
    "usual": "baseline",
    "numbers": "regression",
    "labels": "multilabel",
}


def _from_format_2(header: dict[str, Any]) -> dict[str, Any]:
    """The same header with the current names, and what the first models of format 2 did not store.

    Damaged parts stay as they are.
    """

    def renamed(record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        return {RENAMED.get(key, key): value for key, value in record.items()}

    header = renamed(header)
    if isinstance(target := header.get("target"), dict):
        kind = target.get("kind")
        if isinstance(kind, str):
            header["target"] = {**target, "kind": RENAMED.get(kind, kind)}
    if "provenance" in header:
        header["provenance"] = renamed(header["provenance"])
    if isinstance(others := header.get("others"), list):
        header["others"] = [renamed(other) for other in others]
    if isinstance(encoders := header.get("encoders"), list):
        header = {"others": [], **header, "encoders": [_centered(one) for one in encoders]}
    return header


def _centered(encoder: Any) -> Any:
    """An encoder of numbers had a mean before it could also have a median."""
    if not isinstance(encoder, dict) or encoder.get("kind") != "number" or "mean" not in encoder:
        return encoder
    return {"center" if key == "mean" else key: value for key, value in encoder.items()}


def _from_format_3(header: dict[str, Any]) -> dict[str, Any]:
    """The same header with hyper-parameters by name and labels with their type.

    Damaged parts stay as they are.
    """

    def network(record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        record = _named_hyper_parameters(record, Loss, record.get("loss"), "loss_parameter")
        record = _with_typed_classes(record)
        if isinstance(layers := record.get("layers"), list):
            record["layers"] = [
                _named_hyper_parameters(
                    layer, Activation, layer.get("activation"), "activation_parameter"
                )
                if isinstance(layer, dict)
                else layer
                for layer in layers
            ]
        return record

    header = network(header)
    if isinstance(others := header.get("others"), list):
        header["others"] = [network(other) for other in others]
    if isinstance(target := header.get("target"), dict):
        header["target"] = _with_typed_classes(target)
        if isinstance(several := target.get("targets"), list):
            labels = [_with_typed_classes(one) for one in several]
            header["target"] = {**header["target"], "targets": labels}
    return header


def _with_typed_classes(record: Any) -> Any:
    """The record with the type of its classes: text, or what JSON says that they are."""
    if not isinstance(record, dict) or not isinstance(classes := record.get("classes"), list):
        return record
    try:
        return {**record, "classes": labels_to_json(label_array(classes))}
    except (TypeError, ValueError):
        return record


def _named_hyper_parameters(
    record: dict[str, Any], kind: type[Record], name: Any, key: str
) -> dict[str, Any]:
    """The record with the one number that stood at `key` under its name, where it has one."""
    if key not in record:
        return record
    found = records(kind).get(name) if isinstance(name, str) else None
    names = hyper_parameter_names(found) if found else ()
    rest = {own: value for own, value in record.items() if own != key}
    return {**rest, "hyper_parameters": dict.fromkeys(names, record[key])}


# From each format to the next.
UPGRADES = {1: _from_format_1, 2: _from_format_2, 3: _from_format_3}
