"""The arrays of a Keras model's layers, from the model itself or a file.

They are found by the names on the way to a layer, ("body", "dense"), since a model within a model
has names of its own. A file is read as what it is, JSON and arrays; Keras is not needed, and
nothing in it is run.
"""

import io
import json
import pathlib
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.foreign import UnreadableError, require_harmless, require_in_proportion
from glassnet.errors import LimitError
from glassnet.interop.hdf5 import StoredArrays, import_h5py, text_of
from glassnet.interop.network_builder import refuse, shared

__all__ = [
    "Description",
    "LayerWeights",
    "Path",
    "description_of",
    "is_own",
    "layers_of",
    "name_of",
    "read_description",
    "require_layers",
]

Path: TypeAlias = tuple[str, ...]

MODELS = ("Sequential", "Functional", "Model")
# In a .keras file, the group with the layers of a model: since Keras 3, and before.
LAYER_GROUPS = ("layers", "_layer_checkpoint_dependencies")


@dataclass(frozen=True)
class LayerWeights:
    """The arrays of a layer in Keras's order, and which of them learn, as far as that is known."""

    arrays: list[NDArray[Any]] = field(default_factory=list)
    learn: list[bool] | None = None


@dataclass(frozen=True)
class Description:
    """What Keras says of a model.

    Attributes
    ----------
    model : dict
        Its layers.
    compiled : dict
        How it was compiled.
    weights : dict
        The arrays by layer.
    version : str
        That of Keras; empty if it is not said.
    """

    model: dict[str, Any]
    compiled: dict[str, Any]
    weights: dict[Path, LayerWeights]
    version: str = ""


def description_of(model: Any) -> Description:
    """Return the description of a model, as Keras has it in memory.

    Raises
    ------
    LimitError
        If it is no chain of layers, or weights are used twice.
    """
    config = {"module": type(model).__module__, "class_name": type(model).__name__, "config": []}
    require_layers(config)
    config["config"] = model.get_config()
    compiled = (model.get_compile_config() if getattr(model, "compiled", False) else None) or {}
    # A function's name alone stands in the description, and may be that of one of Keras's own.
    module = getattr(getattr(model, "loss", None), "__module__", None)
    if not is_own({"module": module}) and isinstance(compiled.get("loss"), dict):
        compiled["loss"]["module"] = module
    keras = sys.modules.get(type(model).__module__.partition(".")[0])
    version = str(getattr(keras, "__version__", ""))
    return Description(config, compiled, dict(_weights_of(model, (), {})), version)


def _weights_of(
    model: Any, path: Path, owners: dict[int, str]
) -> Iterator[tuple[Path, LayerWeights]]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _weights_of(layer, (*path, layer.name), owners)
            continue
        module = getattr(getattr(layer, "activation", None), "__module__", None)
        if not is_own({"module": module}):
            raise refuse(f"the layer {layer.name!r} with an activation of its own")
        for variable in layer.weights:
            if id(variable) in owners:
                raise shared(f"the layer {layer.name!r}", owners[id(variable)])
            owners[id(variable)] = f"the layer {layer.name!r}"
        learning = {id(variable) for variable in layer.trainable_weights}
        learn = [id(variable) in learning for variable in layer.weights]
        yield (*path, layer.name), LayerWeights(layer.get_weights(), learn)


def read_description(path: pathlib.Path) -> Description:
    """Return what a ``.keras`` or ``.h5`` file says of a model.

    Raises
    ------
    MissingPackageError
        If the package h5py is not installed.
    LimitError, UnreadableError, FileFormatError
        If it is not such a file, or one that is not supported. What h5py raises comes as it is.
    """
    h5py = import_h5py()
    if path.is_dir():
        raise LimitError(
            f"{path} is a folder, perhaps a SavedModel, which holds a graph instead of layers; "
            "save the model as .keras"
        )
    path.open("rb").close()
    if not zipfile.is_zipfile(path) and not h5py.is_hdf5(path):
        raise UnreadableError(
            "it is neither an archive (.keras) nor HDF5 (.h5), but something else"
        )
    require_harmless(path, f"{__name__}:read_without_bounds", "a Keras model")
    return read_without_bounds(path)


def read_without_bounds(path: pathlib.Path) -> Description:
    """Return what a file says of a model; HDF5's library may never come back."""
    if zipfile.is_zipfile(path):
        return _read_archive(path)
    with import_h5py().File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise LimitError(
                f"{path} has weights and no description of the layers, as save_weights writes it; "
                "give from_keras the architecture, like=gn.Network(…), or save the whole model "
                "with model.save"
            )
        return _read_legacy(file, StoredArrays(path))


def _read_archive(path: pathlib.Path) -> Description:
    with zipfile.ZipFile(path) as archive:
        model = json.loads(_unpacked(path, archive, "config.json"))
        content = io.BytesIO(_unpacked(path, archive, "model.weights.h5"))
        said = "metadata.json" in archive.namelist()
        metadata = json.loads(_unpacked(path, archive, "metadata.json")) if said else {}
    with import_h5py().File(content, "r") as file:
        weights = dict(_archived(file, model, "", (), StoredArrays(path)))
    version = str(metadata.get("keras_version") or "")
    return Description(model, model.get("compile_config") or {}, weights, version)


