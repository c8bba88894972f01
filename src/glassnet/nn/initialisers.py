"""Initialisers of weights and biases. Biases start at 0 unless a layer says otherwise."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.core.array import Array
from glassnet.core.random import Purpose, uniform
from glassnet.nn.activations.activation import Activation

__all__ = [
    "INITIALISERS",
    "Constant",
    "FromArray",
    "Glorot",
    "He",
    "Initialiser",
    "LeCun",
    "default_initialiser",
    "initialiser_of",
]

# The number of weights drawn at once, so that a large layer needs little extra memory.
WEIGHTS_AT_ONCE = 2**20


class Initialiser(ABC):
    """A rule for a layer's initial weights."""

    @abstractmethod
    def fill(
        self, weights: Array, seed: int, layer: int, purpose: Purpose = Purpose.WEIGHTS
    ) -> None:
        """Write the initial weights of a layer, a function of seed and layer.

        Parameters
        ----------
        weights : array of shape (inputs, units), or (units,) for a scale layer and for biases
            In the second case, each unit has one input.
        seed, layer : int
        purpose : Purpose
            Numbers for weights and for biases are independent.
        """


class _Uniform(Initialiser):
    """Uniform in [−limit, limit)."""

    @abstractmethod
    def limit(self, from_units: int, to_units: int) -> float:
        """Return the largest absolute value of a weight."""

    def fill(
        self, weights: Array, seed: int, layer: int, purpose: Purpose = Purpose.WEIGHTS
    ) -> None:
        """Write uniform random weights."""
        from_units, to_units = weights.shape if weights.ndim == 2 else (1, 1)
        limit, flat = self.limit(from_units, to_units), weights.reshape(-1)
        for start in range(0, flat.size, WEIGHTS_AT_ONCE):
            part = flat[start : start + WEIGHTS_AT_ONCE]
            numbers = uniform(seed, purpose, layer, part.size, start)
            part[...] = (2 * numbers - 1) * limit


@dataclass(frozen=True)
class Glorot(_Uniform):
    """Variance 2 / (from + to): Glorot and Bengio 2010, equation 16. For sigmoid, tanh, softmax."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(6 / (from + to))."""
        return math.sqrt(6 / (from_units + to_units))


@dataclass(frozen=True)
class He(_Uniform):
    """Variance 2 / from: He et al. 2015, equation 10. For relu and its variants."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(6 / from)."""
        return math.sqrt(6 / from_units)


@dataclass(frozen=True)
class LeCun(_Uniform):
    """Variance 1 / from: LeCun et al. 1998, "Efficient BackProp", equation 16. For selu."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(3 / from)."""
        return math.sqrt(3 / from_units)


@dataclass(frozen=True)
class Constant(Initialiser):
    """All weights equal: 0 for an output layer whose net inputs start at 0, 1 for a scale layer."""

    value: float

    def fill(
        self, weights: Array, seed: int, layer: int, purpose: Purpose = Purpose.WEIGHTS
    ) -> None:
        """Write the value everywhere."""
        weights[...] = self.value


class FromArray(Initialiser):
    """Weights given as an array.

    Examples
    --------
    >>> weights = np.zeros((1, 2))
    >>> FromArray([[1.0, 2.0]]).fill(weights, seed=0, layer=1)
    >>> weights.tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, weights: ArrayLike) -> None:
        self._weights: NDArray[Any] = np.asarray(weights, dtype=np.float64)
        if not np.isfinite(self._weights).all():
            raise ValueError("the weights given for a layer must be finite numbers")

    def fill(
        self, weights: Array, seed: int, layer: int, purpose: Purpose = Purpose.WEIGHTS
    ) -> None:
        """Write the given array.

        Raises
        ------
        ValueError
            If its shape does not fit the layer.
        """
        if self._weights.shape != weights.shape:
            raise ValueError(
                f"the weights given for layer {layer} have shape {self._weights.shape}; "
                f"expected {weights.shape}, which is (units of the previous layer, units)"
            )
        weights[...] = self._weights


INITIALISERS: dict[str, Initialiser] = {
    "glorot": Glorot(),
    "he": He(),
    "lecun": LeCun(),
    "zero": Constant(0.0),
    "one": Constant(1.0),
}


def default_initialiser(activation: Activation) -> Initialiser:
    """Return the initialiser of a layer with this activation, where none is given."""
    return INITIALISERS[activation.initial_weights]


def initialiser_of(
    initial: str | Initialiser | ArrayLike | None, default: Initialiser
) -> Initialiser:
    """Return the initialiser given by name, as itself or by its weights; for None the default.

    Raises
    ------
    ValueError
        If there is no initialiser of that name, or the weights are not finite numbers.
    """
    if initial is None:
        return default
    if isinstance(initial, Initialiser):
        return initial
    if isinstance(initial, str):
        if initial not in INITIALISERS:
            known = ", ".join(INITIALISERS)
            raise ValueError(f"unknown initialiser {initial!r}; known are: {known}")
        return INITIALISERS[initial]
    return FromArray(initial)
