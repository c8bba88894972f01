"""State dicts of PyTorch: arrays by name, for an architecture that is known."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import LimitError
from glassnet.interop.network_builder import refuse, shared
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits
from glassnet.interop.torch_files import is_array
from glassnet.network import Network
from glassnet.nn.layers import Layer, Scale
from glassnet.nn.losses.loss import Loss

__all__ = ["array_of", "from_state_dict", "place_of"]

Arrays = dict[str, NDArray[Any]]  # of one layer, by the last part of their names

KINDS = ("weight", "bias", "running_mean", "running_var")
# A weight by weight_norm: its size and direction, under their names of two generations.
SIZES, DIRECTIONS = ("weight_g", "original0"), ("weight_v", "original1")
WITHOUT_EFFECT = ("num_batches_tracked",)
EPSILON = 1e-5  # of a BatchNorm1d that was given no other; a state dict does not say


def from_state_dict(state: Mapping[str, Any], like: Network | None, loss: Loss | None) -> Network:
    """Return a network of a known architecture with the weights of a state dict.

    A batch normalisation is a Scale of the architecture; its epsilon, which is not in a state
    dict, is taken to be PyTorch's default.

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
    warn_of_sixteen_bits({str(value.dtype) for value in state.values()})
    pairs = _weights_and_biases(layers, like)
    own = like.architecture.layers
    if len(own) == len(pairs):
        own = tuple(_shifting(layer, b) for layer, (_, b) in zip(own, pairs, strict=True))
    net = Network([like.architecture.inputs, *own], dtype=like.dtype.name)
    try:
        net.weights = [W for W, _ in pairs]
        biases = iter([b for _, b in pairs if b is not None])
        net.biases = [next(biases) if layer.bias else None for layer in net.architecture.layers]
        left_over = len(list(biases))
    except (ValueError, StopIteration) as error:
        raise ValueError(
            f"the state dict does not match the network: it has weights of shapes "
            f"{[tuple(W.shape) for W, _ in pairs]} and "
            f"{sum(b is not None for _, b in pairs)} biases ({error})"
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
        if kind in WITHOUT_EFFECT:
            continue
        kind = "size" if kind in SIZES else "direction" if kind in DIRECTIONS else kind
        prefix = prefix.removesuffix(".parametrizations.weight")
        if kind not in (*KINDS, "size", "direction") or not is_array(value):
            raise refuse(f"a state dict with the entry {name!r}, which is no weight or bias,")
        if not _holds_its_numbers(value):
            raise refuse(f"the entry {name!r}, which does not hold a real number at each place,")
        if (place := place_of(value)) in owners:
            raise shared(f"the array {name!r}", f"the array {owners[place]!r}")
        owners[place] = name
        layers.setdefault(prefix, {})[kind] = array_of(value)
    return {name: _with_weight(own) for name, own in layers.items()}


def _with_weight(own: Arrays) -> Arrays:
    """The arrays with the weight that size and direction stand for."""
    if "size" not in own or "direction" not in own:
        return own
    size, direction = own["size"].astype(np.float64), own["direction"].astype(np.float64)
    along = tuple(
        axis for axis in range(direction.ndim) if np.shape(size)[axis : axis + 1] in ((), (1,))
    )
    length = np.sqrt(np.square(direction).sum(axis=along, keepdims=True))
    return {"weight": size * direction / length} | ({"bias": own["bias"]} if "bias" in own else {})


def _weights_and_biases(
    layers: dict[str, Arrays], like: Network
) -> list[tuple[NDArray[Any], NDArray[Any] | None]]:
    """What each layer of the network has."""
    norms = [name for name, own in layers.items() if "running_mean" in own]
    scales = sum(isinstance(layer, Scale) for layer in like.architecture.layers)
    affine = sum("weight" in layers[name] for name in norms)
    if norms and scales not in (len(norms), len(norms) + affine):
        raise LimitError(
            f"the state dict has a batch normalisation, {norms[0]!r}, and does not say whether it "
            "stands before or after an activation; put a gn.Scale at its place in like, such as "
            "gn.Network([6, gn.Dense(5, 'identity'), gn.Scale('relu'), gn.Dense(3, 'softmax')])"
        )
    pairs = []
    for own in layers.values():
        if "running_mean" in own:
            pairs += _normalising(own, apart=scales > len(norms))
        elif "weight" in own:
            pairs.append((own["weight"].T, own.get("bias")))
        else:
            pairs.append((np.zeros(0), own.get("bias")))
    return pairs


def _shifting(layer: Layer, biases: NDArray[Any] | None) -> Layer:
    """A Scale with a bias, if there is one for it; the usual Scale has none."""
    if biases is None or layer.bias or not isinstance(layer, Scale):
        return layer
    return Scale(layer.activation, bias=True, weight_rate=layer.weight_rate)


def _normalising(own: Arrays, *, apart: bool) -> list[tuple[NDArray[Any], NDArray[Any] | None]]:
    """A batch normalisation as a scaling, or as one that standardises and one that learns."""
    factor = 1 / np.sqrt(own["running_var"].astype(np.float64) + EPSILON)
    shift = -own["running_mean"] * factor
    if "weight" not in own:
        return [(factor, shift)]
    if apart:
        return [(factor, shift), (own["weight"], own["bias"])]
    return [(factor * own["weight"], shift * own["weight"] + own["bias"])]


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
        if any("running_mean" in own for own in layers.values()):
            raise LimitError(
                "a file in alphabetical order does not say where its batch normalisations stand; "
                "give like one gn.Scale for each, or a state dict in the module's order"
            )
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


def array_of(tensor: Any) -> NDArray[Any]:
    """Return the numbers of a tensor, wherever it lies; an array is returned as it is."""
    if isinstance(tensor, np.ndarray):
        return tensor
    array: NDArray[Any] = tensor.detach().cpu().double().numpy()
    return array
