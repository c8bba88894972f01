"""From Keras: Sequential models and functional ones that are a chain, as objects or files.

A file is read as what it is, JSON and arrays; Keras is not needed, and nothing in it is run.
"""

import os
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.core.foreign import reading
from glassnet.errors import LimitError
from glassnet.interop.comparison import Outputs, tolerance_of
from glassnet.interop.keras_activations import activate
from glassnet.interop.keras_training import loss_of, training_only
from glassnet.interop.keras_weights import (
    Description,
    LayerWeights,
    Path,
    description_of,
    is_own,
    layers_of,
    name_of,
    read_description,
    require_layers,
)
from glassnet.interop.keras_weights_file import network_of_weights, read_arrays
from glassnet.interop.network_builder import (
    NetworkBuilder,
    fitting_loss,
    note_not_imported,
    refuse,
    shared,
)
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named
from glassnet.nn.losses.unknown_loss import UnknownLoss

__all__ = ["from_keras"]

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


def from_keras(
    model: Any, *, loss: str | Loss | None = None, like: Network | None = None
) -> Network:
    """Return the network that a Keras model is, at inference.

    Parameters
    ----------
    model : keras.Model, or path of a ``.keras`` or ``.h5`` file
        Dense, Activation and the layers of single activations, Dropout, Flatten, Rescaling,
        Normalization, BatchNormalization.
    loss : str or Loss, optional
        The loss that the model was compiled with, if not given.
    like : Network, optional
        The architecture, for a file of Dense layers' weights alone, as ``save_weights`` writes it.

    Returns
    -------
    Network
        With the loss that the model was compiled with. Where that takes logits, the network ends
        in the softmax or sigmoid that makes probabilities of them; where Glassnet does not know
        it, reading ``Network.loss`` raises LimitError. Layers that do not train in Keras have a
        ``weight_rate`` and ``bias_rate`` of 0.

    Warns
    -----
    PartialImportWarning
        If regularizers, constraints or settings of the optimizer act on a training that the
        network does not hold.

    Raises
    ------
    LimitError
        If it is not a chain of fully connected layers, or a layer is used twice; the message
        names the layer. If the network's outputs are not those of the model.
    FileFormatError
        If a file is not a Keras model.
    ValueError
        If the weights of a file do not fit `like`.
    MissingPackageError
        If a file is given and the package h5py is not installed.
    """
    if like is not None:
        return _with_weights(model, like, loss)
    outputs, tolerance = None, tolerance_of("float32")
    if isinstance(model, str | os.PathLike):
        path = pathlib.Path(model)
        with reading(path, "a Keras model", (FileNotFoundError, PermissionError)):
            description = read_description(path)
            builder, training = _built(description), _training_of(description)
    else:
        description = description_of(model)
        builder, training = _built(description), _training_of(description)
        outputs, tolerance = _outputs_of(model), _tolerance(model)
    found, logits, not_imported = training
    chosen, logits = fitting_loss(builder, loss, found, logits=logits)
    net = builder.network(chosen, logits=logits, outputs=outputs, tolerance=tolerance)
    note_not_imported(net, not_imported)
    warn_of_sixteen_bits(_dtypes(description))
    return net


def _with_weights(file: Any, like: Network, loss: str | Loss | None) -> Network:
    if not isinstance(file, str | os.PathLike):
        raise TypeError("like is for files of weights alone; a model has its architecture")
    path = pathlib.Path(file)
    with reading(path, "weights of a Keras model", (FileNotFoundError, PermissionError)):
        arrays = read_arrays(path)
    net = network_of_weights(arrays, like)
    if loss is not None:
        net.loss = loss_named(loss)
        net.program(net.loss)  # the pair of loss and output activation must fit
    return net


def _built(description: Description) -> NetworkBuilder:
    weights = description.weights
    chain = list(_chain(description.model))
    layers = [layer for _, layer, _ in chain]
    builder = NetworkBuilder(_inputs(chain, weights), _precision(weights))
    shape = layers[0]["config"].get("batch_shape") or layers[0]["config"].get("batch_input_shape")
    flat = shape is None or len(shape) <= 2  # one row for each example
    for path, layer, learns in chain:
        own = weights.get(path, LayerWeights())
        learn = own.learn or [True] * len(own.arrays)
        own = LayerWeights(own.arrays, [learns and each for each in learn])
        flat = _add(builder, layer, own, description.version, flat=flat)
    return builder


def _training_of(description: Description) -> tuple[Loss | UnknownLoss | None, bool, list[str]]:
    """The loss, whether it takes logits, and what acts on the training besides."""
    layers = [layer for _, layer, _ in _chain(description.model)]
    loss, logits = loss_of(description.compiled)
    return loss, logits, training_only(layers, description.compiled)


def _outputs_of(model: Any) -> Outputs:
    shape = model.input_shape[1:]

    def outputs(rows: Array) -> Array:
        sizes = shape if None not in shape else rows.shape[1:]
        predicted: Array = np.asarray(model.predict_on_batch(rows.reshape(len(rows), *sizes)))
        return predicted

    return outputs


def _tolerance(model: Any) -> float:
    """How exactly Keras computes: some layers in 16 bits; on a GPU, products with 10 bits."""
    keras = sys.modules.get(type(model).__module__.partition(".")[0])
    tolerances = [tolerance_of(str(getattr(layer, "compute_dtype", ""))) for layer in model.layers]
    # With PyTorch, Keras has no list of devices, and products of all bits.
    if keras is not None and hasattr(keras, "distribution") and keras.backend.backend() != "torch":
        devices = keras.distribution.list_devices()
        if not all(str(name).startswith("cpu") for name in devices):
            tolerances.append(tolerance_of("float16"))
    return max(tolerances)


