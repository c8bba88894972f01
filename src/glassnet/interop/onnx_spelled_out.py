"""Activations that an ONNX model spells out, node by node."""

import math
from collections.abc import Sequence
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
CONSTANTS = {"Div": math.sqrt(2), "Add": 1.0, "Mul": 0.5}


def spelled_out(
    graph: Any, tensor: str, taking: Sequence[Any], constants: Constants
) -> tuple[Any, list[Any]] | None:
    """Return the activation that starts at a tensor as one node, and the nodes that it is.

    Parameters
    ----------
    graph : GraphProto
    tensor : str
    taking : sequence of NodeProto
        The nodes that take the tensor.
    constants : Constants
    """
    from onnx import helper

    products = [node for node in taking if node.op_type == "Mul"]
    if len(taking) != 2 or len(products) != 1:
        return None
    (product,) = products
    side = [node for node in taking if node is not product]
    while side[-1].output[0] not in product.input and len(side) < 4:
        following = [node for node in graph.node if side[-1].output[0] in node.input]
        if len(following) != 1:
            return None
        side += following
    name = FACTORS.get(tuple(node.op_type for node in side))
    nodes = [*side, product]
    if name == "Gelu":
        nodes += [node for node in graph.node if product.output[0] in node.input]
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
