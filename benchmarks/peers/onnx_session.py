"""ONNX Runtime: ordinary calls of a session, and calls with IO binding to preallocated arrays."""

from itertools import pairwise
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.peers.chunks import chunk_slices, fastest_chunk_size
from benchmarks.peers.interface import Predictor
from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Prediction


def build_model(work: Prediction, parameters: Array) -> bytes:
    """Return the network as an ONNX model: a Gemm and an activation for each layer."""
    nodes, initializers, last = [], [], len(work.layer_sizes) - 1
    for l, (W, b) in enumerate(
        zip(*layer_views(parameters, work.layer_sizes), strict=True), start=1
    ):
        initializers += [numpy_helper.from_array(W, f"w{l}"), numpy_helper.from_array(b, f"b{l}")]
        nodes.append(helper.make_node("Gemm", [f"y{l - 1}", f"w{l}", f"b{l}"], [f"z{l}"]))
        activation = "Relu" if work.activation == "relu" else "Sigmoid"
        nodes.append(helper.make_node("Softmax" if l == last else activation, [f"z{l}"], [f"y{l}"]))
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", units])
        for name, units in (("y0", work.layer_sizes[0]), (f"y{last}", work.layer_sizes[-1]))
    ]
    graph = helper.make_graph(nodes, "network", tensors[:1], tensors[1:], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def create_session(
    work: Prediction, problem: Problem, threads: int
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    content = build_model(work, problem.parameters)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


class OnnxSession(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.session = create_session(work, problem, threads)

    def run(self) -> None:
        for _ in range(self.work.calls):
            (self.predictions,) = self.session.run(None, {"y0": self.problem.X})

    def probabilities(self) -> Array:
        predictions: Array = self.predictions
        return predictions


class OnnxIOBinding(Predictor):
    """The rows in chunks, each bound to its slice of preallocated arrays."""

    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.session = create_session(work, problem, threads)
        self.predictions = np.empty((len(problem.X), work.layer_sizes[-1]), np.float32)
        self.prepare(fastest_chunk_size(self.prepare, self.run, len(problem.X)))

    def prepare(self, chunk_size: int) -> None:
        self.bindings = [self.bind(rows) for rows in chunk_slices(len(self.problem.X), chunk_size)]

    def bind(self, rows: slice) -> Any:
        binding = self.session.io_binding()
        last = f"y{len(list(pairwise(self.work.layer_sizes)))}"
        x, y = self.problem.X[rows], self.predictions[rows]
        binding.bind_input("y0", "cpu", 0, np.float32, x.shape, x.ctypes.data)
        binding.bind_output(last, "cpu", 0, np.float32, y.shape, y.ctypes.data)
        return binding

    def run(self) -> None:
        run, bindings = self.session.run_with_iobinding, self.bindings
        for _ in range(self.work.calls):
            for binding in bindings:
                run(binding)

    def probabilities(self) -> Array:
        return self.predictions
