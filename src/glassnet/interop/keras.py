"""From Keras: Sequential models and functional ones that are a chain, as objects or files.

A file is read as what it is, JSON and arrays; Keras is not needed, and nothing in it is run.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import LimitError, MissingPackageError
from glassnet.interop.loss_names import keras_loss
from glassnet.interop.network_builder import NetworkBuilder, reading, refuse
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss

__all__ = ["from_keras"]

Weights = dict[str, list[NDArray[Any]]]

MODELS = ("Sequential", "Functional", "Model")
WITHOUT_EFFECT = (
    "InputLayer",
    "Dropout",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
#: Of the files that it reads.
SUFFIXES = (".keras", ".h5", ".hdf5")
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
        With the loss that the model was compiled with. Where that takes logits, the network ends
        in the softmax or sigmoid that makes probabilities of them.

    Raises
    ------
    LimitError
        If it is not a chain of fully connected layers; the message names the layer.
    FileFormatError
        If a file is not a Keras model.
    MissingPackageError
        If a file is given and the package h5py is not installed.
    """
    if isinstance(model, str | os.PathLike):
        path = os.fspath(model)
        with reading(f"{path} is not a Keras model"):
            return _network(_read(path))
    config = {
        "module": type(model).__module__,
        "class_name": type(model).__name__,
        "config": model.get_config(),
    }
    compiled = model.get_compile_config() if getattr(model, "compiled", False) else None
    return _network(_Description(config, compiled or {}, _by_name(_weights_of(model))))


def _network(description: _Description) -> Network:
    model, weights = description.model, description.weights
    layers = list(_chain(model))
    builder = NetworkBuilder(_inputs(layers, weights), _precision(weights))
    shape = layers[0]["config"].get("batch_shape") or layers[0]["config"].get("batch_input_shape")
    flat = shape is None or len(shape) <= 2  # one row for each example
    for layer in layers:
        flat = _add(builder, layer, weights.get(layer["config"]["name"], []), flat=flat)
    compiled = description.compiled
    if compiled.get("loss_weights") is not None:
        raise LimitError("the model was compiled with loss_weights, which Glassnet does not know")
    loss, logits = _loss_of(compiled.get("loss"))
    return builder.network(loss, logits=logits)


def _by_name(named: Iterable[tuple[str, list[NDArray[Any]]]]) -> Weights:
    """The weights of each layer, by its name, which must be its own."""
    weights: Weights = {}
    for name, arrays in named:
        if arrays and name in weights:
            raise LimitError(f"two layers of the model are called {name!r}; name them apart")
        if arrays:
            weights[name] = arrays
    return weights


def _weights_of(model: Any) -> Iterator[tuple[str, list[NDArray[Any]]]]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _weights_of(layer)
        else:
            # Its name alone stands in the description, and may be that of one of Keras's own.
            function = getattr(layer, "activation", None)
            if not _is_own({"module": getattr(function, "__module__", None)}):
                raise refuse(f"the layer {layer.name!r} with an activation of its own")
            yield layer.name, layer.get_weights()


def _read(path: str) -> _Description:
    try:
        import h5py
    except ImportError:
        raise MissingPackageError(
            "reading Keras files needs the package h5py; install it with: pip install h5py"
        ) from None
    if zipfile.is_zipfile(path):
        return _read_archive(path, h5py)
    with h5py.File(path, "r") as file:
        return _read_legacy(file, h5py)


def _read_archive(path: str, h5py: Any) -> _Description:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("config.json").file_size > LARGEST_DESCRIPTION:
            raise ValueError("its description is larger than 64 MiB")
        config = json.loads(archive.read("config.json"))
        content = io.BytesIO(archive.read("model.weights.h5"))
    named: list[tuple[str, list[NDArray[Any]]]] = []

    def collect(name: str, item: Any) -> None:
        # Each layer keeps its arrays in a group "vars", which knows the layer's name.
        if isinstance(item, h5py.Group) and name.endswith("vars") and "name" in item.attrs:
            arrays = [_array(item, number, h5py) for number in sorted(item.keys(), key=int)]
            named.append((str(item.attrs["name"]), arrays))

    with h5py.File(content, "r") as file:
        file.visititems(collect)
    return _Description(config, config.get("compile_config") or {}, _by_name(named))


