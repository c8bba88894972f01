"""State dicts of PyTorch: arrays by name, for an architecture that is known."""

import re
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
from glassnet.interop.network_builder import refuse, shared
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss

__all__ = ["from_state_dict", "place_of", "read_state_dict"]

#: What the system says of a path, which speaks for itself.
MISSING = FileNotFoundError, IsADirectoryError, PermissionError
Arrays = dict[str, NDArray[Any]]  # weight and bias of one layer


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
        from safetensors.numpy import load_file

        with reading(Path(path), "a safetensors file", MISSING):
            loaded: Mapping[str, Any] = load_file(path)
        return loaded
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


def _what_it_is(path: str) -> str:
    """A file that PyTorch does not read as arrays, in words."""
    with suppress(Exception), zipfile.ZipFile(path) as archive:  # it may be damaged, or none
        if any(name.endswith("constants.pkl") for name in archive.namelist()):
            return "is a TorchScript archive, which contains code"
    return "contains more than arrays, such as a whole pickled module, or is damaged"


def from_state_dict(state: Mapping[str, Any], like: Network | None, loss: Loss | None) -> Network:
    """Return a network of a known architecture with the weights of a state dict.

    Raises
    ------
    TypeError
        If the architecture is not given.
    LimitError
        If there is something else in it, or arrays share their memory.
    ValueError
        If the arrays do not fit the architecture, or could stand in several orders.
    """
    if like is None:
        raise TypeError("a state dict has no activations; pass the architecture: like=gn.Network")
    layers = _layers_of(state)
    if _is_unordered(state):
        layers = _in_order(layers, like)
    net = Network([like.architecture.inputs, *like.architecture.layers], dtype=like.dtype.name)
    weights = [own["weight"].T for own in layers.values() if "weight" in own]
    biases = [own["bias"] for own in layers.values() if "bias" in own]
    try:
        net.weights = weights
        ordered = iter(biases)
        net.biases = [next(ordered) if layer.bias else None for layer in net.architecture.layers]
        left_over = len(list(ordered))
    except (ValueError, StopIteration) as error:
        raise ValueError(
            f"the state dict does not match the network: it has weights of shapes "
            f"{[tuple(W.shape) for W in weights]} and {len(biases)} biases ({error})"
        ) from None
    if left_over:
        raise ValueError(f"the state dict has {left_over} more biases than the network")
    net.classes, net.feature_names = like.classes, like.feature_names
    net.loss = like.loss if loss is None else loss
    net.program(net.loss)  # the pair of loss and output activation must fit
    net.require_finite()
    return net


def _layers_of(state: Mapping[str, Any]) -> dict[str, Arrays]:
    """The arrays of each layer, by its name."""
    layers: dict[str, Arrays] = {}
    owners: dict[Any, str] = {}
    for name, value in state.items():
        prefix, _, kind = str(name).rpartition(".")
        is_array = not getattr(value, "is_nested", False) and hasattr(value, "shape")
        if kind not in ("weight", "bias") or not is_array:
            raise refuse(f"a state dict with the entry {name!r}, which is no weight or bias,")
        if not _holds_its_numbers(value):
            raise refuse(f"the entry {name!r}, which does not hold a real number at each place,")
        if (place := place_of(value)) in owners:
            raise shared(f"the array {name!r}", f"the array {owners[place]!r}")
        owners[place] = name
        layers.setdefault(prefix, {})[kind] = _array(value)
    return layers


def _holds_its_numbers(array: Any) -> bool:
    """Whether each element is a real number with a place of its own in memory.

    One number that stands for thousands of millions needs no room in a file.
    """
    if isinstance(array, np.ndarray):
        return array.dtype.kind not in "cOSU"
    import torch

    return (
        isinstance(array, torch.Tensor)
        and array.layout is torch.strided
        and array.device.type != "meta"
        and not (array.is_complex() or array.is_quantized)
        and array.untyped_storage().nbytes() >= array.numel() * array.itemsize
    )


def _is_unordered(state: Mapping[str, Any]) -> bool:
    """Whether names are in alphabetical order, as in safetensors, rather than the module's."""
    return not isinstance(state, OrderedDict) and list(state) == sorted(state)


def _in_order(layers: dict[str, Arrays], like: Network) -> dict[str, Arrays]:
    """The layers in the order of the network: by their shapes and the numbers in their names."""
    left = sorted((name for name in layers if "weight" in layers[name]), key=_natural)
    if len(left) != len(like.weights) or len(left) != len(layers):
        return layers  # they do not match, which is said later
    ordered = {}
    for shape in [W.shape for W in like.weights if W is not None]:
        fitting = [name for name in left if layers[name]["weight"].T.shape == shape]
        if not fitting:
            return layers
        kinds = {re.sub(r"\d+", "#", name) for name in fitting}
        if len(kinds) > 1:
            raise LimitError(
                f"the layers {fitting[0]!r} and {fitting[1]!r} have the same shape, and a file in "
                "alphabetical order does not say which comes first; give from_torch the module, "
                "or a state dict in its order"
            )
        ordered[fitting[0]] = layers[fitting[0]]
        left.remove(fitting[0])
    return ordered


def _natural(name: str) -> list[tuple[int, str]]:
    """For sorting: numbers in a name by their value, layers.2 before layers.10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def place_of(tensor: Any) -> Any:
    """Return where an array lies in memory; two with the same place are one."""
    if isinstance(tensor, np.ndarray):
        return tensor.__array_interface__["data"][0] if tensor.size else id(tensor)
    if tensor.device.type == "meta" or not tensor.numel():
        return id(tensor)
    return tensor.device, tensor.untyped_storage().data_ptr(), tensor.storage_offset()


def _array(tensor: Any) -> NDArray[Any]:
    if isinstance(tensor, np.ndarray):
        return tensor
    array: NDArray[Any] = tensor.detach().cpu().double().numpy()
    return array
