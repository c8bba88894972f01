"""Numba: the whole training is one compiled function; BLAS where matrices are large enough."""

import numba
import numpy as np

from benchmarks.peers.interface import Trainer
from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Training

BETA1, BETA2, EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)
ONE = np.float32(1)

# Below this many products per row, three loops are faster than a call of BLAS.
MIN_BLAS_SIZE = 64

compiled = numba.njit(fastmath=True, error_model="numpy")


@compiled
def matmul(a: Array, b: Array, out: Array) -> None:
    if a.shape[1] * b.shape[1] >= MIN_BLAS_SIZE:
        np.dot(a, b, out)
        return
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = np.float32(0)
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            out[i, j] = total


@compiled
def activate(y: Array, b: Array, relu: bool) -> None:
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            z = y[i, j] + b[j]
            y[i, j] = max(z, np.float32(0)) if relu else ONE / (ONE + np.exp(-z))


@compiled
def softmax_delta(y: Array, b: Array, targets: Array, rows: Array) -> None:
    """Turn y W into the δ of the mean loss, in place."""
    for i in range(y.shape[0]):
        largest = y[i, 0] + b[0]
        for j in range(y.shape[1]):
            y[i, j] += b[j]
            largest = max(largest, y[i, j])
        total = np.float32(0)
        for j in range(y.shape[1]):
            y[i, j] = np.exp(y[i, j] - largest)
            total += y[i, j]
        for j in range(y.shape[1]):
            y[i, j] = (y[i, j] / total - targets[rows[i], j]) / np.float32(len(rows))


@compiled
def multiply_by_derivative(delta: Array, y: Array, relu: bool) -> None:
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            if relu:
                delta[i, j] = delta[i, j] if y[i, j] > 0 else np.float32(0)
            else:
                delta[i, j] *= y[i, j] * (ONE - y[i, j])


@compiled
def column_sums(delta: Array, out: Array) -> None:
    out[:] = 0
    for i in range(delta.shape[0]):
        for j in range(delta.shape[1]):
            out[j] += delta[i, j]


@compiled
def gradients(
    rows: Array, X: Array, targets: Array, arrays: tuple[tuple[Array, ...], ...], relu: bool
) -> None:
    weights, biases, weight_gradients, bias_gradients, outputs, deltas = arrays
    last = len(weights) - 1
    for i in range(len(rows)):
        outputs[0][i] = X[rows[i]]
    for l in range(last):
        matmul(outputs[l], weights[l], outputs[l + 1])
        activate(outputs[l + 1], biases[l], relu)
    matmul(outputs[last], weights[last], deltas[last + 1])
    softmax_delta(deltas[last + 1], biases[last], targets, rows)
    for l in range(last, -1, -1):
        matmul(outputs[l].T, deltas[l + 1], weight_gradients[l])
        column_sums(deltas[l + 1], bias_gradients[l])
        if l > 0:
            matmul(deltas[l + 1], weights[l].T, deltas[l])
            multiply_by_derivative(deltas[l], outputs[l], relu)


@compiled
def update(w: Array, g: Array, m: Array, v: Array, step: int, rate: float, adam: bool) -> None:
    if not adam:
        for i in range(len(w)):
            w[i] -= np.float32(rate) * g[i]
        return
    m_scale = np.float32(rate / (1 - 0.9**step))
    v_scale = np.float32(1 / (1 - 0.999**step))
    for i in range(len(w)):
        m[i] = BETA1 * m[i] + (ONE - BETA1) * g[i]
        v[i] = BETA2 * v[i] + (ONE - BETA2) * g[i] * g[i]
        w[i] -= m_scale * m[i] / (np.sqrt(v[i] * v_scale) + EPSILON)


@compiled
def train(
    batches: Array,
    X: Array,
    targets: Array,
    flat_arrays: tuple[Array, Array, Array, Array],
    arrays: tuple[tuple[Array, ...], ...],
    relu: bool,
    adam: bool,
    rate: float,
) -> None:
    w, g, m, v = flat_arrays
    for step in range(len(batches)):
        gradients(batches[step], X, targets, arrays, relu)
        update(w, g, m, v, step + 1, rate, adam)


class NumbaTraining(Trainer):
    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        super().__init__(work, problem, threads)
        self.targets = problem.one_hot(work.layer_sizes[-1])
        rows = problem.batches.shape[1]
        self.outputs = tuple(np.empty((rows, units), np.float32) for units in work.layer_sizes)
        self.deltas = tuple(np.empty_like(y) for y in self.outputs)

    def reset(self) -> None:
        self.w = self.problem.parameters.copy()
        self.gradient = np.zeros_like(self.w)
        self.moments = np.zeros_like(self.w), np.zeros_like(self.w)

    def run(self) -> None:
        work = self.work
        views = (
            *layer_views(self.w, work.layer_sizes),
            *layer_views(self.gradient, work.layer_sizes),
        )
        train(
            self.problem.batches,
            self.problem.X,
            self.targets,
            (self.w, self.gradient, *self.moments),
            (*map(tuple, views), self.outputs, self.deltas),
            work.activation == "relu",
            work.optimizer == "adam",
            work.learning_rate,
        )

    def parameters(self) -> Array:
        return self.w
