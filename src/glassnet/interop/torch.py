"""Import from PyTorch: Sequential, and modules whose traced graph is a sequence of layers."""

import operator
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.record import record_known_as
from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.interop.network_builder import NetworkBuilder, refuse
from glassnet.network import Network
from glassnet.nn.activations.activation import Activation
from glassnet.nn.losses.categorical_crossentropy import CategoricalCrossentropy
from glassnet.nn.losses.huber import Huber
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_torch"]

WITHOUT_EFFECT = ("Dropout", "Identity", "AlphaDropout")


@dataclass(frozen=True)
class _Reshape:
    """A reshape of the array; None stands for a size read from the input."""

    sizes: tuple[int | None, ...]
    words: str


def from_torch(module: Any, *, loss: Any = None, like: Network | None = None) -> Network:
    """Convert a PyTorch module, in inference mode, to a Network.

    Parameters
    ----------
    module : torch.nn.Module, state dict, or path of a saved state dict
        A file may be a ``.safetensors`` file, or is opened with ``weights_only=True``, which runs
        no code from it.
    loss : torch.nn loss, optional
        The training loss. Losses that take logits add the output activation: CrossEntropyLoss a
        softmax, BCEWithLogitsLoss a sigmoid.
    like : Network, optional
        The architecture of a state dict: its Linear layers in order.

    Returns
    -------
    Network
        A final LogSoftmax becomes a softmax.

    Raises
    ------
    LimitError
        If it is not a sequence of fully connected layers; the message names the layer.
    FileFormatError
        If a file contains anything other than arrays.
    TypeError
        If a state dict is given without `like`.
    """
    if isinstance(module, str | os.PathLike):
        module = _state_dict(os.fspath(module))
    if isinstance(module, Mapping):
        return _from_state_dict(module, like)
    layers = list(_layers(module))
    first = next((layer for layer in layers if hasattr(layer, "in_features")), None)
    if first is None:
        raise refuse(f"a {type(module).__name__} without a Linear layer")
    builder = NetworkBuilder(_inputs(layers), _precision(first))
    for layer in layers:
        if getattr(layer, "_forward_hooks", None) or getattr(layer, "_forward_pre_hooks", None):
            raise refuse(f"the layer {layer} with hooks that may change its output")
        _add(builder, layer)
    found, logits = _loss_of(builder, loss)
    return builder.network(found, logits=logits)


def _state_dict(path: str) -> Mapping[str, Any]:
    if path.endswith(".safetensors"):
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            loaded: Mapping[str, Any] = load_file(path)
        except SafetensorError as error:
            raise FileFormatError(f"{path} is not a safetensors file: {error}") from None
        return loaded
    try:
        import torch
    except ImportError:
        raise MissingPackageError(
            "reading PyTorch files needs the torch package: pip install torch"
        ) from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a malicious file may raise anything
        raise FileFormatError(
            f"{path} contains more than arrays, or is damaged, and was not loaded; expected a "
            f"state dict saved with torch.save(module.state_dict(), ...) ({type(error).__name__})"
        ) from None
    if not isinstance(state, Mapping):
        raise FileFormatError(f"{path} does not contain a state dict")
    return state


def _from_state_dict(state: Mapping[str, Any], like: Network | None) -> Network:
    if like is None:
        raise TypeError("a state dict has no activations; pass the architecture: like=gn.Network")
    for name, value in state.items():
        if not name.endswith(("weight", "bias")) or not hasattr(value, "shape"):
            raise refuse(f"a state dict with the entry {name!r}")
    weights = [_array(value).T for name, value in state.items() if name.endswith("weight")]
    biases = [_array(value) for name, value in state.items() if name.endswith("bias")]
    net = Network([like.architecture.inputs, *like.architecture.layers], dtype=like.dtype.name)
    with_bias = iter(biases)
    try:
        net.weights = weights
        net.biases = [next(with_bias) if layer.bias else None for layer in net.architecture.layers]
        left_over = len(list(with_bias))
    except (ValueError, StopIteration) as error:
        raise ValueError(
            f"the state dict does not match the network: it has weights of shapes "
            f"{[tuple(W.shape) for W in weights]} and {len(biases)} biases ({error})"
        ) from None
    if left_over:
        raise ValueError(f"the state dict has {left_over} more biases than the network")
    net.classes, net.feature_names, net.loss = like.classes, like.feature_names, like.loss
    return net


