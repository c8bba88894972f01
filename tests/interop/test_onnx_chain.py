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


def test_an_input_without_a_type_is_one_of_numbers() -> None:
    made = model(chain(("Gemm", ["W"], {}), ("Tanh", [], {})), {"W": W})
    made.graph.input[0].type.tensor_type.ClearField("elem_type")
    net = gn.from_onnx(made)
    assert not net.not_imported
    assert net.predict_proba(X) == pytest.approx(np.tanh(X @ W), abs=1e-6)


@pytest.mark.parametrize("opset", [7, 8, 9, 13, 14, 21])
@pytest.mark.parametrize("attributes", [{}, {"momentum": 0.5, "epsilon": 0.01}])
def test_a_normalisation_is_compared_at_inference(opset: int, attributes: Any) -> None:
    nodes = chain(
        ("BatchNormalization", ["g", "h", "mean", "var"], attributes), ("Gemm", ["W"], {})
    )
    variance = np.abs(array(4))
    numbers = {"g": array(4), "h": array(4), "mean": array(4), "var": variance, "W": W}
    made = model(nodes, numbers, opset=opset)
    centred = (X - numbers["mean"]) / np.sqrt(variance + attributes.get("epsilon", 1e-5))
    theirs = (numbers["g"] * centred + numbers["h"]) @ W
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(theirs, rel=1e-4, abs=1e-4)


def test_a_chain_may_have_thousands_of_nodes() -> None:
    links: list[Any] = [("Sigmoid", [], {}), ("Mul", ["two"], {})] * 3000
    two = np.array(2, dtype=np.float32)
    made = model(chain(("Gemm", ["W"], {}), *links), {"W": W, "two": two})
    assert len(gn.from_onnx(made).architecture.layers) > 3000


node = onnx.helper.make_node


def with_others(*, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> Any:
    """A network from x to y, with a hidden layer h, a class, and inputs beside."""
    nodes = [
        node("Gemm", ["x", "W"], ["a"]),
        node("Tanh", ["a"], ["h"]),
        node("MatMul", ["h", "V"], ["m"]),
        node("Sum", ["m", *(inputs or "c")], ["y"], "sum"),
        node("ArgMax", ["y"], ["class"], axis=1),
        node("Mul", ["z", "z"], ["squares"]),
    ]
    made = model(nodes, {"W": array(4, 5), "V": array(5, 3), "c": array(3)})
    for name in ("z", *inputs):
        value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", 3])
        made.graph.input.append(value)
    kinds = {"class": onnx.TensorProto.INT64}
    for name in outputs:
        kind = kinds.get(name, onnx.TensorProto.FLOAT)
        made.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
    return made


def test_inputs_and_outputs_beside_are_left_out() -> None:
    made = with_others(outputs=("class",))
    evaluator = evaluation.ReferenceEvaluator(made)
    (y,) = evaluator.run(["y"], {"x": X, "z": X[:, :3]})
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(y, abs=1e-5)
    several = with_others(outputs=("h", "squares", "class"))
    with pytest.raises(gn.LimitError, match="has the outputs 'y', 'h' and 'squares'; say which is"):
        gn.from_onnx(several)
    assert gn.from_onnx(several, output="h").architecture.units == (4, 5)
    assert gn.from_onnx(several, output="y").architecture.units == (4, 5, 3)
    with pytest.raises(gn.LimitError, match="the output 'class' is the class itself"):
        gn.from_onnx(several, output="class")
    with pytest.raises(gn.LimitError, match="no output 'w'; its outputs are 'y', 'h', 'squares'"):
        gn.from_onnx(several, output="w")


def test_a_network_of_two_inputs_is_refused_by_their_names() -> None:
    with pytest.raises(gn.LimitError, match="'y' of the model depends on 2 inputs, 'x', 'u'; exp"):
        gn.from_onnx(with_others(inputs=("u",)))
