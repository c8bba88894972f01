"""The architecture of a network: its layers, and the places of their parameters in one buffer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from glassnet.core.array import Array
from glassnet.core.memory import aligned_zeros
from glassnet.core.random import Purpose
from glassnet.core.validation import whole_number
from glassnet.errors import LimitError
from glassnet.nn.activations.activation import Activation
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.initialisers import Constant, FromArray
from glassnet.nn.layers import Dense, Layer, Scale

__all__ = ["Architecture", "Place"]

MAX_PARAMETERS = 2**58


@dataclass(frozen=True)
class Place:
    """The place of one layer's parameters: W(l) row by row, then b(l); and its multiplier."""

    from_units: int
    to_units: int
    shape: tuple[int, ...]
    weights: slice
    biases: slice | None
    multiplier: float

    @property
    def parameters(self) -> slice:
        """The place of all its parameters, weights and biases."""
        return slice(self.weights.start, (self.biases or self.weights).stop)


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
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, inputs: int, layers: Sequence[Layer]) -> "Architecture":
        """Return an architecture after checking its layers.

        Raises
        ------
        ValueError, TypeError
            If there is no layer, or something is not a layer.
        """
        if not layers:
            raise ValueError("a network has at least an input and one layer, for example [2, 1]")
        units = inputs = whole_number("the number of inputs", inputs, 1)
        placed: list[Layer] = []
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"each layer after the inputs must be a Dense layer, not {layer!r}")
            placed.append(layer.placed_after(units) if isinstance(layer, Scale) else layer)
            units = placed[-1].units
        return cls(inputs, tuple(placed))

    @classmethod
    def parse(
        cls,
        layers: Sequence[int | Layer],
        hidden: str | Activation | None,
        output: str | Activation | None,
    ) -> "Architecture":
        """Return the architecture given by the arguments of :class:`glassnet.Network`."""
        if isinstance(layers, str) or not isinstance(layers, Sequence):
            raise TypeError(f"layers must be a list like [2, 3, 2], not {layers!r}")
        inputs, *rest = layers or [0]
        if isinstance(inputs, Layer) or not rest:
            raise ValueError(
                f"layers must be the number of inputs and at least one more layer, like [2, 1], "
                f"not {list(layers)!r}"
            )
        layered = [layer for layer in rest if isinstance(layer, Layer)]
        units = [layer for layer in rest if not isinstance(layer, Layer)]
        if layered:
            if units:
                raise TypeError(
                    f"if one layer is a Dense layer, all must be; {units[0]!r} is only a number"
                )
            if hidden is not None or output is not None:
                raise ValueError(
                    "Dense layers have their own activations; leave out hidden and output"
                )
            return cls.of(inputs, layered)
        if output is None:
            raise ValueError(
                'give the activation of the last layer: output="softmax" for classes, "sigmoid" '
                'for yes or no, "identity" for numbers'
            )
        if len(units) > 1 and hidden is None:
            raise ValueError('give the activation of the hidden layers, for example hidden="relu"')
        if hidden is not None:
            activation_named(hidden)  # refused if it is unknown, also where no layer has it
        between = [Dense(count, hidden or output) for count in units[:-1]]
        return cls.of(inputs, [*between, Dense(units[-1], output)])

    @cached_property
    def units(self) -> tuple[int, ...]:
        """Units of layers 0 ... L."""
        return (self.inputs, *(layer.units for layer in self.layers))

    @cached_property
    def outputs(self) -> int:
        """Units of the last layer."""
        return self.units[-1]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The places of the parameters of layers 1 ... L."""
        places, end = [], 0
        for (from_units, to_units), layer in zip(pairwise(self.units), self.layers, strict=True):
            shape = layer.weight_shape(from_units)
            weights = slice(end, end + math.prod(shape))
            end = weights.stop + (to_units if layer.bias else 0)
            biases = slice(weights.stop, end) if layer.bias else None
            multiplier = layer.multiplier_for(from_units)
            places.append(Place(from_units, to_units, shape, weights, biases, multiplier))
        return tuple(places)

    @cached_property
    def parameter_count(self) -> int:
        """The number of weights and biases."""
        count: int = self.places[-1].parameters.stop
        return count

    def weights(self, parameters: Array) -> list[Array]:
        """Return W(1) ... W(L) as views of a buffer: (from, to), or (units,) for a scale layer."""
        return [parameters[place.weights].reshape(place.shape) for place in self.places]

    def biases(self, parameters: Array) -> list[Array | None]:
        """Return b(1) ... b(L) as views of a parameter buffer; None for layers without biases."""
        return [None if place.biases is None else parameters[place.biases] for place in self.places]

    def initial_parameters(self, seed: int, dtype: np.dtype[np.floating]) -> Array:
        """Return a new buffer with each layer's initial weights and biases.

        Raises
        ------
        LimitError, MemoryError
            If the buffer is too large for any memory, or for this machine's.
        """
        if self.parameter_count > MAX_PARAMETERS:
            raise LimitError(
                f"a network of {self.parameter_count:,} weights is too large for any memory"
            )
        parameters = aligned_zeros((self.parameter_count,), dtype)
        views = self.weights(parameters)
        for number, (layer, view) in enumerate(zip(self.layers, views, strict=True), start=1):
            layer.initialiser.fill(view, seed, number)
            if layer.multiplier != 1 and not isinstance(layer.initialiser, FromArray | Constant):
                # So that the initial network is the same as without a multiplier.
                np.divide(view, self.places[number - 1].multiplier, out=view)
        for number, (layer, biases) in enumerate(
            zip(self.layers, self.biases(parameters), strict=True), start=1
        ):
            if biases is not None:
                layer.bias_initialiser.fill(biases, seed, number, Purpose.BIASES)
        return parameters

    def to_arrays(self, parameters: Array) -> dict[str, Array]:
        """Return the views of a parameter buffer by name: w1, b1, w2, ..."""
        arrays = {}
        views = zip(self.weights(parameters), self.biases(parameters), strict=True)
        for number, (w, b) in enumerate(views, start=1):
            arrays[f"w{number}"] = w
            if b is not None:
                arrays[f"b{number}"] = b
        return arrays
