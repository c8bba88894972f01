"""What of a network is drawn: units, weights as lines; some units of wide layers, images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.drawing.image_shape import checked_image_shape
from glassnet.formula.document import (
    Drawing,
    DrawnImage,
    DrawnLayer,
    DrawnUnit,
    DrawnWeight,
)
from glassnet.nn.architecture import Architecture
from glassnet.nn.layers import Scale
from glassnet.nn.unit_name import class_names_of, unit_name

__all__ = ["NetworkParts", "draw_network", "image_of"]

#: The values of white: bits and fractions, inks of four bits, bytes.
WHITES = (1.0, 16.0, 255.0)


@dataclass(frozen=True)
class NetworkParts:
    """What of a network is drawn.

    Attributes
    ----------
    architecture : Architecture
    parameters : array of shape (parameters,)
    weight_name : callable
        The name of a weight, given its layer, its source (None for the bias unit) and its unit.
    image : tuple of int, optional
        The shape of the image that the inputs are.
    """

    architecture: Architecture
    parameters: Array
    weight_name: Callable[[int, int | None, int], str]
    image: tuple[int, ...] | None = None

    def drawing(
        self,
        shown: Sequence[Sequence[int]],
        units: Sequence[Sequence[DrawnUnit]],
        caption: str,
        pixels: Array | None = None,
    ) -> Drawing:
        """Return the drawing.

        Parameters
        ----------
        shown : sequence of sequence of int
            The units of each layer that are drawn; those of an image are not.
        units : sequence of sequence of DrawnUnit
            The same, with their values.
        caption : str
        pixels : array of shape (inputs,), optional
            The example, for an image.
        """
        if self.image is not None:
            shown, units = [[], *shown[1:]], [[], *units[1:]]
        layers = [self._layer(layer, own, pixels) for layer, own in enumerate(units)]
        return Drawing(tuple(layers), self._weights(shown), caption)

    def _layer(self, layer: int, units: Sequence[DrawnUnit], pixels: Array | None) -> DrawnLayer:
        layers, image = self.architecture.layers, None
        title = f"layer {layer}: {layers[layer - 1].activation.name}" if layer else "input"
        if layer == 0 and self.image is not None:
            title = f"input: {' × '.join(map(str, self.image))} pixels"
            image = image_of(self.image, pixels)
        has_bias = layer < len(layers) and layers[layer].bias
        more = self.architecture.units[layer] - len(units)
        return DrawnLayer(title, tuple(units), more, has_bias, image)

    def _weights(self, shown: Sequence[Sequence[int]]) -> tuple[DrawnWeight, ...]:
        """The weights between units that are shown, and those from the bias units."""
        every_w = self.architecture.weights(self.parameters)
        every_b = self.architecture.biases(self.parameters)
        weights = []
        for layer, (w, b) in enumerate(zip(every_w, every_b, strict=True), start=1):
            own_only = isinstance(self.architecture.layers[layer - 1], Scale)
            for j, unit in enumerate(shown[layer]):
                for i, source in enumerate(shown[layer - 1]):
                    if not own_only or source == unit:
                        value = float(w[unit] if own_only else w[source, unit])
                        name = self.weight_name(layer, source, unit)
                        weights.append(DrawnWeight(layer, i, j, name, value))
                if b is not None:
                    name = self.weight_name(layer, None, unit)
                    weights.append(DrawnWeight(layer, None, j, name, float(b[unit])))
        return tuple(weights)


def draw_network(
    architecture: Architecture,
    parameters: Array,
    feature_names: Sequence[str] | None,
    classes: Array | None,
    image: tuple[int, ...] | None = None,
    most: int = 8,
) -> Drawing:
    """Return a network without an example; of wide layers, the first units.

    Raises
    ------
    ValueError, TypeError
        If `most` is no whole number from 1 on, or the inputs are not so many pixels.
    """
    whole_number("units", most, 1)
    shape = checked_image_shape(image, feature_names, architecture.inputs)
    class_names = class_names_of(classes, architecture.outputs)
    shown = [range(min(count, most)) for count in architecture.units]
    units = [
        [
            DrawnUnit(unit_name(architecture, layer, unit, feature_names, class_names), None, None)
            for unit in own
        ]
        for layer, own in enumerate(shown)
    ]
    parts = NetworkParts(architecture, parameters, _weight_name, shape)
    return parts.drawing(shown, units, "The lines are weights.")


def _weight_name(layer: int, source: int | None, unit: int) -> str:
    return f"b{layer}[{unit + 1}]" if source is None else f"w{layer}[{source + 1},{unit + 1}]"


def image_of(shape: tuple[int, ...], pixels: Array | None) -> DrawnImage:
    """Return inputs as an image: 0 is black, the largest value that there may be is white.

    Examples
    --------
    >>> image_of((1, 3), np.array([0.0, 8.0, 16.0])).rows
    ((1.0, 0.5, 0.0),)
    """
    if pixels is None:
        return DrawnImage(shape[0], shape[1])
    values = np.nan_to_num(pixels.astype(np.float64)).reshape(shape)
    grey = values if values.ndim == 2 else values.mean(axis=2)
    low, high = min(float(values.min()), 0.0), float(values.max())
    white = next((white for white in WHITES if low == 0 and high <= white), high)
    ink = 1 - (grey - low) / ((white - low) or 1)
    return DrawnImage(shape[0], shape[1], tuple(tuple(map(float, row)) for row in ink))
