"""From ONNX: a chain of Gemm, MatMul and Add, activations and normalisations."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import FileFormatError, LimitError, MissingPackageError
from glassnet.interop.network_builder import Assembly, reading, refuse
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_onnx"]

Constants = dict[str, NDArray[Any]]

# Nodes that change no number at prediction, or only the shape.
WITHOUT_EFFECT = ("Identity",)
ACTIVATIONS = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softmax": "softmax",
    "Exp": "exponential",
    "Mish": "mish",
    "Swish": "silu",
}


def from_onnx(model: Any, *, loss: str | Loss | None = None) -> Network:
    """Return the network that an ONNX model is. Nothing of it is run.

    Parameters
    ----------
    model : path, or onnx.ModelProto
    loss : str or Loss, optional
        ONNX files do not say with which loss they were trained; by the output activation if not
        given.

    Returns
    -------
    Network
        A LogSoftmax at the end becomes a softmax.

    Raises
    ------
    LimitError
        If it is not a chain of fully connected layers; the message names the node.
    FileFormatError
        If the file is no ONNX model.
    MissingPackageError
        If the package onnx is not installed.
    """
    if not hasattr(model, "graph"):
        with reading(f"{os.fspath(model)} is no ONNX model"):
            return _network(_opened(model).graph, loss)
    return _network(model.graph, loss)


def _network(graph: Any, loss: str | Loss | None) -> Network:
    constants = _constants(graph)
    inputs = [value for value in graph.input if value.name not in constants]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise LimitError(
            f"the model has {len(inputs)} inputs and {len(graph.output)} outputs; expected one of "
            "each"
        )
    nodes = _chain(graph, inputs[0].name, constants)
    assembly = Assembly(_size_of(inputs[0], nodes, constants), _precision(constants))
    for node in nodes:
        _add(assembly, node, constants)
    return assembly.network(loss_named(loss) if loss is not None else None)


def _opened(model: Any) -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingPackageError(
            "reading ONNX models needs the package onnx; install it with: pip install onnx"
        ) from None
    if isinstance(model, onnx.ModelProto):
        return model
    path = os.fspath(model)
    try:
        opened = onnx.load(path)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - protobuf's errors have no common class
        raise FileFormatError(f"{path} is no ONNX model: {str(error).splitlines()[0]}") from None
    if not opened.graph.node:
        raise FileFormatError(f"{path} is no ONNX model: it has no node")
    return opened


def _constants(graph: Any) -> Constants:
    from onnx import helper, numpy_helper

    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            (attribute,) = node.attribute
            value = helper.get_attribute_value(attribute)
            of_tensor = attribute.name == "value"
            array = numpy_helper.to_array(value) if of_tensor else np.asarray(value)
            constants[node.output[0]] = array
    return constants


def _chain(graph: Any, start: str, constants: Constants) -> list[Any]:
    """The nodes from the input to the output, each the only one that takes the one before."""
    nodes, tensor = [], start
    while tensor != graph.output[0].name:
        taking = [node for node in graph.node if tensor in node.input]
        if len(taking) != 1:
            raise refuse(f"the model branches behind {tensor!r}, and a model with branches")
        (node,) = taking
        if node in nodes:
            raise refuse("the model goes round in a circle, and such a model")
        known = {"", tensor, *constants}
        unknown = [name for name in node.input if name not in known]
        if unknown or list(node.input).count(tensor) > 1:
            raise refuse(f"the node {_named(node)} joins two branches, and a model with branches")
        nodes.append(node)
        tensor = node.output[0]
    return nodes


def _size_of(value: Any, nodes: list[Any], constants: Constants) -> int:
    """How many inputs there are: as the graph says, or as the first matrix has rows."""
    sizes = [dimension.dim_value for dimension in value.type.tensor_type.shape.dim[1:]]
    if sizes and all(sizes):
        return int(np.prod(sizes))
    for node in nodes:
        if node.op_type in ("Gemm", "MatMul"):
            W = _matrix(node, constants)
            return int(W.shape[0])
    raise LimitError("the model does not say how many inputs it has")


def _precision(constants: Constants) -> str:
    doubles = any(array.dtype == np.float64 for array in constants.values())
    return "float64" if doubles else "float32"


def _named(node: Any) -> str:
    return f"{node.name!r} ({node.op_type})" if node.name else f"of kind {node.op_type}"


def _add(assembly: Assembly, node: Any, constants: Constants) -> None:
    kind, settings = node.op_type, _settings(node)
    if node.domain not in ("", "ai.onnx"):
        raise refuse(f"the node {_named(node)} of the domain {node.domain!r}")
    if kind in WITHOUT_EFFECT:
        return
    if kind in ACTIVATIONS:
        if settings.get("axis", -1) not in (-1, 1):
            raise refuse(f"the node {_named(node)} over axis {settings['axis']}")
        if kind == "Swish" and settings.get("alpha", 1.0) != 1:
            raise refuse(f"the node {_named(node)} with a factor of its own")
        assembly.activate(ACTIVATIONS[kind])
        return
    adders: dict[str, Callable[[Assembly, Any, dict[str, Any], Constants], None]] = {
        "Gemm": _add_gemm,
        "MatMul": _add_matmul,
        "Add": _add_shift,
        "Sub": _add_shift,
        "Mul": _add_factor,
        "Div": _add_factor,
        "BatchNormalization": _add_normalisation,
        "LeakyRelu": lambda a, _, s, __: a.activate("leaky_relu", s.get("alpha", 0.01)),
        "Elu": lambda a, _, s, __: a.activate("elu", s.get("alpha", 1.0)),
        "Selu": _add_selu,
        "Gelu": _add_gelu,
        "LogSoftmax": _add_log_softmax,
        "Flatten": _add_shape,
        "Reshape": _add_shape,
        "Cast": _add_cast,
        "Dropout": _add_dropout,
    }
    if kind not in adders:
        raise refuse(f"the node {_named(node)}")
    adders[kind](assembly, node, settings, constants)


def _settings(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _matrix(node: Any, constants: Constants) -> NDArray[Any]:
    """W as (units before, units)."""
    if node.input[0] in constants or node.input[1] not in constants:
        raise refuse(f"the node {_named(node)}, whose second factor is no constant,")
    settings, W = _settings(node), constants[node.input[1]]
    if settings.get("transA", 0) or W.ndim != 2:
        raise refuse(f"the node {_named(node)}")
    return W.T if settings.get("transB", 0) else W


def _add_gemm(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    W = settings.get("alpha", 1.0) * _matrix(node, constants)
    b = None
    if len(node.input) > 2 and node.input[2]:
        b = settings.get("beta", 1.0) * _by_unit(constants[node.input[2]], W.shape[1], node)
    a.dense(W, b)


def _add_matmul(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    a.dense(_matrix(node, constants), None)


def _add_shift(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    (given,) = (constants[name] for name in node.input if name in constants)
    shift = _by_unit(given, a.units, node)
    if node.op_type == "Sub":
        if node.input[0] in constants:  # b − y
            a.scale(-1.0, shift)
            return
        shift = -shift
    a.shift(shift)


def _add_factor(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    (given,) = (constants[name] for name in node.input if name in constants)
    factor = _by_unit(given, a.units, node)
    if node.op_type == "Div":
        if node.input[0] in constants:
            raise refuse(f"the node {_named(node)}, which divides by a unit's output,")
        factor = 1 / factor
    a.scale(factor, None)


def _add_normalisation(
    a: Assembly, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if settings.get("training_mode", 0):
        raise refuse(f"the node {_named(node)} in training")
    gamma, beta, mean, variance = (constants[name] for name in node.input[1:5])
    a.normalise(gamma, beta, mean, variance, settings.get("epsilon", 1e-5))


def _add_selu(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    usual = np.allclose(
        [settings.get("alpha", 1.67326), settings.get("gamma", 1.0507)], [1.67326, 1.0507], 1e-4
    )
    if not usual:
        raise refuse(f"the node {_named(node)} with constants of its own")
    a.activate("selu")


def _add_gelu(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    if settings.get("approximate", b"none") not in (b"none", "none"):
        raise refuse(f"the node {_named(node)} in its approximation by tanh")
    a.activate("gelu")


def _add_log_softmax(
    a: Assembly, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if settings.get("axis", -1) not in (-1, 1):
        raise refuse(f"the node {_named(node)} over axis {settings['axis']}")
    a.log_softmax()


def _add_shape(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    """A row for each example, as it is here already; other shapes mix examples or units."""
    if node.op_type == "Flatten":
        whole = settings.get("axis", 1) == 1
    else:
        shape = [int(size) for size in constants[node.input[1]].reshape(-1)]
        whole = shape in ([-1, a.units], [0, a.units], [0, -1])
    if not whole:
        raise refuse(f"the node {_named(node)}, which mixes examples or units,")


def _add_cast(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    from onnx import TensorProto

    if settings.get("to") not in (TensorProto.FLOAT, TensorProto.DOUBLE):
        raise refuse(f"the node {_named(node)} to numbers of fewer digits")


def _add_dropout(a: Assembly, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    if len(node.input) > 2 and node.input[2] and bool(constants[node.input[2]]):
        raise refuse(f"the node {_named(node)} in training")


def _by_unit(constant: NDArray[Any], units: int, node: Any) -> NDArray[Any]:
    """A constant as one number for each unit, the same for all examples."""
    for_all = all(size == 1 for size in constant.shape[:-1])
    if constant.size not in (1, units) or not for_all:
        raise refuse(f"the node {_named(node)} with a constant of shape {constant.shape}")
    return np.broadcast_to(constant.reshape(-1), (units,))