def _layers(module: Any) -> Iterator[Any]:
    """The layers of a module in the order in which they are applied."""
    import torch

    own_forward = type(module).forward is not torch.nn.Sequential.forward
    if module._forward_hooks or module._forward_pre_hooks:  # noqa: SLF001 - no public name
        raise refuse(f"a {type(module).__name__} with hooks that may change its output")
    if isinstance(module, torch.nn.Sequential) and not own_forward:
        for child in module:
            yield from _layers(child)
    elif not list(module.children()) and type(module).__module__.startswith("torch.nn"):
        yield module
    else:
        yield from _traced(module)


def _traced(module: Any) -> Iterator[Any]:
    import torch

    try:
        graph = torch.fx.symbolic_trace(module).graph
    except Exception as error:  # noqa: BLE001 - tracing runs the module's own forward
        raise refuse(
            f"a {type(module).__name__} whose forward cannot be traced ({error})"
        ) from None
    before: Any = None
    shapes: set[Any] = set()  # sizes that are only used in reshapes
    for node in graph.nodes:
        if _asks_for_shape(node, shapes):
            shapes.add(node)
            continue
        if node.op == "placeholder":
            if before is not None:
                raise refuse(f"a {type(module).__name__} with several inputs")
            before = node
            continue
        if [given for given in node.all_input_nodes if given not in shapes] != [before]:
            raise refuse(f"the module {type(module).__name__}, which branches at {node.name!r},")
        before = node
        if node.op == "call_module":
            yield from _layers(module.get_submodule(node.target))
        elif node.op in ("call_function", "call_method"):
            yield _function(node, shapes, training=module.training)


def _asks_for_shape(node: Any, shapes: set[Any]) -> bool:
    if node.op == "call_method":
        return bool(node.target == "size")
    if node.op != "call_function" or node.target not in (getattr, operator.getitem):
        return False
    return node.args[1] == "shape" or node.args[0] in shapes


def _function(node: Any, shapes: set[Any], *, training: bool) -> Any:
    """The layer that a function in a forward method stands for."""
    import torch

    name = node.target if isinstance(node.target, str) else node.target.__name__
    if name == "contiguous":
        return torch.nn.Identity()
    if name in ("view", "reshape"):
        sizes = node.args[1:] if isinstance(node.args[1], int) or node.args[1] in shapes else ()
        return _Reshape(tuple(None if size in shapes else size for size in sizes), node.name)
    if name == "flatten":
        start = node.kwargs.get("start_dim", node.args[1] if len(node.args) > 1 else 0)
        return torch.nn.Flatten(start)
    if name == "dropout":
        on = node.kwargs.get("training", node.args[2] if len(node.args) > 2 else True)
        if on and not training:
            raise refuse(f"the function {name!r} at {node.name!r}, which is active at inference,")
        return torch.nn.Dropout()
    dimension = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else -1)
    if name in ("softmax", "log_softmax") and dimension not in (-1, 1):
        raise refuse(f"the function {name!r} over dimension {dimension}")
    modules = {own.lower(): getattr(torch.nn, own) for own in dir(torch.nn)}
    module = modules.get(name.replace("_", ""))
    found = record_known_as(Activation, name.removeprefix("log_"))
    plain = len(node.args) == 1 and set(node.kwargs) <= {"dim", "inplace", "dtype"}
    if module and found and not found().hyper_parameters and (plain or "softmax" in name):
        return module()
    raise refuse(f"the function {name!r} at {node.name!r}")


