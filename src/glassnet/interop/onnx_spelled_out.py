"""Activations and norms that an ONNX model spells out, node by node."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.interop.onnx_constants import Constants

__all__ = ["spelled_out"]

# What x is multiplied by, as the nodes that make it of x.
FACTORS = {
    ("Sigmoid",): "Silu",
    ("Softplus", "Tanh"): "Mish",
    ("Div", "Erf", "Add"): "Gelu",  # x/2 · (1 + erf(x / √2))
}
# A softplus of more than this is x itself, in float32.
FAR = 17.0
CONSTANTS = {"Div": math.sqrt(2), "Add": 1.0, "Mul": 0.5}


def spelled_out(
    takers: Mapping[str, Sequence[Any]], tensor: str, constants: Constants
) -> tuple[Any, list[Any]] | None:
    """Return the activation that starts at a tensor as one node, and the nodes that it is.

    Parameters
    ----------
    takers : mapping of str to sequence of NodeProto
        The nodes that take each tensor.
    tensor : str
    constants : Constants
    """
    from onnx import helper

    taking = takers.get(tensor, ())
    for form in (_normalizer, _softplus):
        if found := form(takers, tensor, constants):
            return found
    products = [node for node in taking if node.op_type == "Mul"]
    if len(taking) != 2 or len(products) != 1:
        return None
    (product,) = products
    side = [node for node in taking if node is not product]
    while side[-1].output[0] not in product.input and len(side) < 4:
        following = takers.get(side[-1].output[0], ())
        if len(following) != 1:
            return None
        side += following
    name = FACTORS.get(tuple(node.op_type for node in side))
    nodes = [*side, product]
    if name == "Gelu":
        nodes += takers.get(product.output[0], ())
        if len(nodes) != 5 or nodes[-1].op_type != "Mul":
            return None
    usual = all(
        np.allclose(constants[given], CONSTANTS[node.op_type], 1e-5)
        for node in nodes
        for given in node.input
        if given in constants
    )
    if name is None or not usual:
        return None
    return helper.make_node(name, [tensor], [nodes[-1].output[0]]), nodes


def _normalizer(
    takers: Mapping[str, Sequence[Any]], tensor: str, constants: Constants
) -> tuple[Any, list[Any]] | None:
    """A division by the sum of absolute values, as a Normalizer of ai.onnx.ml."""
    from onnx import helper

    taking = sorted(takers.get(tensor, ()), key=lambda node: str(node.op_type))
    if [node.op_type for node in taking] != ["Abs", "Div"]:
        return None
    size, quotient = taking
    sums = takers.get(size.output[0], ())
    if [node.op_type for node in sums] != ["ReduceSum"]:
        return None
    if list(quotient.input) != [tensor, sums[0].output[0]]:
        return None
    node = helper.make_node(
        "Normalizer", [tensor], list(quotient.output), domain="ai.onnx.ml", norm="L1"
    )
    return node, [size, sums[0], quotient]


def _softplus(
    takers: Mapping[str, Sequence[Any]], tensor: str, constants: Constants
) -> tuple[Any, list[Any]] | None:
    """A softplus that is x itself where x is large, as PyTorch's."""
    from onnx import helper

    taking = sorted(takers.get(tensor, ()), key=lambda node: str(node.op_type))
    if [node.op_type for node in taking] != ["Greater", "Softplus", "Where"]:
        return None
    large, softplus, chosen = taking
    if large.input[0] != tensor or large.input[1] not in constants:
        return None
    threshold = constants[large.input[1]]
    if list(chosen.input) != [large.output[0], tensor, softplus.output[0]]:
        return None
    if threshold.size != 1 or float(threshold.reshape(())) < FAR:
        return None
    return helper.make_node("Softplus", [tensor], list(chosen.output)), taking
