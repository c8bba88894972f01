"""What a network answers, and how wrong it is: one plain way for the weights of every library."""

import numpy as np

from benchmarks.problem import Array, Problem, layer_views
from benchmarks.workloads import Workload

ROWS_AT_ONCE = 4096


def mean_error(work: Workload, problem: Problem, parameters: Array) -> float:
    """Return the mean categorical cross-entropy over the examples."""
    total = 0.0
    for first in range(0, len(problem.X), ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        y = np.log(probabilities(work, problem.X[part], parameters))
        total -= float(y[np.arange(len(y)), problem.labels[part]].sum())
    return total / len(problem.X)


def largest_difference(work: Workload, problem: Problem, predicted: Array) -> float:
    """Return how far probabilities are from those computed here."""
    parts = [
        np.abs(
            probabilities(work, problem.X[first : first + ROWS_AT_ONCE], problem.parameters)
            - predicted[first : first + ROWS_AT_ONCE]
        ).max()
        for first in range(0, len(problem.X), ROWS_AT_ONCE)
    ]
    return float(max(parts))


def probabilities(work: Workload, X: Array, parameters: Array) -> Array:
    """Return the softmax outputs, computed in float64."""
    y = X.astype(np.float64)
    weights, biases = layer_views(parameters.astype(np.float64), work.layers)
    for number, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        y = y @ W + b
        if number < len(weights):
            y = np.maximum(y, 0) if work.hidden == "relu" else 1 / (1 + np.exp(-y))
    y = np.exp(y - y.max(axis=1, keepdims=True))
    normalised: Array = y / y.sum(axis=1, keepdims=True)
    return normalised
