"""Reference predictions and loss in float64, computed alike from the weights of every library."""

import numpy as np

from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Workload

CHUNK_SIZE = 4096


def mean_loss(work: Workload, problem: Problem, parameters: Array) -> float:
    """Return the mean categorical cross-entropy over the examples."""
    total = 0.0
    for start in range(0, len(problem.X), CHUNK_SIZE):
        chunk = slice(start, start + CHUNK_SIZE)
        y = np.log(probabilities(work, problem.X[chunk], parameters))
        total -= float(y[np.arange(len(y)), problem.labels[chunk]].sum())
    return total / len(problem.X)


def max_abs_difference(work: Workload, problem: Problem, predictions: Array) -> float:
    """Return the maximum absolute difference of predicted probabilities from the reference."""
    differences = [
        np.abs(
            probabilities(work, problem.X[start : start + CHUNK_SIZE], problem.parameters)
            - predictions[start : start + CHUNK_SIZE]
        ).max()
        for start in range(0, len(problem.X), CHUNK_SIZE)
    ]
    return float(max(differences))


def probabilities(work: Workload, X: Array, parameters: Array) -> Array:
    """Return the softmax outputs, computed in float64."""
    y = X.astype(np.float64)
    weights, biases = layer_views(parameters.astype(np.float64), work.layer_sizes)
    for l, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        y = y @ W + b
        if l < len(weights):
            y = np.maximum(y, 0) if work.activation == "relu" else 1 / (1 + np.exp(-y))
    y = np.exp(y - y.max(axis=1, keepdims=True))
    softmax: Array = y / y.sum(axis=1, keepdims=True)
    return softmax