def _unpacked(path: pathlib.Path, archive: zipfile.ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        raise UnreadableError(f"it is an archive without {name}, perhaps of another library")
    size = archive.getinfo(name).file_size
    require_in_proportion(path, size)
    with archive.open(name) as part:
        return part.read(size)


def _archived(
    file: Any, model: dict[str, Any], outer: str, path: Path, stored: StoredArrays
) -> Iterator[tuple[Path, LayerWeights]]:
    """The layers' arrays, in groups that are numbered for each class: dense, dense_1, ..."""
    group = next((each for name in LAYER_GROUPS if (each := f"{outer}{name}") in file), outer)
    counts: Counter[str] = Counter()
    for layer in layers_of(model):
        name, kind = name_of(layer), _snake_case(layer["class_name"])
        place = f"{group}/{kind}_{counts[kind]}" if counts[kind] else f"{group}/{kind}"
        counts[kind] += 1
        if "layers" in layer["config"]:
            yield from _archived(file, layer, f"{place}/", (*path, name), stored)
        elif f"{place}/vars" in file:
            arrays = stored.group(file, f"{place}/vars")
            written = str(arrays.attrs.get("name", name))  # since Keras 3.6
            if written != name:
                raise UnreadableError(f"the arrays of the layer {name!r} are called {written!r}")
            numbers = sorted(arrays.keys(), key=int)
            yield (*path, name), LayerWeights([stored.array(arrays, n) for n in numbers])


def _snake_case(name: str) -> str:
    """A class's name as Keras writes it in files: BatchNormalization, batch_normalization."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _read_legacy(file: Any, stored: StoredArrays) -> Description:
    model = json.loads(file.attrs["model_config"])
    compiled = json.loads(file.attrs.get("training_config", "{}"))
    groups = stored.group(file, "model_weights")
    weights: dict[Path, LayerWeights] = {}
    owners: dict[str, tuple[str, NDArray[Any]]] = {}
    for layer in layers_of(model):
        outer = name_of(layer)
        if groups.get(outer) is None:
            continue
        group = stored.group(groups, outer)
        named = [text_of(each) for each in group.attrs.get("weight_names", [])]
        arrays = {name: stored.array(group, name) for name in named}
        for name, array in arrays.items():  # one array under two layers has one name
            if name in owners and np.array_equal(owners[name][1], array):
                raise shared(f"the layer {outer!r}", f"the layer {owners[name][0]!r}")
            owners[name] = outer, array
        if "layers" in layer["config"]:
            weights |= _within(layer, outer, arrays)
        else:
            weights[outer,] = LayerWeights(list(arrays.values()))
    version = text_of(file.attrs.get("keras_version", ""))
    return Description(model, compiled, weights, version)


def _within(
    model: dict[str, Any], name: str, arrays: dict[str, NDArray[Any]]
) -> dict[Path, LayerWeights]:
    """The arrays of a model within a model, whose names end in layer and array: dense/kernel."""
    paths = list(_leaves(model, (name,)))
    ends = [path[-1] for path in paths]
    if twice := [end for end in ends if ends.count(end) > 1]:
        raise LimitError(
            f"two layers of the model {name!r} are called {twice[0]!r}; name them apart, or save "
            "the model as .keras"
        )
    return {
        path: LayerWeights([own for full, own in arrays.items() if full.split("/")[-2:-1] == [end]])
        for path, end in zip(paths, ends, strict=True)
    }


def _leaves(model: dict[str, Any], path: Path) -> Iterator[Path]:
    for layer in layers_of(model):
        own = (*path, name_of(layer))
        if "layers" in layer["config"]:
            yield from _leaves(layer, own)
        else:
            yield own


def require_layers(model: dict[str, Any]) -> None:
    """Refuse what is no model made of layers, and so might compute anything."""
    kind, config = model["class_name"], model["config"]
    described = isinstance(config, list) or "layers" in config
    if kind not in MODELS or not is_own(model) or not described:
        raise refuse(f"a model of the class {kind!r}, which may compute anything,")


def layers_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layers of a model, or of one in it; Keras before 2.2.3 wrote them as a list."""
    config = model["config"]
    layers: list[dict[str, Any]] = config if isinstance(config, list) else config["layers"]
    return layers


def name_of(layer: dict[str, Any]) -> str:
    """Return a layer's name; Keras 1 and 2 wrote that of a functional model's layer beside it."""
    config = layer["config"]
    own = config.get("name") if isinstance(config, dict) else None
    return str(own or layer.get("name"))


def is_own(record: dict[str, Any]) -> bool:
    """Return whether a class is Keras's own; one of somebody else may have the same name."""
    module = record.get("module")
    return module is None or str(module).partition(".")[0] in ("keras", "tf_keras")
