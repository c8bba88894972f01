"""Small ONNX models for the tests of their import."""

from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the package onnx is not installed here")
evaluation = pytest.importorskip("onnx.reference")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(5, 4)).astype(np.float32)


def array(*shape: int) -> Any:
    return RANDOM.normal(size=shape).astype(np.float32)


def _shape(given: int | str | list[int | str]) -> list[int | str]:
    return given if isinstance(given, list) else ["n", given]


def model(
    nodes: list[Any],
    constants: dict[str, Any],
    inputs: int | str | list[int | str] = 4,
    outputs: int | list[int | str] = 3,
    opset: int = 20,
) -> Any:
    helper = onnx.helper
    number = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", number, _shape(inputs))],
        [helper.make_tensor_value_info("y", number, _shape(outputs))],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def chain(*steps: tuple[str, list[str], dict[str, Any]]) -> list[Any]:
    """Nodes one after the other, each with its further inputs and attributes."""
    nodes, tensor = [], "x"
    for number, (kind, further, attributes) in enumerate(steps, start=1):
        output = "y" if number == len(steps) else f"t{number}"
        nodes.append(
            onnx.helper.make_node(kind, [tensor, *further], [output], f"node{number}", **attributes)
        )
        tensor = output
    return nodes
