"""Import from ONNX: sequences of Gemm, MatMul and Add, activations and normalisations."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.foreign import UnreadableError, reading
from glassnet.errors import LimitError, MissingPackageError
from glassnet.interop.comparison import Outputs
from glassnet.interop.network_builder import (
    NetworkBuilder,
    fitting_loss,
    note_not_imported,
    refuse,
)
from glassnet.interop.onnx_chain import Chain
from glassnet.interop.onnx_classical import DOMAIN, add_classical
from glassnet.interop.onnx_constants import Constants, named
from glassnet.interop.sixteen_bits import warn_of_sixteen_bits
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss

__all__ = ["from_onnx"]

#: Of the files that it reads.
SUFFIXES = (".onnx",)
_Adder: TypeAlias = Callable[[NetworkBuilder, Any, dict[str, Any], Constants], None]
# Nodes that do nothing at inference.
WITHOUT_EFFECT = ("Identity",)


def from_onnx(model: Any, *, loss: str | Loss | None = None, output: str | None = None) -> Network:
    """Convert an ONNX model to a Network. No code in the file is run.

    Parameters
    ----------
    model : path, or onnx.ModelProto
    loss : str or Loss, optional
        ONNX files do not record the training loss; if not given, it follows from the output
        activation.
    output : str, optional
        The output to convert, by its name, where the model has several. The class that a
        classifier also returns is none of them: its probabilities are converted, and its class
        names are the network's.

    Returns
    -------
    Network
        Of two probabilities p and 1 − p it has p. A final LogSoftmax becomes a softmax. Scalings
        with constants (Mul, Div, Sub, Scaler) do not learn.

    Warns
    -----
    PartialImportWarning
        If biases of one initializer became separate, or the reference evaluator of onnx, with
        which the outputs are compared, cannot run the model.

    Raises
    ------
    LimitError
        If it is not a sequence of fully connected layers, or weights are used twice; the message
        names the node. If it has several outputs, none of which is named. If the network's outputs
        are not those of the model.
    FileFormatError
        If the file is not an ONNX model.
    MissingPackageError
        If the onnx package is not installed.
    """
    if hasattr(model, "graph"):
        chain = Chain.of(model, output)
        builder = _built(chain)
    else:
        but = FileNotFoundError, IsADirectoryError, PermissionError
        with reading(Path(model), "an ONNX model", but):
            chain = Chain.of(_opened(model), output)
            builder = _built(chain)
    chosen, _ = fitting_loss(builder, loss, None, logits=False)
    notes = chain.constants.require_own(chain.nodes)
    outputs: Outputs | None = None
    try:
        outputs = _one_of_pair(chain.outputs(), builder.units)
        outputs(np.zeros((1, builder.inputs)))
    except Exception:  # noqa: BLE001 - operators raise as they like
        notes.append("a comparison of the outputs: onnx's evaluator cannot run the model")
        outputs = None
    classes = chain.classes
    if classes is not None and len(classes) != max(2, builder.units):
        classes = None
    net = builder.network(
        chosen, classes, chain.features, outputs=outputs, tolerance=chain.tolerance
    )
    note_not_imported(net, notes)
    warn_of_sixteen_bits({array.dtype.name for array in chain.constants.arrays.values()})
    return net


def _one_of_pair(outputs: Outputs, units: int) -> Outputs:
    """The outputs of a network of one unit p, for a model that gives 1 − p and p."""

    def one(rows: Array) -> Array:
        given = outputs(rows)
        return given[:, 1:] if units == 1 and given.shape[1] == 2 else given

    return one


def _built(chain: Chain) -> NetworkBuilder:
    constants = chain.constants
    builder = NetworkBuilder(_size_of(chain), _precision(constants))
    axes = len(chain.sizes) if chain.sizes else 2
    for node in chain.nodes:
        if node.op_type in ("Softmax", "LogSoftmax", "BatchNormalization"):
            _require_axis_of_units(node, axes, chain)
        _add(builder, node, chain)
        if node.op_type in ("Gemm", "Flatten"):
            axes = 2
        elif node.op_type == "Reshape":
            axes = constants[node.input[1]].size
    return builder


def _require_axis_of_units(node: Any, axes: int, chain: Chain) -> None:
    """Refuse what goes along another axis than the last, that of the units."""
    usual = -1 if chain.opset >= 13 else 1
    axis = 1 if node.op_type == "BatchNormalization" else _settings(node).get("axis", usual)
    if axis not in (-1, axes - 1):
        raise refuse(f"the node {named(node)} over axis {axis} of {axes} axes")


def _opened(model: Any) -> Any:
    try:
        import onnx
    except ImportError:
        raise MissingPackageError(
            "reading ONNX models needs the onnx package: pip install onnx"
        ) from None
    if isinstance(model, onnx.ModelProto):
        return model
    opened = onnx.load(os.fspath(model))
    if not opened.graph.node:
        raise UnreadableError("it has no nodes")
    return opened


def _size_of(chain: Chain) -> int:
    """Number of inputs, from the graph or the first weight matrix."""
    sizes = (chain.sizes or ())[1:]
    if sizes and all(sizes):
        return int(np.prod(sizes))
    for node in chain.nodes:
        if node.op_type in ("Gemm", "MatMul"):
            return int(_matrix(node, chain.constants).shape[0])
    raise LimitError("the number of inputs of the model is unknown")


def _precision(constants: Constants) -> str:
    doubles = any(array.dtype == np.float64 for array in constants.arrays.values())
    return "float64" if doubles else "float32"


def _add(builder: NetworkBuilder, node: Any, chain: Chain) -> None:
    kind, settings = node.op_type, _settings(node)
    if node.domain == DOMAIN:
        add_classical(builder, node, settings)
        return
    if node.domain not in ("", "ai.onnx"):
        raise refuse(f"the node {named(node)} from the domain {node.domain!r}")
    if kind in WITHOUT_EFFECT:
        return
    adders: dict[str, _Adder] = {
        "Gemm": _add_gemm,
        "MatMul": _add_matmul,
        "Add": _add_shift,
        "Sum": _add_shift,
        "Sub": _add_shift,
        "Mul": _add_factor,
        "Div": _add_factor,
        "BatchNormalization": _add_normalisation,
        "LeakyRelu": lambda a, _, s, __: a.activate("leaky_relu", slope=s.get("alpha", 0.01)),
        "Elu": lambda a, _, s, __: a.activate("elu", alpha=s.get("alpha", 1.0)),
        "Selu": _add_selu,
        "Gelu": _add_gelu,
        "LogSoftmax": _add_log_softmax,
        "Flatten": _add_shape,
        "Reshape": _add_shape if not chain.one_at_a_time else _add_shape_of_one,
        "Cast": _add_cast,
        "Dropout": _add_dropout,
    }
    if kind in adders:
        adders[kind](builder, node, settings, chain.constants)
        return
    if settings.get("alpha", 1.0) != 1:
        raise refuse(f"the node {named(node)} with alpha other than 1")
    if not builder.activate_known_as(kind):
        raise refuse(f"the node {named(node)}")


def _settings(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _matrix(node: Any, constants: Constants) -> NDArray[Any]:
    """W as (units before, units)."""
    if node.input[0] in constants or node.input[1] not in constants:
        raise refuse(f"the node {named(node)}, whose second factor is not a constant,")
    settings, W = _settings(node), constants[node.input[1]]
    if settings.get("transA", 0) or W.ndim != 2:
        raise refuse(f"the node {named(node)}")
    return W.T if settings.get("transB", 0) else W


def _add_gemm(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    W = settings.get("alpha", 1.0) * _matrix(node, constants)
    b = None
    if len(node.input) > 2 and node.input[2]:
        b = settings.get("beta", 1.0) * _by_unit(constants[node.input[2]], W.shape[1], node)
    a.dense(W, b)


def _add_matmul(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    a.dense(_matrix(node, constants), None)


def _add_shift(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if len(node.input) != 2:
        raise refuse(f"the node {named(node)} of {len(node.input)} inputs")
    (given,) = (constants[name] for name in node.input if name in constants)
    shift = _by_unit(given, a.units, node)
    if node.op_type == "Sub":
        if node.input[0] in constants:  # b − y
            a.scale(-1.0, shift)
            return
        shift = -shift
    a.shift(shift)


def _add_factor(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    (given,) = (constants[name] for name in node.input if name in constants)
    factor = _by_unit(given, a.units, node)
    if node.op_type == "Div":
        if node.input[0] in constants:
            raise refuse(f"the node {named(node)}, which divides by a unit's output,")
        factor = 1 / factor
    a.scale(factor, None)


def _add_normalisation(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if settings.get("training_mode", 0):
        raise refuse(f"the node {named(node)} in training mode")
    gamma, beta, mean, variance = (constants[name] for name in node.input[1:5])
    a.normalise(gamma, beta, mean, variance, settings.get("epsilon", 1e-5))


def _add_selu(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    usual = np.allclose(
        [settings.get("alpha", 1.67326), settings.get("gamma", 1.0507)], [1.67326, 1.0507], 1e-4
    )
    if not usual:
        raise refuse(f"the node {named(node)} with non-standard constants")
    a.activate("selu")


def _add_gelu(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    if settings.get("approximate", b"none") not in (b"none", "none"):
        raise refuse(f"the node {named(node)} with the tanh approximation")
    a.activate("gelu")


def _add_log_softmax(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    a.log_softmax()


def _add_shape(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    """Accept a reshape to one row per example, which changes nothing; refuse all others."""
    if node.op_type == "Flatten":
        whole = settings.get("axis", 1) == 1
    else:
        shape = [int(size) for size in constants[node.input[1]].reshape(-1)]
        whole = shape in ([-1, a.units], [0, a.units], [0, -1])
    if not whole:
        raise refuse(f"the node {named(node)}, which mixes examples or units,")


def _add_shape_of_one(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    """Accept a reshape of the one example that the model takes, to one row."""
    if [int(size) for size in constants[node.input[1]].reshape(-1)] not in ([1, a.units], [1, -1]):
        _add_shape(a, node, settings, constants)


def _add_cast(a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants) -> None:
    from onnx import TensorProto

    if settings.get("to") not in (TensorProto.FLOAT, TensorProto.DOUBLE):
        raise refuse(f"the node {named(node)} to a type other than float32 or float64")


def _add_dropout(
    a: NetworkBuilder, node: Any, settings: dict[str, Any], constants: Constants
) -> None:
    if len(node.input) > 2 and node.input[2] and bool(constants[node.input[2]]):
        raise refuse(f"the node {named(node)} in training mode")


def _by_unit(constant: NDArray[Any], units: int, node: Any) -> NDArray[Any]:
    """A constant as a vector with one number for each unit."""
    for_all = all(size == 1 for size in constant.shape[:-1])
    if constant.size not in (1, units) or not for_all:
        raise refuse(f"the node {named(node)} with a constant of shape {constant.shape}")
    return np.broadcast_to(constant.reshape(-1), (units,))
