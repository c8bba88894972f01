"""The shape of a network: its layers, and where their parameters stand in one buffer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from glassnet.structure.activation import Array
from glassnet.structure.layer import Dense, whole_units

__all__ = ["Architecture", "Place"]


@dataclass(frozen=True)
class Place:
    """Where one layer's parameters stand: W(l) row by row, then b(l)."""

    from_units: int
    to_units: int
    weights: slice
    biases: slice | None


@dataclass(frozen=True)
class Architecture:
    """The number of inputs and the layers 1 ... L.

    Examples
    --------
    >>> architecture = Architecture.of(2, [Dense(3, "sigmoid"), Dense(2, "softmax")])
    >>> architecture.parameter_count  # 2·3 + 3 + 3·2 + 2
    17
    """

    inputs: int
    layers: tuple[Dense, ...]

    @classmethod
    def of(cls, inputs: int, layers: Sequence[Dense]) -> "Architecture":
        """Return an architecture, checked.

        Raises
        ------
        ValueError, TypeError
            If there is no layer, or something is not a layer.
        """
        if not layers:
            raise ValueError("a network has at least an input and one layer, for example [2, 1]")
        for layer in layers:
            if not isinstance(layer, Dense):
                raise TypeError(f"each layer behind the inputs is a Dense layer, not {layer!r}")
        return cls(whole_units(inputs), tuple(layers))

    @cached_property
    def units(self) -> tuple[int, ...]:
        """Units of layers 0 ... L."""
        return (self.inputs, *(layer.units for layer in self.layers))

    @property
    def outputs(self) -> int:
        """Units of the last layer."""
        return self.units[-1]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the parameters of layers 1 ... L stand."""
        places, end = [], 0
        for (from_units, to_units), layer in zip(pairwise(self.units), self.layers, strict=True):
            weights = slice(end, end + from_units * to_units)
            end = weights.stop + (to_units if layer.bias else 0)
            biases = slice(weights.stop, end) if layer.bias else None
            places.append(Place(from_units, to_units, weights, biases))
        return tuple(places)

    @property
    def parameter_count(self) -> int:
        """How many weights and biases there are."""
        last = self.places[-1]
        count: int = (last.biases or last.weights).stop
        return count

    def weights(self, parameters: Array) -> list[Array]:
        """Return W(1) ... W(L) as views of a parameter buffer, each (from, to)."""
        return [
            parameters[place.weights].reshape(place.from_units, place.to_units)
            for place in self.places
        ]

    def biases(self, parameters: Array) -> list[Array | None]:
        """Return b(1) ... b(L) as views of a parameter buffer; None where there is no bias unit."""
        return [None if place.biases is None else parameters[place.biases] for place in self.places]

    def initial_parameters(self, seed: int, dtype: np.dtype[np.floating]) -> Array:
        """Return a new buffer with each layer's initial weights, and biases 0."""
        parameters: Array = np.zeros(self.parameter_count, dtype=dtype)
        views = self.weights(parameters)
        for number, (layer, view) in enumerate(zip(self.layers, views, strict=True), start=1):
            view[...] = layer.initialiser.weights(view.shape[0], view.shape[1], seed, number)
        return parameters
