"""ONNX Runtime: a session's usual call, and calls bound to fixed memory."""

from itertools import pairwise
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.peers.chunks import fastest_chunk, slices
from benchmarks.peers.interface import Predictor
from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Prediction


def model_of(work: Prediction, parameters: Array) -> bytes:
    """Return the network as ONNX: a Gemm and an activation for each layer."""
    nodes, constants, last = [], [], len(work.layers) - 1
    for l, (W, b) in enumerate(zip(*layer_views(parameters, work.layers), strict=True), start=1):
        constants += [numpy_helper.from_array(W, f"w{l}"), numpy_helper.from_array(b, f"b{l}")]
        nodes.append(helper.make_node("Gemm", [f"y{l - 1}", f"w{l}", f"b{l}"], [f"in{l}"]))
        hidden = "Relu" if work.hidden == "relu" else "Sigmoid"
        nodes.append(helper.make_node("Softmax" if l == last else hidden, [f"in{l}"], [f"y{l}"]))
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", units])
        for name, units in (("y0", work.layers[0]), (f"y{last}", work.layers[-1]))
    ]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def session_of(work: Prediction, problem: Problem, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    content = model_of(work, problem.parameters)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


class OnnxUsual(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.session = session_of(work, problem, threads)

    def run(self) -> None:
        for _ in range(self.work.calls):
            (self.predicted,) = self.session.run(None, {"y0": self.problem.X})

    def probabilities(self) -> Array:
        numbers: Array = self.predicted
        return numbers


class OnnxBound(Predictor):
    """The rows in chunks, each bound to its place in arrays that stay."""

    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.session = session_of(work, problem, threads)
        self.predicted = np.empty((len(problem.X), work.layers[-1]), np.float32)
        self.prepare(fastest_chunk(self.prepare, self.run, len(problem.X)))

    def prepare(self, chunk: int) -> None:
        self.bindings = [self.bound(rows) for rows in slices(len(self.problem.X), chunk)]

    def bound(self, rows: slice) -> Any:
        binding = self.session.io_binding()
        last = f"y{len(list(pairwise(self.work.layers)))}"
        x, y = self.problem.X[rows], self.predicted[rows]
        binding.bind_input("y0", "cpu", 0, np.float32, x.shape, x.ctypes.data)
        binding.bind_output(last, "cpu", 0, np.float32, y.shape, y.ctypes.data)
        return binding

    def run(self) -> None:
        run, bindings = self.session.run_with_iobinding, self.bindings
        for _ in range(self.work.calls):
            for binding in bindings:
                run(binding)

    def probabilities(self) -> Array:
        return self.predicted