def _read_legacy(file: Any, h5py: Any) -> _Description:
    config = json.loads(file.attrs["model_config"])
    compiled = json.loads(file.attrs.get("training_config", "{}"))
    layers = _item(file, "model_weights", h5py)
    named = []
    for name in layers:
        layer = _item(layers, name, h5py)
        names = [_text(each) for each in layer.attrs.get("weight_names", [])]
        named.append((name, [_array(layer, each, h5py) for each in names]))
    return _Description(config, compiled, _by_name(named))


def _item(group: Any, path: str, h5py: Any) -> Any:
    """What lies at a path inside the file; links may lead out of it."""
    for part in path.split("/"):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise ValueError(f"the part {path!r} does not lie in this file")
        group = group[part]
    return group


def _array(group: Any, path: str, h5py: Any) -> NDArray[Any]:
    dataset = _item(group, path, h5py)
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"the array {path!r} does not lie in this file")
    if dataset.size and not dataset.id.get_storage_size():
        raise ValueError(f"the array {path!r} is announced, but not there")
    array: NDArray[Any] = np.asarray(dataset)
    return array


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _chain(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The layers of a model, and of models in it, one after the other."""
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS or not _is_own(model) or "layers" not in config:
        raise refuse(f"a model of the class {kind!r}, which may compute anything,")
    before = None
    for layer in config["layers"]:
        if "input_layers" in config:
            _require_next(layer, before)
        before = layer.get("name", layer["config"].get("name"))
        if "layers" in layer["config"]:
            yield from _chain(layer)
        else:
            yield layer
    ends = _ends(config.get("output_layers", [before]))
    if ends != [before]:
        raise refuse(f"a model that gives the outputs of {', '.join(map(repr, ends))}")


def _is_own(record: dict[str, Any]) -> bool:
    """Whether a class is Keras's own; one of somebody else may have the same name."""
    module = record.get("module")
    return module is None or module == "keras" or module.startswith("keras.")


def _ends(output_layers: Any) -> list[str]:
    """The names of the output layers: ["a", 0, 0], [["a", 0, 0], ...] or ["a"]."""
    if isinstance(output_layers, list | tuple) and output_layers:
        if isinstance(output_layers[0], str):
            return [output_layers[0]]
        return [name for each in output_layers for name in _ends(each)]
    return []


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
        if layer["class_name"] == "Dense" and config["name"] in weights:
            return int(weights[config["name"]][0].shape[0])
    raise LimitError("the model does not say how many inputs it has")


def _precision(weights: Weights) -> str:
    arrays = [array for arrays in weights.values() for array in arrays]
    return "float64" if any(array.dtype == np.float64 for array in arrays) else "float32"


def _add(
    builder: NetworkBuilder, layer: dict[str, Any], weights: list[NDArray[Any]], *, flat: bool
) -> bool:
    """Add a layer; `flat` and the result say whether there is one row for each example."""
    kind, config = layer["class_name"], layer["config"]
    words = f"the layer {config['name']!r} ({kind})"
    if not _is_own(layer):
        raise refuse(f"{words} of {layer['module']!r}, which is not Keras's own,")
    if config.get("lora_rank") or config.get("quantization_config"):
        raise refuse(f"{words} with LoRA or quantisation")
    if kind in WITHOUT_EFFECT:
        return flat
    by_unit = kind not in ("Flatten", "Rescaling", "Activation", "ReLU", "LeakyReLU", "ELU")
    if kind == "Activation":
        by_unit = config["activation"] == "softmax"
    if by_unit and not flat:
        raise refuse(f"{words}, which sees only a part of what comes in,")
    match kind:
        case "Flatten" if flat or config.get("data_format") != "channels_first":
            return True
        case "Dense":
            builder.dense(weights[0], weights[1] if config.get("use_bias", True) else None)
            _activate(builder, config.get("activation"), words)
        case "Activation":
            _activate(builder, config["activation"], words)
        case "Rescaling":
            builder.scale(config["scale"], config.get("offset", 0.0))
        case "Normalization" if not config.get("invert", False):
            _standardise(builder, config, weights)
        case "BatchNormalization":
            _normalise(builder, config, weights)
        case "ReLU" | "LeakyReLU" | "ELU" | "Softmax":
            _activate(builder, layer, words)
        case _:
            raise refuse(words)
    return flat


def _standardise(
    builder: NetworkBuilder, config: dict[str, Any], weights: list[NDArray[Any]]
) -> None:
    given = config.get("mean") is not None
    mean, variance = (config["mean"], config["variance"]) if given else (weights[0], weights[1])
    # As Keras does, against a division by 0.
    deviation = np.maximum(np.sqrt(np.asarray(variance, dtype=np.float64)), 1e-7)
    builder.scale(1 / deviation, -np.asarray(mean, dtype=np.float64) / deviation)


def _normalise(
    builder: NetworkBuilder, config: dict[str, Any], weights: list[NDArray[Any]]
) -> None:
    arrays = iter(weights)
    gamma = next(arrays) if config.get("scale", True) else np.ones(builder.units)
    beta = next(arrays) if config.get("center", True) else np.zeros(builder.units)
    mean, variance = arrays
    builder.normalise(gamma, beta, mean, variance, config["epsilon"])


def _activate(builder: NetworkBuilder, activation: Any, words: str) -> None:
    """End the last layer in an activation, given by name or as a layer of its own."""
    settings: dict[str, Any]
    if isinstance(activation, dict):
        name, settings = str(activation.get("class_name")), activation.get("config") or {}
        if not _is_own(activation) or not isinstance(settings, dict):
            raise refuse(f"{words} with an activation of its own")
    else:
        name, settings = str(activation or "linear"), {}
    match name:
        case "leaky_relu":
            builder.activate("leaky_relu", slope=0.2)
        case "LeakyReLU":
            # Keras 2 called it alpha.
            slope = settings["negative_slope" if "negative_slope" in settings else "alpha"]
            builder.activate("leaky_relu", slope=float(slope))
        case "elu":
            builder.activate("elu", alpha=1.0)
        case "ELU":
            builder.activate("elu", alpha=float(settings.get("alpha", 1.0)))
        case "ReLU" if not settings.get("threshold") and settings.get("max_value") is None:
            slope = float(settings.get("negative_slope") or 0.0)
            if slope:
                builder.activate("leaky_relu", slope=slope)
            else:
                builder.activate("relu")
        case "Softmax" if settings.get("axis", -1) in (-1, 1):
            builder.activate("softmax")
        case _ if name.islower() and builder.activate_known_as(name):
            pass  # a function, which has nothing to be set
        case _:
            raise refuse(f"{words} with the activation {name!r}")


def _loss_of(loss: Any) -> tuple[Loss | None, bool]:
    """Return what a Keras loss is, and whether it takes logits."""
    if loss is None:
        return None, False
    settings: dict[str, Any] = {}
    if isinstance(loss, dict) and "class_name" not in loss and len(loss) == 1:
        (loss,) = loss.values()
    if isinstance(loss, list | tuple) and len(loss) == 1:
        (loss,) = loss
    if isinstance(loss, dict) and "class_name" in loss:
        settings = loss.get("config") or {}
        if not _is_own(loss) or not isinstance(settings, dict):
            raise LimitError(
                f"the model was compiled with the function {settings!r}; compile it with the name "
                "of a loss"
            )
        loss = loss["class_name"]
    if not isinstance(loss, str):
        raise LimitError("the model was compiled with several losses; Glassnet knows one")
    return keras_loss(loss, settings), bool(settings.get("from_logits"))
