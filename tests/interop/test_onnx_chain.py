"""The axis of the units, the shape of the input, and the comparison of outputs."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import PartialImportWarning
from tests.onnx_models import X, array, chain, evaluation, model, onnx

pytestmark = pytest.mark.filterwarnings("ignore")


W = array(4, 3)


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("middle", [1, "steps"])
@pytest.mark.parametrize(("opset", "attributes"), [(17, {"axis": 1}), (11, {"axis": 2})])
def test_a_softmax_along_another_axis_is_refused(
    kind: str, middle: Any, opset: int, attributes: Any
) -> None:
    nodes = chain(("MatMul", ["W"], {}), (kind, [], attributes))
    made = model(nodes, {"W": W}, ["n", middle, 4], ["n", middle, 3], opset)
    if attributes["axis"] == 1:
        with pytest.raises(gn.LimitError, match=r"node2' \(\w+\) over axis 1 of 3 axes"):
            gn.from_onnx(made)
        return
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X[:, np.newaxis]})
    theirs = np.exp(theirs) if kind == "LogSoftmax" else theirs
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(theirs[:, 0], abs=1e-6)


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize(("opset", "attributes"), [(17, {}), (17, {"axis": 1}), (11, {})])
def test_a_softmax_over_the_units_is_known_by_its_axis(
    kind: str, opset: int, attributes: Any
) -> None:
    nodes = chain(("Flatten", [], {}), ("Gemm", ["W"], {}), (kind, [], attributes))
    made = model(nodes, {"W": W}, ["n", 2, 2], ["n", 3], opset)
    (theirs,) = evaluation.ReferenceEvaluator(made).run(None, {"x": X.reshape(-1, 2, 2)})
    theirs = np.exp(theirs) if kind == "LogSoftmax" else theirs
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("shape", [[1, 4], [1, -1], [-1, 4], [0, -1]])
def test_a_model_of_one_example_may_be_flattened(shape: list[int]) -> None:
    nodes = chain(("Reshape", ["s"], {}), ("Gemm", ["W"], {}), ("Tanh", [], {}))
    made = model(nodes, {"W": W, "s": np.array(shape)}, [1, 1, 2, 2], [1, 3])
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(np.tanh(X @ W), abs=1e-6)
    open_ended = model(nodes, {"W": W, "s": np.array(shape)}, ["n", 1, 2, 2], ["n", 3])
    if shape[0] == 1:
        with pytest.raises(gn.LimitError, match="mixes examples or units"):
            gn.from_onnx(open_ended)


def test_half_precision_is_compared_as_such() -> None:
    helper, number = onnx.helper, onnx.TensorProto.FLOAT16
    half = {"W": array(4, 50).astype(np.float16), "V": array(50, 3).astype(np.float16)}
    graph = helper.make_graph(
        chain(("MatMul", ["W"], {}), ("Relu", [], {}), ("MatMul", ["V"], {})),
        "graph",
        [helper.make_tensor_value_info("x", number, ["n", 4])],
        [helper.make_tensor_value_info("y", number, ["n", 3])],
        [onnx.numpy_helper.from_array(value, name) for name, value in half.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    with pytest.warns(PartialImportWarning, match=r"in 16 bits \(float16\), where each number is"):
        net = gn.from_onnx(made)
    wide = {name: value.astype(np.float32) for name, value in half.items()}
    theirs = np.maximum(X @ wide["W"], 0) @ wide["V"]
    assert net.predict_proba(X) == pytest.approx(theirs, rel=1e-4, abs=1e-4)


def test_outputs_are_compared_with_those_of_the_evaluator(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassnet.interop import onnx as importer

    made = model(chain(("Gemm", ["W"], {}), ("Tanh", [], {})), {"W": W})
    monkeypatch.setattr(importer, "_matrix", lambda *_: W + 1e-3)
    with pytest.raises(gn.LimitError, match=r"gives .* where the model gives .* not imported"):
        gn.from_onnx(made)


def test_what_cannot_be_compared_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise NotImplementedError("no such operator")

    made = model(chain(("Gemm", ["W"], {}), ("Tanh", [], {})), {"W": W})
    monkeypatch.setattr(evaluation.ReferenceEvaluator, "run", fails)
    with pytest.warns(PartialImportWarning, match="evaluator cannot run the model"):
        gn.from_onnx(made)


def test_an_input_without_a_type() -> None:
    made = model(chain(("Gemm", ["W"], {}), ("Tanh", [], {})), {"W": W})
    made.graph.input[0].type.tensor_type.ClearField("elem_type")
    with pytest.warns(PartialImportWarning, match="evaluator cannot run the model"):
        gn.from_onnx(made)
