"""Initial weights: where a training starts. Biases start at 0."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.randomness import Purpose, uniform
from glassnet.structure.activation import Activation, Relu

__all__ = ["INITIALISERS", "Given", "Glorot", "He", "Initialiser", "LeCun", "default_initialiser"]


class Initialiser(ABC):
    """A rule for a layer's first weights."""

    @abstractmethod
    def weights(self, from_units: int, to_units: int, seed: int, layer: int) -> NDArray[np.float64]:
        """Return an array of shape (from_units, to_units), a function of seed and layer."""


class _Uniform(Initialiser):
    """Uniform in [−limit, limit)."""

    @abstractmethod
    def limit(self, from_units: int, to_units: int) -> float:
        """Return the largest size of a weight."""

    def weights(self, from_units: int, to_units: int, seed: int, layer: int) -> NDArray[np.float64]:
        """Return uniform random weights."""
        numbers = uniform(seed, Purpose.WEIGHTS, layer, from_units * to_units)
        limit = self.limit(from_units, to_units)
        return ((2 * numbers - 1) * limit).reshape(from_units, to_units)


@dataclass(frozen=True)
class Glorot(_Uniform):
    """Variance 2 / (from + to): Glorot and Bengio 2010, equation 16. For sigmoid, tanh, softmax."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(6 / (from + to))."""
        return math.sqrt(6 / (from_units + to_units))


@dataclass(frozen=True)
class He(_Uniform):
    """Variance 2 / from: He et al. 2015, equation 10. For relu."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(6 / from)."""
        return math.sqrt(6 / from_units)


@dataclass(frozen=True)
class LeCun(_Uniform):
    """Variance 1 / from: LeCun et al. 1998, "Efficient BackProp", equation 16."""

    def limit(self, from_units: int, to_units: int) -> float:
        """Return √(3 / from)."""
        return math.sqrt(3 / from_units)


class Given(Initialiser):
    """Weights given as an array of shape (from, to).

    Examples
    --------
    >>> Given([[1.0, 2.0]]).weights(1, 2, seed=0, layer=1).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, weights: ArrayLike) -> None:
        self._weights: NDArray[Any] = np.asarray(weights, dtype=np.float64)
        if not np.isfinite(self._weights).all():
            raise ValueError("the weights given for a layer must be finite numbers")

    def weights(self, from_units: int, to_units: int, seed: int, layer: int) -> NDArray[np.float64]:
        """Return the given array.

        Raises
        ------
        ValueError
            If its shape does not fit the layer.
        """
        if self._weights.shape != (from_units, to_units):
            raise ValueError(
                f"the weights given for layer {layer} have shape {self._weights.shape}; "
                f"expected (units of the layer before, units) = ({from_units}, {to_units})"
            )
        return self._weights


INITIALISERS: dict[str, Initialiser] = {"glorot": Glorot(), "he": He(), "lecun": LeCun()}


def default_initialiser(activation: Activation) -> Initialiser:
    """Return He's rule for relu, Glorot's for every other activation."""
    return He() if isinstance(activation, Relu) else Glorot()