def _chain(
    model: dict[str, Any], path: Path = (), *, learns: bool = True
) -> Iterator[tuple[Path, dict[str, Any], bool]]:
    """The layers of a model, and of models in it, one after the other; and whether each learns."""
    require_layers(model)
    config = model["config"]
    settings = {} if isinstance(config, list) else config
    learns = learns and bool(settings.get("trainable", True))
    before = None
    for layer in layers_of(model):
        name = name_of(layer)
        if "shared_object_id" in layer:
            raise shared(f"the layer {name!r}", "another place of the model")
        if "input_layers" in settings:
            _require_next(layer, before)
        before = name
        if "layers" in layer["config"]:
            yield from _chain(layer, (*path, name), learns=learns)
        else:
            layer["config"]["name"] = name
            yield (*path, name), layer, learns and bool(layer["config"].get("trainable", True))
    ends = _ends(settings.get("output_layers", [before]))
    if ends != [before]:
        raise refuse(f"a model that gives the outputs of {', '.join(map(repr, ends))}")


def _ends(output_layers: Any) -> list[str]:
    """The names of the output layers: ["a", 0, 0], [["a", 0, 0], ...] or ["a"]."""
    if isinstance(output_layers, list | tuple) and output_layers:
        if isinstance(output_layers[0], str):
            return [output_layers[0]]
        return [name for each in output_layers for name in _ends(each)]
    return []


def _require_next(layer: dict[str, Any], before: str | None) -> None:
    """Refuse a functional model in which a layer takes anything but the one listed before."""
    nodes = layer.get("inbound_nodes", [])
    taken = _histories(nodes)
    if len(nodes) > 1 and len(taken) > 1:
        raise shared(f"the layer {name_of(layer)!r}", "another call of it")
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


def _inputs(
    chain: list[tuple[Path, dict[str, Any], bool]], weights: dict[Path, LayerWeights]
) -> int:
    for path, layer, _ in chain:
        config = layer["config"]
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if shape and None not in shape[1:]:
            return int(np.prod(shape[1:]))
        if layer["class_name"] == "Dense" and path in weights and weights[path].arrays:
            return int(weights[path].arrays[0].shape[0])
    raise LimitError(
        "the model does not say how many inputs it has; begin it with an Input layer, or call it"
    )


def _dtypes(description: Description) -> set[str]:
    """The types of all arrays, and those that layers compute in."""
    policies = [layer["config"].get("dtype") for _, layer, _ in _chain(description.model)]
    names = {_policy_name(each) for each in policies}
    arrays = [array for own in description.weights.values() for array in own.arrays]
    return names | {array.dtype.name for array in arrays}


def _policy_name(policy: Any) -> str:
    """A type's name, which a policy has in its settings."""
    while isinstance(policy, dict):
        policy = policy.get("config") or policy.get("name")
    return str(policy)


def _precision(weights: dict[Path, LayerWeights]) -> str:
    arrays = [array for own in weights.values() for array in own.arrays]
    return "float64" if any(array.dtype == np.float64 for array in arrays) else "float32"


def _add(
    builder: NetworkBuilder,
    layer: dict[str, Any],
    weights: LayerWeights,
    version: str,
    *,
    flat: bool,
) -> bool:
    """Add a layer; `flat` and the result say whether there is one row for each example."""
    kind, config = layer["class_name"], layer["config"]
    words = f"the layer {config['name']!r} ({kind})"
    if not is_own(layer):
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
    if kind in ("Dense", "BatchNormalization") and not weights.arrays:
        raise LimitError(
            f"there are no weights of {words}: it is used twice, was not built yet, or was saved "
            "by a version of Keras whose files Glassnet does not read; load the model with Keras "
            "3, and save it again"
        )
    match kind:
        case "Flatten" if flat or config.get("data_format") != "channels_first":
            return True
        case "Dense":
            b = weights.arrays[1] if len(weights.arrays) > 1 else None
            learn = (*(weights.learn or ()), True)
            builder.dense(weights.arrays[0], b, learns=learn[0], bias_learns=learn[1])
            activate(builder, config.get("activation"), words, version)
        case "Activation":
            activate(builder, config["activation"], words, version)
        case "Rescaling":
            builder.scale(config["scale"], config.get("offset", 0.0))
        case "Normalization" if not config.get("invert", False):
            _standardise(builder, config, weights.arrays)
        case "BatchNormalization" if config.get("mode") == 1:
            raise refuse(f"{words} of each example, as Keras 1 had it,")
        case "BatchNormalization":
            _normalise(builder, config, weights)
        case "ReLU" | "LeakyReLU" | "ELU" | "Softmax":
            activate(builder, layer, words, version)
        case "PReLU" if weights.arrays:
            builder.leaky_relu_of(weights.arrays[0], words)
        case _:
            raise refuse(words)
    return flat


def _standardise(builder: NetworkBuilder, config: dict[str, Any], weights: list[Array]) -> None:
    given = config.get("mean") is not None
    mean, variance = (config["mean"], config["variance"]) if given else (weights[0], weights[1])
    # As Keras does, against a division by 0.
    deviation = np.maximum(np.sqrt(np.asarray(variance, dtype=np.float64)), 1e-7)
    builder.scale(1 / deviation, -np.asarray(mean, dtype=np.float64) / deviation)


def _normalise(builder: NetworkBuilder, config: dict[str, Any], weights: LayerWeights) -> None:
    arrays, learn = iter(weights.arrays), (*(weights.learn or ()), True)
    gamma = next(arrays) if config.get("scale", True) else None
    beta = next(arrays) if config.get("center", True) else None
    mean, variance = arrays
    learns = learn[0], learn[0 if gamma is None else 1]
    builder.normalise(gamma, beta, mean, variance, config["epsilon"], learns=learns)
