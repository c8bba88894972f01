"""What every library is given: the same examples, batches and initial parameters."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """Examples, their batches, and the initial parameters.

    Attributes
    ----------
    X : float32 array of shape (rows, inputs)
    labels : int64 array of shape (rows,)
    batches : int64 array of shape (steps, batch size)
        The row indices of each step's batch; empty for a prediction.
    parameters : float32 array
        W(1) row by row, b(1), W(2), b(2), ...; each W(l) of shape (fan_in, units).
    """

    X: Array
    labels: Array
    batches: Array
    parameters: Array

    def save(self, folder: Path) -> None:
        for name, array in vars(self).items():
            np.save(folder / f"{name}.npy", array)

    @classmethod
    def load(cls, folder: Path) -> "Problem":
        names = ("X", "labels", "batches", "parameters")
        return cls(*(np.load(folder / f"{name}.npy") for name in names))

    def one_hot(self, classes: int) -> Array:
        return np.eye(classes, dtype=np.float32)[self.labels]

    def in_training_order(self) -> tuple[Array, Array]:
        """Return the rows of all batches in order, for libraries that take no row indices."""
        order = self.batches.reshape(-1)
        return self.X[order], self.labels[order]


def layer_views(parameters: Any, layer_sizes: tuple[int, ...]) -> tuple[list[Any], list[Any]]:
    """Return W(1), W(2), ... and b(1), b(2), ... as views of a flat array or tensor."""
    weights, biases, end = [], [], 0
    for fan_in, units in pairwise(layer_sizes):
        middle = end + fan_in * units
        weights.append(parameters[end:middle].reshape(fan_in, units))
        end = middle + units
        biases.append(parameters[middle:end])
    return weights, biases


def flatten(weights: list[Array], biases: list[Array]) -> Array:
    """Return the inverse of :func:`layer_views`."""
    pairs = zip(weights, biases, strict=True)
    return np.concatenate([array.reshape(-1) for pair in pairs for array in pair])