def _inputs(layers: list[Any]) -> int:
    for layer in layers:
        for name in ("in_features", "num_features"):
            if hasattr(layer, name):
                return int(getattr(layer, name))
    raise AssertionError("there is a Linear layer")


def _precision(layer: Any) -> str:
    return "float64" if layer.weight.dtype.itemsize == 8 else "float32"


def _array(tensor: Any) -> NDArray[Any]:
    if isinstance(tensor, np.ndarray):
        return tensor
    array: NDArray[Any] = tensor.detach().cpu().double().numpy()
    return array


def _add(builder: NetworkBuilder, layer: Any) -> None:
    kind = type(layer).__name__
    if kind in WITHOUT_EFFECT:
        return
    match kind:
        case "Flatten" if (layer.start_dim, layer.end_dim) == (1, -1):
            pass
        case "_Reshape":
            whole = (builder.units, -1)
            examples = len(layer.sizes) == 2 and layer.sizes[0] in (-1, None)
            if not (examples and layer.sizes[1] in whole and layer.sizes != (-1, -1)):
                raise refuse(f"the reshaping {layer.words!r}, which mixes examples or units,")
        case "Softmax" | "LogSoftmax" if layer.dim in (None, -1, 1):
            if kind == "LogSoftmax":
                builder.log_softmax()
            else:
                builder.activate("softmax")
        case "Linear":
            b = None if layer.bias is None else _array(layer.bias)
            builder.dense(_array(layer.weight).T, b)
        case "BatchNorm1d" if layer.running_mean is not None:
            gamma, beta = np.ones(builder.units), np.zeros(builder.units)
            if layer.affine:
                gamma, beta = _array(layer.weight), _array(layer.bias)
            mean, variance = _array(layer.running_mean), _array(layer.running_var)
            builder.normalise(gamma, beta, mean, variance, layer.eps)
        case "LeakyReLU":
            builder.activate("leaky_relu", slope=layer.negative_slope)
        case "ELU":
            builder.activate("elu", alpha=layer.alpha)
        case "GELU" if layer.approximate == "none":
            builder.activate("gelu")
        case "Softplus" if layer.beta == 1:
            builder.activate("softplus")
        case _ if layer.extra_repr() in ("", "inplace=True") and builder.activate_known_as(kind):
            pass  # an activation that has nothing to be set
        case _:
            raise refuse(f"the layer {layer}")


def _loss_of(builder: NetworkBuilder, loss: Any) -> tuple[Loss | None, bool]:
    """Return what a PyTorch loss is, and whether it takes logits."""
    kind = type(loss).__name__
    if loss is None:
        return None, False
    usual = {"reduction": "mean", "weight": None, "pos_weight": None, "ignore_index": -100}
    if any(getattr(loss, name, value) != value for name, value in usual.items()):
        raise LimitError(f"the loss {loss} is not the plain mean over the examples")
    if builder.log_probabilities != (kind == "NLLLoss") and kind != "CrossEntropyLoss":
        raise LimitError(
            f"the loss {kind} does not match the output of the module: NLLLoss, and only NLLLoss, "
            "takes the log-probabilities of a LogSoftmax"
        )
    match kind:
        case "CrossEntropyLoss":  # after a LogSoftmax, a second softmax changes nothing
            return CategoricalCrossentropy(loss.label_smoothing), not builder.log_probabilities
        case "NLLLoss":
            return CategoricalCrossentropy(), False
        case "BCEWithLogitsLoss":
            return loss_named("binary_crossentropy"), True
        case "BCELoss":
            return loss_named("binary_crossentropy"), False
        case "MSELoss":
            return loss_named("mean_squared_error"), False
        case "L1Loss":
            return loss_named("mean_absolute_error"), False
        case "HuberLoss":
            return Huber(loss.delta), False
    raise LimitError(f"the loss {kind} is not supported")
