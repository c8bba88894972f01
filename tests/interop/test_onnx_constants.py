"""Constants made of constants, and those of two nodes."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning
from tests.onnx_models import X, array, chain, evaluation, model, onnx

pytestmark = pytest.mark.filterwarnings("ignore")


W, b, V, c = array(4, 6), array(6), array(6, 3), array(3)
node = onnx.helper.make_node
LAST = [node("Relu", ["a"], ["h"]), node("Gemm", ["h", "V", "c"], ["y"], "last")]
FIRST = [node("Gemm", ["x", "W", "b"], ["a"], "first"), *LAST]
QUANTISED = np.round(W * 40).astype(np.int8)


@pytest.mark.parametrize(
    ("nodes", "constants"),
    [
        ([node("Identity", ["b0"], ["b"]), *FIRST], {"W": W, "b0": b}),
        ([node("Transpose", ["W0"], ["W"], perm=[1, 0]), *FIRST], {"W0": W.T.copy(), "b": b}),
        ([node("Cast", ["W0"], ["W"], to=1), *FIRST], {"W0": W.astype(np.float64), "b": b}),
        ([node("Cast", ["W0"], ["W"], to=1), *FIRST], {"W0": W.astype(np.float16), "b": b}),
        (
            [node("Reshape", ["b0", "s"], ["b"]), *FIRST],
            {"W": W, "b0": b.reshape(6, 1), "s": np.array([6])},
        ),
        (
            [node("Unsqueeze", ["b0", "s"], ["b"]), *FIRST],
            {"W": W, "b0": b, "s": np.array([0])},
        ),
        (
            [node("Concat", ["W0", "W9"], ["W"], axis=1), *FIRST],
            {"W0": W[:, :2].copy(), "W9": W[:, 2:].copy(), "b": b},
        ),
        (
            [
                node("Transpose", ["W0"], ["W8"]),
                node("Identity", ["W8"], ["W"]),
                node("Squeeze", ["b0"], ["b"]),
                *FIRST,
            ],
            {"W0": W.T.copy(), "b0": b.reshape(1, 6)},
        ),
        (
            [node("DequantizeLinear", ["W0", "s", "z"], ["W"]), *FIRST],
            {"W0": QUANTISED, "s": np.float32(0.025), "z": np.int8(3), "b": b},
        ),
        (
            [node("DequantizeLinear", ["W0", "s"], ["W"], axis=0), *FIRST],
            {"W0": QUANTISED, "s": np.full(4, 0.025, dtype=np.float32), "b": b},
        ),
        (
            [node("MatMul", ["x", "W"], ["m"]), node("Sum", ["m", "b"], ["a"]), *LAST],
            {"W": W, "b": b},
        ),
    ],
)
def test_constants_may_be_made_of_constants(nodes: Any, constants: Any) -> None:
    constants = {name: np.asarray(value) for name, value in constants.items()}
    made = model(nodes, constants | {"V": V, "c": c}, opset=21)
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X})
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(theirs, rel=1e-5, abs=1e-5)


def test_more_numbers_than_there_were_are_refused() -> None:
    nodes = [node("Concat", ["W"] * 9, ["W9"], "many", axis=0), *FIRST]
    with pytest.raises(gn.LimitError, match=r"'many' \(Concat\), which makes more numbers than"):
        gn.from_onnx(model(nodes, {"W": W, "b": b, "V": V, "c": c}))


S, d = array(4, 4), array(4)


@pytest.mark.parametrize(
    "nodes",
    [
        chain(("Gemm", ["S", "d"], {}), ("Relu", [], {}), ("Gemm", ["S"], {})),
        chain(("Gemm", ["S"], {}), ("Relu", [], {}), ("Gemm", ["S"], {"transB": 1})),
        chain(("MatMul", ["S"], {}), ("Relu", [], {}), ("MatMul", ["S"], {})),
        chain(("Gemm", ["S", "d"], {}), ("Relu", [], {}), ("Gemm", ["R", "d"], {})),
        chain(("MatMul", ["S"], {}), ("Add", ["d"], {}), ("MatMul", ["R"], {}), ("Add", ["d"], {})),
        [
            node("Transpose", ["S"], ["T"]),
            *chain(("Gemm", ["S"], {}), ("Relu", [], {}), ("Gemm", ["T"], {})),
        ],
        [
            node("Identity", ["d"], ["e"]),
            *chain(("Gemm", ["S", "d"], {}), ("Relu", [], {}), ("Gemm", ["R", "e"], {})),
        ],
    ],
)
def test_an_initializer_of_two_nodes_is_refused(nodes: Any) -> None:
    made = model(nodes, {"S": S, "R": array(4, 4), "d": d}, outputs=4)
    with pytest.raises(gn.LimitError, match=r"node[34]' .* has the same weights as the node 'node"):
        gn.from_onnx(made)


def test_fresh_biases_that_an_exporter_merged_are_said() -> None:
    nodes = chain(("Gemm", ["S", "z"], {}), ("Relu", [], {}), ("Gemm", ["R", "z"], {}))
    made = model(nodes, {"S": S, "R": array(4, 4), "z": d * 0}, outputs=4)
    with pytest.warns(PartialImportWarning, match="'z', whose numbers are all the same, stands"):
        net = gn.from_onnx(made)
    assert net.biases[1] is not None
    made = model(nodes, {"S": S, "R": array(4, 4), "z": d * 0 + 1}, outputs=4)
    assert len(gn.from_onnx(made).not_imported) == 1
