"""The place of a weight or a unit in a network."""

from bisect import bisect_right
from dataclasses import dataclass

from glassnet.explanation.notation import NOTATIONS, Notation
from glassnet.nn.architecture import Architecture

__all__ = ["UnitPlace", "WeightPlace", "index_of", "name_of", "place_at"]


@dataclass(frozen=True)
class WeightPlace:
    """A weight: layer counted from 1 (the first after the inputs), units counted from 0.

    `source` is None for the bias unit.
    """

    layer: int
    source: int | None
    unit: int


@dataclass(frozen=True)
class UnitPlace:
    """A hidden or output unit: layer counted from 1, unit counted from 0."""

    layer: int
    unit: int


def index_of(architecture: Architecture, place: WeightPlace) -> int:
    """Return the index of a weight in the parameter buffer."""
    where = architecture.places[place.layer - 1]
    if place.source is None:
        # The biases follow the weights of their layer.
        return int(where.weights.stop) + place.unit
    if len(where.shape) == 1:  # a scale layer has one weight for each unit
        return int(where.weights.start) + place.unit
    return int(where.weights.start) + place.source * where.to_units + place.unit


def place_at(architecture: Architecture, index: int) -> WeightPlace:
    """Return the weight at an index of the parameter buffer."""
    layer = bisect_right(architecture.places, index, key=lambda where: where.parameters.start)
    where = architecture.places[layer - 1]
    if not 0 <= index < where.parameters.stop:
        raise IndexError(index)
    if index >= where.weights.stop:
        return WeightPlace(layer, None, index - where.weights.stop)
    source, unit = divmod(index - where.weights.start, where.to_units)
    return WeightPlace(layer, unit if len(where.shape) == 1 else source, unit)


def name_of(place: WeightPlace, letters: Notation = NOTATIONS["in-y"]) -> str:
    """Return the name by which a weight can be asked for, with units counted from 1.

    Examples
    --------
    >>> name_of(WeightPlace(1, 0, 1)), name_of(WeightPlace(2, None, 0))
    ('w1[1,2]', 'b2[1]')
    >>> name_of(WeightPlace(1, 0, 1), NOTATIONS["z-a"])
    'W1[2,1]'
    """
    if place.source is None:
        return f"{letters.bias}{place.layer}[{place.unit + 1}]"
    indices = [place.source + 1, place.unit + 1]
    first, second = reversed(indices) if letters.to_first else indices
    return f"{letters.weight}{place.layer}[{first},{second}]"
