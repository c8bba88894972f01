"""ONNX models: the same outputs; unknown nodes, branches and other files are refused."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import X, array, chain, evaluation, model, onnx

pytestmark = pytest.mark.filterwarnings("ignore")

W1, W2, b1, b2 = array(4, 6), array(6, 3), array(6), array(3)
MODELS = {
    "gemm": model(
        chain(("Gemm", ["W", "b"], {"transB": 1}), ("Relu", [], {}), ("Gemm", ["V", "c"], {}),
              ("Softmax", [], {"axis": -1})),
        {"W": W1.T.copy(), "b": b1, "V": W2, "c": b2},
    ),
    "matmul and add": model(
        chain(("MatMul", ["W"], {}), ("Add", ["b"], {}), ("Tanh", [], {}), ("MatMul", ["V"], {}),
              ("Sigmoid", [], {})),
        {"W": W1, "b": b1, "V": W2},
    ),
    "scaled": model(
        chain(("Sub", ["m"], {}), ("Div", ["s"], {}), ("Gemm", ["W", "b"], {"alpha": 0.5}),
              ("LeakyRelu", [], {"alpha": 0.3}), ("Dropout", [], {}),
              ("Gemm", ["V"], {}), ("Mul", ["two"], {}), ("Elu", [], {"alpha": 0.5})),
        {"m": array(4), "s": np.abs(array(4)) + 1, "W": W1, "b": b1, "V": W2,
         "two": np.array(2.0, dtype=np.float32)},
    ),
    "normalised": model(
        chain(("Flatten", [], {"axis": 1}), ("Gemm", ["W", "b"], {}),
              ("BatchNormalization", ["g", "h", "mean", "var"], {"epsilon": 0.01}),
              ("Gelu", [], {}), ("Gemm", ["V", "c"], {"beta": 2.0})),
        {"W": W1, "b": b1, "g": array(6), "h": array(6), "mean": array(6),
         "var": np.abs(array(6)), "V": W2, "c": b2},
    ),
    "smooth": model(
        chain(("Gemm", ["W", "b"], {}), ("Softplus", [], {}), ("Gemm", ["V", "c"], {}),
              ("Selu", [], {})),
        {"W": W1, "b": b1, "V": W2, "c": b2},
    ),
    "unknown size": model(
        chain(("Gemm", ["W"], {}), ("Mish", [], {}), ("Gemm", ["V"], {})),
        {"W": W1, "V": W2},
        inputs="features",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_outputs_are_those_of_the_reference_evaluator(name: str, tmp_path: Path) -> None:
    evaluator = evaluation.ReferenceEvaluator(MODELS[name])
    (theirs,) = evaluator.run(None, {"x": X})
    onnx.save(MODELS[name], tmp_path / "model.onnx")
    for given in (MODELS[name], tmp_path / "model.onnx"):
        assert gn.from_onnx(given).predict_proba(X) == pytest.approx(theirs, rel=1e-5, abs=1e-6)


def test_a_cost_may_be_said() -> None:
    assert gn.from_onnx(MODELS["smooth"], loss="huber").loss.name == "huber"
    assert gn.from_onnx(MODELS["gemm"]).loss.name == "categorical_crossentropy"


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_central_differences_through_the_evaluator(name: str) -> None:
    net = gn.from_onnx(MODELS[name], loss=None if name == "gemm" else "mean_squared_error")
    target = np.eye(3)[[0, 1, 2, 0, 1]]
    constants = MODELS[name].graph.initializer
    place = next(n for n, value in enumerate(constants) if value.name == "W")
    W = onnx.numpy_helper.to_array(constants[place])
    transposed = name == "gemm"
    factor = 0.5 if name == "scaled" else 1.0

    def error(kernel: Any) -> float:
        changed = onnx.ModelProto()
        changed.CopyFrom(MODELS[name])
        changed.graph.initializer[place].CopyFrom(onnx.numpy_helper.from_array(kernel, "W"))
        (y,) = evaluation.ReferenceEvaluator(changed).run(None, {"x": X})
        p = y.astype(np.float64)
        each = -(target * np.log(p)).sum(axis=1) if transposed else ((p - target) ** 2).mean(1)
        return float(each.mean())

    ours = gn.explain(net, X, target).step
    (dense, *_) = [n for n, W in enumerate(net.weights) if W is not None and W.ndim == 2]
    gradient = net.architecture.weights(ours.gradient)[dense]
    for i, j in ((0, 0), (3, 5), (2, 1)):
        up, down = W.copy(), W.copy()
        at = (j, i) if transposed else (i, j)
        up[at] += 0.01
        down[at] -= 0.01
        slope = (error(up) - error(down)) / float(up[at] - down[at])
        assert slope == pytest.approx(factor * gradient[i, j], rel=2e-2, abs=2e-3)


def branching() -> Any:
    nodes = chain(("Gemm", ["W"], {}), ("Relu", [], {}))
    nodes.append(onnx.helper.make_node("Add", ["y", "t1"], ["z"], "joined"))
    made = model(nodes, {"W": W1})
    made.graph.output[0].name = "z"
    return made


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: model(chain(("Conv", ["W"], {})), {"W": W1}), r"the node 'node1' \(Conv\)"),
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("Gelu", [], {"approximate": "tanh"})),
                          {"W": W1}),
            r"the node 'node2' \(Gelu\) with the tanh approximation",
        ),
        (branching, "the model, which branches after 't1'"),
    ],
)  # fmt: skip
def test_what_is_not_fully_connected_is_refused_by_name(make: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=f"{message}.*is not supported. Supported are"):
        gn.from_onnx(make())


@pytest.mark.parametrize("content", [b"", b"no model", pickle.dumps({"weights": [1, 2]})])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(gn.FileFormatError, match="cannot be read as an ONNX model: "):
        gn.from_onnx(tmp_path / "model.onnx")
    with pytest.raises(FileNotFoundError):
        gn.from_onnx(tmp_path / "missing.onnx")


def circle() -> Any:
    nodes = [
        onnx.helper.make_node("Relu", ["x"], ["t"]),
        onnx.helper.make_node("Relu", ["t"], ["u"]),
        onnx.helper.make_node("Relu", ["u"], ["t"]),
    ]
    return model(nodes, {"W": W1})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("LogSoftmax", [], {}), ("Gemm", ["V"], {})),
                          {"W": W1, "V": W2}),
            "a LogSoftmax that is not the last layer",
        ),
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("Reshape", ["s"], {})),
                          {"W": W1, "s": np.array([-1, 3])}),
            r"'node2' \(Reshape\), which mixes examples or units",
        ),
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("Flatten", [], {"axis": 0})), {"W": W1}),
            r"'node2' \(Flatten\), which mixes examples or units",
        ),
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("Cast", [], {"to": 7})), {"W": W1}),
            "to a type other than float32 or float64",
        ),
        (
            lambda: model(chain(("Gemm", ["W"], {}), ("Add", ["b"], {})),
                          {"W": W1, "b": array(5, 1)}),
            r"'node2' \(Add\) with a constant of shape \(5, 1\)",
        ),
        (
            lambda: model([onnx.helper.make_node("Relu", ["x"], ["y"], "r", domain="com.other")],
                          {"W": W1}),
            "from the domain 'com.other'",
        ),
        (circle, "branches after|has a cycle|depends on no input"),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_refused(make: Any, message: str) -> None:
    made = make()
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4
    with pytest.raises(gn.LimitError, match=message):
        gn.from_onnx(made)


def test_constants_may_be_nodes() -> None:
    half = onnx.helper.make_node("Constant", [], ["half"], value_float=0.5)
    made = model([half, *chain(("Mul", ["half"], {}), ("Gemm", ["W"], {}))], {"W": W1})
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(X / 2 @ W1, rel=1e-5, abs=1e-6)


def test_inputs_that_are_only_announced_take_no_memory(tmp_path: Path) -> None:
    factor = {"f": np.full(1, 2, dtype=np.float32)}
    announced = model(chain(("Mul", ["f"], {}), ("Tanh", [], {})), factor, inputs=2**30)
    many = model(chain(*[("Mul", ["f"], {}), ("Tanh", [], {})] * 30), factor, inputs=2**20)
    for each in (announced, many):
        onnx.save(each, tmp_path / "m.onnx")
        with pytest.raises(gn.LimitError, match="more than 20,000,000 units in all layers"):
            gn.from_onnx(tmp_path / "m.onnx")
