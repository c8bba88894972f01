"""Which items of a long list are shown: the largest; the others are counted and summed."""

import math
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.explanation.places import WeightPlace, place_at
from glassnet.formula.document import Block, Paragraph
from glassnet.formula.number import NumberFormat
from glassnet.nn.architecture import Architecture

__all__ = ["Limits", "Selection", "largest", "largest_in_layer"]


@dataclass(frozen=True)
class Limits:
    """How many items are listed before the rest is summed up.

    Parameters
    ----------
    terms : int
        Terms shown of a sum.
    units : int
        Units shown of a layer.
    weights : int
        Weights shown of a layer.
    paths : int
        At most this many paths from a weight to the loss are all listed; if there are more, only
        the largest `terms`.
    steps : int
        Of several steps at most so many are told: the first and the last.

    Examples
    --------
    >>> Limits(units=3).units
    3
    """

    terms: int = 8
    units: int = 8
    weights: int = 24
    paths: int = 36
    steps: int = 12

    def __post_init__(self) -> None:
        for name, least in (("terms", 2), ("units", 1), ("weights", 1), ("paths", 1), ("steps", 1)):
            whole_number(name, getattr(self, name), least)


@dataclass(frozen=True)
class Selection:
    """The items of a list that are shown, in order; the number of the others, and their sum."""

    shown: list[int]
    others: int
    rest: float

    def sentence(self, what: str, of_each: str, numbers: NumberFormat) -> list[Block]:
        """Return a sentence on the items that are not shown; nothing if all are."""
        if not self.others:
            return []
        total = numbers.text(self.rest)
        return [Paragraph(f"Remaining {what}: {self.others:,}; their {of_each} sum to {total}.")]


def largest(values: Array, most: int, keep: int | None = None) -> Selection:
    """Return the `most` items with the largest absolute values.

    Parameters
    ----------
    values : array of shape (items,)
    most : int
    keep : int, optional
        The index of an item that is always shown.

    Examples
    --------
    >>> largest(np.array([0.25, 5.0, 0.25, -7.0]), 2)
    Selection(shown=[1, 3], others=2, rest=0.5)
    """
    if len(values) <= most:
        return Selection(list(range(len(values))), 0, 0.0)
    # Of equal values the first are taken, as by a stable sort.
    size = np.abs(values)
    if keep is not None:
        size[keep] = math.inf
    edge = -np.partition(-size, most - 1)[most - 1]
    above = np.flatnonzero(size > edge)
    shown = np.sort(np.concatenate([above, np.flatnonzero(size == edge)[: most - len(above)]]))
    others = values.copy()
    others[shown] = 0
    rest = float(others.sum(dtype=np.float64))
    return Selection(shown.tolist(), len(values) - len(shown), rest)


def largest_in_layer(
    architecture: Architecture, buffer: Array, layer: int, most: int
) -> tuple[list[WeightPlace], Selection]:
    """Return a layer's weights with the largest values in a buffer laid out like the parameters."""
    where = architecture.places[layer - 1].parameters
    chosen = largest(buffer[where], most)
    places = [place_at(architecture, where.start + index) for index in chosen.shown]
    # Sorted by unit, the bias after the weights.
    places.sort(key=lambda place: (place.unit, place.source is None, place.source or 0))
    return places, chosen
