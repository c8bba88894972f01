"""The shape of a network: its layers, and where their parameters stand in one buffer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.errors import FileFormatError, LimitError
from glassnet.structure.activation import Activation, Array
from glassnet.structure.layer import Dense
from glassnet.structure.whole import whole_number

__all__ = ["Architecture", "Place"]

MOST_PARAMETERS = 2**58


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
        return cls(whole_number("the number of inputs", inputs, 1), tuple(layers))

    @classmethod
    def parse(
        cls,
        layers: Sequence[int | Dense],
        hidden: str | Activation | None,
        output: str | Activation | None,
    ) -> "Architecture":
        """Return the architecture that :class:`glassnet.Network` was asked for, either way."""
        if isinstance(layers, str) or not isinstance(layers, Sequence):
            raise TypeError(f"layers are a list like [2, 3, 2], not {layers!r}")
        inputs, *rest = layers or [0]
        if isinstance(inputs, Dense) or not rest:
            raise ValueError(
                f"layers start with the number of inputs, and at least one layer follows: [2, 1]; "
                f"not {list(layers)!r}"
            )
        dense = [layer for layer in rest if isinstance(layer, Dense)]
        units = [layer for layer in rest if not isinstance(layer, Dense)]
        if dense:
            if units:
                raise TypeError(f"behind a Dense layer every layer is one; {units[0]!r} is not")
            if hidden is not None or output is not None:
                raise ValueError(
                    "Dense layers say their own activation; leave out hidden and output"
                )
            return cls.of(inputs, dense)
        if output is None:
            raise ValueError(
                'say the activation of the last layer: output="softmax" for classes, "sigmoid" for '
                'yes or no, "identity" for values'
            )
        if len(units) > 1 and hidden is None:
            raise ValueError('say the activation of the hidden layers, for example hidden="relu"')
        between = [Dense(count, hidden or output) for count in units[:-1]]
        return cls.of(inputs, [*between, Dense(units[-1], output)])

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
        """Return a new buffer with each layer's initial weights, and biases 0.

        Raises
        ------
        LimitError, MemoryError
            If no memory, or not this one, can hold it.
        """
        if self.parameter_count > MOST_PARAMETERS:
            raise LimitError(
                f"a network of {self.parameter_count:,} weights is too large for any memory"
            )
        parameters: Array = np.zeros(self.parameter_count, dtype=dtype)
        views = self.weights(parameters)
        for number, (layer, view) in enumerate(zip(self.layers, views, strict=True), start=1):
            view[...] = layer.initialiser.weights(view.shape[0], view.shape[1], seed, number)
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

    def to_header(self) -> dict[str, Any]:
        """Return inputs and layers as JSON values."""
        layers = [
            {"units": layer.units, "activation": layer.activation.name, "bias": layer.bias}
            for layer in self.layers
        ]
        return {"inputs": self.inputs, "layers": layers}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "Architecture":
        """Return the architecture that :meth:`to_header` describes.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it describes none.
        """
        layers = []
        for layer in header["layers"]:
            if not isinstance(layer["bias"], bool):
                raise TypeError(f"the bias of a layer is true or false, not {layer['bias']!r}")
            layers.append(Dense(layer["units"], layer["activation"], bias=layer["bias"]))
        return cls.of(header["inputs"], layers)

    def require_arrays(self, arrays: dict[str, Array], dtype: str) -> None:
        """Compare a file's arrays with this architecture, before any memory is taken for it.

        Raises
        ------
        FileFormatError
            If they differ in names, shapes or precision.
        """
        expected: dict[str, tuple[int, ...]] = {}
        for number, place in enumerate(self.places, start=1):
            expected[f"w{number}"] = (place.from_units, place.to_units)
            if place.biases:
                expected[f"b{number}"] = (place.to_units,)
        found = {name: array.shape for name, array in arrays.items()}
        if found != expected or any(array.dtype.name != dtype for array in arrays.values()):
            raise FileFormatError("the arrays of the file do not fit the network in its header")
