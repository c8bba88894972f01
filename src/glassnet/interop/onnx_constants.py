"""The constants of an ONNX model: its initializers, and what nodes make of constants alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.interop.network_builder import refuse, shared

__all__ = ["Constants", "constants_of", "named"]

# Nodes that make a constant of constants, no larger than these.
OF_CONSTANTS = (
    "Cast",
    "Concat",
    "DequantizeLinear",
    "Flatten",
    "Identity",
    "Reshape",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
)


@dataclass
class Constants:
    """Arrays by name.

    Attributes
    ----------
    arrays : dict of str to array
    origins : dict of str to set of str
        The initializers that each was made of.
    nodes : list of NodeProto
        The nodes that made them.
    """

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    origins: dict[str, frozenset[str]] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self.arrays

    def require_own(self, nodes: Sequence[Any]) -> list[str]:
        """Refuse initializers that are the weights or the biases of two nodes.

        Returns
        -------
        list of str
            Of initializers whose numbers are all the same, as exporters merge fresh biases, it is
            only said.
        """
        owners: dict[str, Any] = {}
        merged = []
        for node in nodes:
            for name in _learned_by(node):
                for origin in self.origins.get(name, ()):
                    if origin not in owners:
                        owners[origin] = node
                    elif np.ptp(self.arrays[origin]):
                        raise shared(f"the node {named(node)}", f"the node {named(owners[origin])}")
                    else:
                        merged.append(
                            f"{origin!r}, whose numbers are all the same, stands for parameters "
                            f"of the nodes {named(owners[origin])} and {named(node)}; here each "
                            "has its own"
                        )
        return merged


def named(node: Any) -> str:
    """Return a node's name and type; those without a name have that of their output."""
    return f"{node.name or node.output[0]!r} ({node.op_type})"


def _learned_by(node: Any) -> list[str]:
    """The inputs of a node that are its parameters."""
    first = 1 if node.op_type in ("Gemm", "BatchNormalization") else 0
    learning = ("Gemm", "MatMul", "Add", "Sum", "BatchNormalization")
    return list(node.input[first : first + 2]) if node.op_type in learning else []


def constants_of(model: Any) -> Constants:
    """Return the constants of a model, by name.

    Raises
    ------
    LimitError
        If a node makes more of them than there was.
    """
    from onnx import helper, numpy_helper

    found = Constants()
    for value in model.graph.initializer:
        found.arrays[value.name] = numpy_helper.to_array(value)
        found.origins[value.name] = frozenset((value.name,))
    most = sum(array.size for array in found.arrays.values())
    for node in model.graph.node:
        if node.op_type == "Constant":
            (attribute,) = node.attribute
            value = helper.get_attribute_value(attribute)
            of_tensor = attribute.name == "value"
            array = numpy_helper.to_array(value) if of_tensor else np.asarray(value)
            most += array.size
        elif node.op_type in OF_CONSTANTS and all(name in found for name in node.input if name):
            if sum(found[name].size for name in node.input if name) > most:
                raise refuse(f"the node {named(node)}, which makes more numbers than there are,")
            array = _result(node, model, found)
        else:
            continue
        found.arrays[node.output[0]] = array
        origins = [found.origins.get(name, frozenset()) for name in node.input]
        found.origins[node.output[0]] = frozenset().union(*origins)
        found.nodes.append(node)
    return found


def _result(node: Any, model: Any, constants: Constants) -> NDArray[Any]:
    """What a node makes of constants, by the reference evaluator of onnx."""
    if node.op_type == "DequantizeLinear":
        return _dequantised(node, *(constants[name] for name in node.input if name))
    from onnx import ValueInfoProto, helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    tensors = [numpy_helper.from_array(constants[name], name) for name in node.input if name]
    output = ValueInfoProto(name=node.output[0])
    graph = helper.make_graph([node], "constant", [], [output], tensors)
    alone = helper.make_model(graph, opset_imports=model.opset_import)
    try:
        (array,) = ReferenceEvaluator(alone).run(None, {})
    except Exception:  # noqa: BLE001 - operators raise as they like
        raise refuse(f"the node {named(node)}, which onnx cannot compute,") from None
    return np.asarray(array)


def _dequantised(
    node: Any, x: NDArray[Any], scale: NDArray[Any], zero: NDArray[Any] | None = None
) -> NDArray[Any]:
    """(x − zero) · scale, the last two for all or one for each place along an axis."""
    axes = [attribute.i for attribute in node.attribute if attribute.name == "axis"]
    shape = [1] * x.ndim
    if scale.size > 1:
        shape[axes[0] if axes else 1] = -1
    centred = x.astype(scale.dtype)
    if zero is not None:
        centred = centred - zero.astype(scale.dtype).reshape(shape)
    array: NDArray[Any] = centred * scale.reshape(shape)
    return array
