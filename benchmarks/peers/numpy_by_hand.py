"""NumPy by hand: arrays are allocated once, and every operation writes into one of them."""

import numpy as np

from benchmarks.peers.chunks import chunk_slices, fastest_chunk_size
from benchmarks.peers.interface import Predictor, Trainer
from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Prediction, Training

BETA1, BETA2, EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


class NumpyTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.targets = problem.one_hot(work.layer_sizes[-1])
        rows = problem.batches.shape[1]
        self.outputs = [np.empty((rows, units), np.float32) for units in work.layer_sizes]
        self.deltas = [np.empty_like(y) for y in self.outputs]
        self.gradient, self.scratch = (np.empty_like(problem.parameters) for _ in range(2))
        self.gradients = layer_views(self.gradient, work.layer_sizes)

    def reset(self) -> None:
        self.w = self.problem.parameters.copy()
        self.weights, self.biases = layer_views(self.w, self.work.layer_sizes)
        self.m, self.v = np.zeros_like(self.w), np.zeros_like(self.w)

    def run(self) -> None:
        update = self.sgd if self.work.optimizer == "sgd" else self.adam
        for step, rows in enumerate(self.problem.batches, start=1):
            # With mode="clip" NumPy writes straight into `out`; by default it makes a copy first.
            np.take(self.problem.X, rows, axis=0, out=self.outputs[0], mode="clip")
            forward(self.outputs, self.weights, self.biases, self.work.activation)
            self.backward(rows)
            update(step)

    def backward(self, rows: Array) -> None:
        delta, scale = self.deltas[-1], np.float32(1 / len(rows))
        np.subtract(self.outputs[-1], self.targets[rows], out=delta)
        delta *= scale
        for l in range(len(self.weights) - 1, -1, -1):
            y = self.outputs[l]
            np.matmul(y.T, delta, out=self.gradients[0][l])
            np.add.reduce(delta, axis=0, out=self.gradients[1][l])
            if l == 0:
                return
            previous = self.deltas[l]
            np.matmul(delta, self.weights[l].T, out=previous)
            if self.work.activation == "relu":
                previous *= y > 0
            else:
                previous *= y
                np.subtract(1, y, out=y)
                previous *= y
            delta = previous

    def sgd(self, step: int) -> None:
        self.gradient *= np.float32(self.work.learning_rate)
        self.w -= self.gradient

    def adam(self, step: int) -> None:
        g, m, v, scratch = self.gradient, self.m, self.v, self.scratch
        m *= BETA1
        np.multiply(g, 1 - BETA1, out=scratch)
        m += scratch
        v *= BETA2
        np.multiply(g, g, out=g)
        g *= 1 - BETA2
        v += g
        # α m̂ / (√v̂ + ε), with both bias corrections as scalars.
        np.sqrt(v, out=scratch)
        scratch *= np.float32((1 - 0.999**step) ** -0.5)
        scratch += EPSILON
        np.divide(m, scratch, out=scratch)
        scratch *= np.float32(self.work.learning_rate / (1 - 0.9**step))
        self.w -= scratch

    def parameters(self) -> Array:
        return self.w


class NumpyPrediction(Predictor):
    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.weights, self.biases = layer_views(problem.parameters, work.layer_sizes)
        self.predictions = np.empty((len(problem.X), work.layer_sizes[-1]), np.float32)
        self.prepare(fastest_chunk_size(self.prepare, self.run, len(problem.X)))

    def prepare(self, chunk_size: int) -> None:
        hidden = [
            np.empty((chunk_size, units), np.float32) for units in self.work.layer_sizes[1:-1]
        ]
        self.chunks = [
            [
                self.problem.X[rows],
                *(y[: rows.stop - rows.start] for y in hidden),
                self.predictions[rows],
            ]
            for rows in chunk_slices(len(self.problem.X), chunk_size)
        ]

    def run(self) -> None:
        for _ in range(self.work.calls):
            for outputs in self.chunks:
                forward(outputs, self.weights, self.biases, self.work.activation)

    def probabilities(self) -> Array:
        return self.predictions


def forward(
    outputs: list[Array], weights: list[Array], biases: list[Array], activation: str
) -> None:
    """Write y(1), y(2), ..., from y(0)."""
    last = len(weights) - 1
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        y = outputs[l + 1]
        np.matmul(outputs[l], W, out=y)
        y += b
        if l == last:
            y -= np.maximum.reduce(y, axis=1, keepdims=True)
            np.exp(y, out=y)
            y /= np.add.reduce(y, axis=1, keepdims=True)
        elif activation == "relu":
            np.maximum(y, 0, out=y)
        else:
            np.negative(y, out=y)
            np.exp(y, out=y)
            y += 1
            np.reciprocal(y, out=y)
