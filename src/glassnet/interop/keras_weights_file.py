"""Files of Keras with arrays alone, as ``save_weights`` writes them, for a known architecture."""

import re
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from glassnet.core.foreign import UnreadableError, require_harmless
from glassnet.errors import LimitError
from glassnet.interop.hdf5 import StoredArrays, import_h5py, text_of
from glassnet.interop.keras_weights import LAYER_GROUPS
from glassnet.network import Network

__all__ = ["network_of_weights", "read_arrays"]


def read_arrays(path: Path) -> list[list[NDArray[Any]]]:
    """Return the arrays of each layer that has some, in the order of the model.

    Raises
    ------
    LimitError
        If there are other layers than Dense in it, or models within the model.
    UnreadableError, FileFormatError
        If it is no such file. What h5py raises comes as it is.
    """
    path.open("rb").close()
    if not import_h5py().is_hdf5(path):
        raise UnreadableError("it is not HDF5 (.h5), but something else")
    require_harmless(path, f"{__name__}:arrays_of", "weights of a Keras model")
    return arrays_of(path)


def network_of_weights(layers: list[list[NDArray[Any]]], like: Network) -> Network:
    """Return a network of a known architecture with such arrays.

    Raises
    ------
    ValueError
        If the arrays do not fit the architecture.
    """
    net = Network([like.architecture.inputs, *like.architecture.layers], dtype=like.dtype.name)
    found = [[array.shape for array in own] for own in layers]
    expected = [
        [each.shape for each in pair if each is not None]
        for pair in zip(net.weights, net.biases, strict=True)
    ]
    if found != expected:
        raise ValueError(
            f"the weights do not match the network: the file has arrays of the shapes {found}, "
            f"and like has {expected}"
        )
    net.weights = [own[0] for own in layers]
    net.biases = [own[1] if len(own) > 1 else None for own in layers]
    net.classes, net.feature_names, net.loss = like.classes, like.feature_names, like.loss
    net.require_finite()
    return net


def arrays_of(path: Path) -> list[list[NDArray[Any]]]:
    """Return the same; HDF5's library may never come back."""
    stored = StoredArrays(path)
    with import_h5py().File(path, "r") as file:
        if "model_config" in file.attrs:
            raise LimitError(f"{path} describes its layers itself; leave like out")
        if "layer_names" in file.attrs:
            places = [text_of(name) for name in file.attrs["layer_names"]]
            layers = [_named(file, place, stored) for place in places]
        else:
            layers = [_numbered(file, place, stored) for place in _dense_groups(file)]
    layers = [own for own in layers if own]
    if any(len(own) > 2 or own[0].ndim != 2 for own in layers):
        raise LimitError(f"{path} has other layers than Dense; save the whole model")
    return layers


def _named(file: Any, layer: str, stored: StoredArrays) -> list[NDArray[Any]]:
    """A layer's arrays in their order, as Keras 1 and 2 wrote them."""
    group = stored.group(file, layer)
    return [stored.array(group, text_of(name)) for name in group.attrs.get("weight_names", [])]


def _numbered(file: Any, place: str, stored: StoredArrays) -> list[NDArray[Any]]:
    """A layer's arrays, which Keras 3 numbers."""
    group = stored.group(file, place)
    return [stored.array(group, number) for number in sorted(group, key=int)]


def _dense_groups(file: Any) -> list[str]:
    """Where the arrays of the Dense layers are: dense, dense_1, ... in the order of the model."""
    outer = next((name for name in LAYER_GROUPS if name in file), None)
    if outer is None:
        raise UnreadableError("it holds no weights of a Keras model")
    places = {name: f"{outer}/{name}/vars" for name in file[outer]}
    own = {name for name, place in places.items() if place in file and len(file[place])}
    others = [
        name
        for name in places
        if not re.fullmatch(r"dense(_\d+)?", name)
        and (name in own or any(inner in file[f"{outer}/{name}"] for inner in LAYER_GROUPS))
    ]
    if others:
        raise LimitError(
            f"{file.filename} has a part {others[0]!r} that is no Dense layer, and does not say "
            "where it stands; save the whole model with model.save"
        )
    return [places[name] for name in sorted(own, key=lambda name: int(name[6:] or 0))]
