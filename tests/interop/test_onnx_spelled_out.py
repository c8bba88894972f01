"""Activations that are spelled out node by node."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import X, array, evaluation, model, onnx

pytestmark = pytest.mark.filterwarnings("ignore")


W, V = array(4, 6), array(6, 3)
node = onnx.helper.make_node
FIRST, LAST = node("Gemm", ["x", "W"], ["a"]), node("Gemm", ["h", "V"], ["y"])
NUMBERS = {"root": 2**0.5, "one": 1.0, "half": 0.5, "two": 2.0, "twenty": 20.0}
SILU = [node("Sigmoid", ["a"], ["s"]), node("Mul", ["a", "s"], ["h"])]
MISH = [
    node("Softplus", ["a"], ["p"]),
    node("Tanh", ["p"], ["t"]),
    node("Mul", ["t", "a"], ["h"]),
]


def gelu(**others: str) -> list[Any]:
    named = {"root": "root", "one": "one", "half": "half"} | others
    return [
        node("Div", ["a", named["root"]], ["d"]),
        node("Erf", ["d"], ["e"]),
        node("Add", ["e", named["one"]], ["f"]),
        node("Mul", ["a", "f"], ["g"]),
        node("Mul", ["g", named["half"]], ["h"]),
    ]


def softplus(threshold: str = "twenty") -> list[Any]:
    return [
        node("Softplus", ["a"], ["p"]),
        node("Greater", ["a", threshold], ["g"]),
        node("Where", ["g", "a", "p"], ["h"]),
    ]


def made_of(nodes: list[Any]) -> Any:
    constants = {"W": W, "V": V}
    constants |= {name: np.array(value, dtype=np.float32) for name, value in NUMBERS.items()}
    return model([FIRST, *nodes, LAST], constants)


@pytest.mark.parametrize(
    ("nodes", "name"),
    [
        (SILU, "silu"),
        (MISH, "mish"),
        (gelu(), "gelu"),
        (softplus(), "softplus"),
    ],
)
def test_they_are_recognised(nodes: list[Any], name: str) -> None:
    made = made_of(nodes)
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X})
    net = gn.from_onnx(made)
    assert net.architecture.layers[0].activation.name == name
    assert net.predict_proba(X) == pytest.approx(theirs, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(
    "nodes",
    [
        softplus(threshold="two"),
        gelu(root="two"),
        gelu(one="two"),
        gelu(half="two"),
        [node("Tanh", ["a"], ["s"]), node("Mul", ["a", "s"], ["h"])],
        [node("Sigmoid", ["a"], ["s"]), node("Add", ["a", "s"], ["h"])],
    ],
)
def test_others_branch(nodes: list[Any]) -> None:
    with pytest.raises(gn.LimitError, match="branches after 'a'"):
        gn.from_onnx(made_of(nodes))
