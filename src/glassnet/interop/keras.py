"""From Keras: Sequential models and functional ones that are a chain, as objects or files.

A file is read as what it is, JSON and arrays; Keras is not needed, and nothing in it is run.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.interop.assembly import Assembly, refuse
from glassnet.interop.losses import keras_cost
from glassnet.network import Network
from glassnet.structure.cost import Cost

__all__ = ["from_keras"]

Weights = dict[str, list[NDArray[Any]]]

MODELS = ("Sequential", "Functional", "Model")
WITHOUT_EFFECT = (
    "InputLayer",
    "Flatten",
    "Dropout",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
ACTIVATIONS = {
    "linear": "identity",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softmax": "softmax",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu",
    "swish": "silu",
    "mish": "mish",
    "softplus": "softplus",
    "exponential": "exponential",
}
LARGEST_DESCRIPTION = 64 * 2**20  # bytes


@dataclass(frozen=True)
class _Description:
    """What Keras says of a model: its layers, how it was compiled, and the weights by layer."""

    model: dict[str, Any]
    compiled: dict[str, Any]
    weights: Weights


def from_keras(model: Any) -> Network:
    """Return the network that a Keras model is, at inference.

    Parameters
    ----------
    model : keras.Model, or path of a ``.keras`` or ``.h5`` file
        Dense, Activation and the layers of single activations, Dropout, Flatten, Rescaling,
        Normalization, BatchNormalization.

    Returns
    -------
    Network
        With the cost that the model was compiled with. Where that takes logits, the network ends
        in the softmax or sigmoid that makes probabilities of them.

    Raises
    ------
    LimitError
        If it is not a chain of fully connected layers; the message names the layer.
    FileFormatError
        If a file is no Keras model.
    MissingPackageError
        If a file is given and the package h5py is not installed.
    """
    if isinstance(model, str | os.PathLike):
        description = _read(os.fspath(model))
    else:
        config = {"class_name": type(model).__name__, "config": model.get_config()}
        compiled = model.get_compile_config() if getattr(model, "compiled", False) else None
        description = _Description(config, compiled or {}, dict(_weights_of(model)))
    layers = list(_chain(description.model))
    assembly = Assembly(_inputs(layers, description.weights), _precision(description.weights))
    for layer in layers:
        _add(assembly, layer, description.weights.get(layer["config"]["name"], []))
    return assembly.network(_apply_loss(assembly, description.compiled.get("loss")))


def _weights_of(model: Any) -> Iterator[tuple[str, list[NDArray[Any]]]]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _weights_of(layer)
        else:
            yield layer.name, layer.get_weights()


def _read(path: str) -> _Description:
    try:
        import h5py
    except ImportError:
        raise MissingPackageError(
            "reading Keras files needs the package h5py; install it with: pip install h5py"
        ) from None
    try:
        if zipfile.is_zipfile(path):
            return _read_archive(path, h5py)
        with h5py.File(path, "r") as file:
            return _read_legacy(file)
    except FileNotFoundError:
        raise
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise FileFormatError(f"{path} is no Keras model: {error}") from None


def _read_archive(path: str, h5py: Any) -> _Description:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("config.json").file_size > LARGEST_DESCRIPTION:
            raise ValueError("its description is larger than 64 MiB")
        config = json.loads(archive.read("config.json"))
        content = io.BytesIO(archive.read("model.weights.h5"))
    weights: Weights = {}

    def collect(name: str, item: Any) -> None:
        # Each layer keeps its arrays in a group "vars", which knows the layer's name.
        if isinstance(item, h5py.Group) and name.endswith("vars") and "name" in item.attrs:
            numbers = sorted(item.keys(), key=int)
            weights[str(item.attrs["name"])] = [_array(item[number]) for number in numbers]

    with h5py.File(content, "r") as file:
        file.visititems(collect)
    return _Description(config, config.get("compile_config") or {}, weights)


def _read_legacy(file: Any) -> _Description:
    config = json.loads(file.attrs["model_config"])
    compiled = json.loads(file.attrs.get("training_config", "{}"))
    weights = {}
    for layer in file["model_weights"].values():
        names = [_text(name) for name in layer.attrs.get("weight_names", [])]
        name = layer.name.rpartition("/")[2]
        weights[name] = [_array(layer[name]) for name in names]
    return _Description(config, compiled, weights)


def _array(dataset: Any) -> NDArray[Any]:
    if dataset.external:
        raise ValueError("an array lies in another file")
    array: NDArray[Any] = np.asarray(dataset)
    return array


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _chain(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The layers of a model, and of models in it, one after the other."""
    kind, config = model["class_name"], model["config"]
    if "layers" not in config or not (kind in MODELS or "input_layers" in config):
        raise refuse(f"a model of the class {kind!r}")
    before = None
    for layer in config["layers"]:
        if "input_layers" in config:
            _require_next(layer, before)
        before = layer.get("name", layer["config"].get("name"))
        if "layers" in layer["config"]:
            yield from _chain(layer)
        else:
            yield layer


def _require_next(layer: dict[str, Any], before: str | None) -> None:
    """Refuse a functional model in which a layer takes anything but the one listed before."""
    taken = _histories(layer.get("inbound_nodes", []))
    if taken != ([before] if before is not None else []):
        raise refuse(
            f"the model branches at the layer {layer['config']['name']!r} "
            f"({layer['class_name']}), and a model with branches"
        )


def _histories(nodes: Any) -> list[str]:
    """The names of the layers whose outputs are taken."""
    if isinstance(nodes, dict):
        if "keras_history" in nodes:
            return [nodes["keras_history"][0]]
        return [name for value in nodes.values() for name in _histories(value)]
    if isinstance(nodes, list | tuple):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            return [nodes[0]]  # ["dense", 0, 0, {}], as Keras 2 wrote it
        return [name for value in nodes for name in _histories(value)]
    return []


def _inputs(layers: list[dict[str, Any]], weights: Weights) -> int:
    for layer in layers:
        config = layer["config"]
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if shape and None not in shape[1:]:
            return int(np.prod(shape[1:]))
        if layer["class_name"] == "Dense":
            return int(weights[config["name"]][0].shape[0])
    raise LimitError("the model does not say how many inputs it has")


def _precision(weights: Weights) -> str:
    arrays = [array for arrays in weights.values() for array in arrays]
    return "float64" if any(array.dtype == np.float64 for array in arrays) else "float32"


def _add(assembly: Assembly, layer: dict[str, Any], weights: list[NDArray[Any]]) -> None:
    kind, config = layer["class_name"], layer["config"]
    words = f"the layer {config['name']!r} ({kind})"
    if kind in WITHOUT_EFFECT:
        return
    match kind:
        case "Dense":
            if weights[0].shape[0] != assembly.units:
                raise refuse(f"{words}, which sees only a part of what comes in,")
            assembly.dense(weights[0], weights[1] if config.get("use_bias", True) else None)
            _activate(assembly, config.get("activation"), words)
        case "Activation":
            _activate(assembly, config["activation"], words)
        case "Rescaling":
            assembly.scale(config["scale"], config.get("offset", 0.0))
        case "Normalization" if not config.get("invert", False):
            given = config.get("mean") is not None
            mean, variance = (
                (config["mean"], config["variance"]) if given else (weights[0], weights[1])
            )
            # As Keras does, against a division by 0.
            deviation = np.maximum(np.sqrt(np.asarray(variance, dtype=np.float64)), 1e-7)
            assembly.scale(1 / deviation, -np.asarray(mean, dtype=np.float64) / deviation)
        case "BatchNormalization":
            _normalise(assembly, config, weights)
        case "ReLU" | "LeakyReLU" | "ELU" | "Softmax":
            _activate(assembly, layer, words)
        case _:
            raise refuse(words)


def _normalise(assembly: Assembly, config: dict[str, Any], weights: list[NDArray[Any]]) -> None:
    arrays = iter([array.astype(np.float64) for array in weights])
    gamma = next(arrays) if config.get("scale", True) else np.ones(assembly.units)
    beta = next(arrays) if config.get("center", True) else np.zeros(assembly.units)
    mean, variance = arrays
    w = gamma / np.sqrt(variance + config["epsilon"])
    assembly.scale(w, beta - mean * w)


def _activate(assembly: Assembly, activation: Any, words: str) -> None:
    """End the last layer in an activation, given by name or as a layer of its own."""
    if isinstance(activation, dict):
        name, settings = activation["class_name"], activation.get("config", {})
        if name == "function":  # as Keras 3 writes a function that has a name
            name, settings = str(settings), {}
    else:
        name, settings = str(activation or "linear"), {}
    match name:
        case "leaky_relu":
            assembly.activate("leaky_relu", 0.2)
        case "LeakyReLU":
            slope = settings.get("negative_slope", settings.get("alpha", 0.3))
            assembly.activate("leaky_relu", float(slope))
        case "elu":
            assembly.activate("elu", 1.0)
        case "ELU":
            assembly.activate("elu", float(settings.get("alpha", 1.0)))
        case "ReLU" if not settings.get("threshold") and settings.get("max_value") is None:
            slope = float(settings.get("negative_slope") or 0.0)
            assembly.activate("leaky_relu" if slope else "relu", slope or None)
        case "Softmax" if settings.get("axis", -1) in (-1, 1):
            assembly.activate("softmax")
        case _ if name in ACTIVATIONS:
            assembly.activate(ACTIVATIONS[name])
        case _:
            raise refuse(f"{words} with the activation {name!r}")


def _apply_loss(assembly: Assembly, loss: Any) -> Cost | None:
    """Return the cost of a loss; where it takes logits, end in what makes probabilities."""
    if loss is None:
        return None
    settings: dict[str, Any] = {}
    if isinstance(loss, dict):
        settings = loss.get("config") or {}
        loss = settings.get("name", loss.get("class_name"))
    if not isinstance(loss, str):
        raise LimitError("the model was compiled with several losses; Glassnet knows one")
    if settings.get("from_logits"):
        assembly.activate("sigmoid" if loss.startswith("binary") else "softmax")
    return keras_cost(loss, settings)
