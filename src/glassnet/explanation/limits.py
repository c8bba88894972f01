"""What is shown of a long list: the largest, and how many more there are with their exact sum."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.explanation.places import WeightPlace, place_at
from glassnet.formula.document import Block, Paragraph
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula, Remainder, Sum
from glassnet.nn.architecture import Architecture

__all__ = ["Limits", "Selection", "largest", "largest_in_layer", "largest_sum"]


@dataclass(frozen=True)
class Limits:
    """How much is listed before the rest is summed up, and how exactly numbers are written.

    Parameters
    ----------
    terms : int
        Terms of a sum.
    units : int
        Units of a layer.
    weights : int
        Weights of a layer.
    paths : int
        Paths from a weight to the loss that are all listed; of more, the largest `terms`.
    digits : int, optional
        Significant digits; None writes each number so that it can be read back unchanged.

    Examples
    --------
    >>> Limits(units=3).units
    3
    """

    terms: int = 8
    units: int = 8
    weights: int = 24
    paths: int = 36
    digits: int | None = 6

    def __post_init__(self) -> None:
        for name, least in (("terms", 2), ("units", 1), ("weights", 1), ("paths", 1)):
            whole_number(name, getattr(self, name), least)
        if self.digits is not None:
            whole_number("digits", self.digits, 1, 17)

    def number(self, value: float) -> str:
        """Return a number as it is written in sentences."""
        return number_text(value, self.digits)


@dataclass(frozen=True)
class Selection:
    """Which items of a list are shown, in their order; how many are not, and their sum."""

    shown: list[int]
    others: int
    rest: float

    def sentence(self, what: str, of_each: str, limits: Limits) -> list[Block]:
        """Return one sentence on what is not shown, where there is such."""
        if not self.others:
            return []
        total = limits.number(self.rest)
        return [Paragraph(f"… and {self.others:,} more {what}, their {of_each} together {total}.")]


def largest(values: Array, most: int, keep: int | None = None) -> Selection:
    """Return the `most` items with the largest absolute values.

    Parameters
    ----------
    values : array of shape (items,)
    most : int
    keep : int, optional
        An item that is shown however small it is.

    Examples
    --------
    >>> largest(np.array([0.25, 5.0, 0.25, -7.0]), 2)
    Selection(shown=[1, 3], others=2, rest=0.5)
    """
    if len(values) <= most:
        return Selection(list(range(len(values))), 0, 0.0)
    # The first of equals, as a stable sort would have it.
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


def largest_sum(
    values: Array, term: Callable[[int], Formula], most: int | None, keep: int | None = None
) -> Formula:
    """Return Σ term(i); of more than `most`, those of the largest values and a remainder.

    Parameters
    ----------
    values : array of shape (terms,)
        What each term comes to.
    term : callable
        Makes the formula of a term that is shown.
    most : int, optional
        How many terms may be shown; all of them if not given.
    keep : int, optional
        A term that is shown however small it is.
    """
    if len(values) == 1:
        return term(0)
    if most is None or len(values) <= most:
        return Sum(tuple(term(i) for i in range(len(values))))
    chosen = largest(values, most - 1, keep)
    return Sum((*(term(i) for i in chosen.shown), Remainder(chosen.others, chosen.rest)))


def largest_in_layer(
    architecture: Architecture, buffer: Array, layer: int, most: int
) -> tuple[list[WeightPlace], Selection]:
    """Return the weights of a layer with the largest values in a buffer laid out as parameters."""
    where = architecture.places[layer - 1].parameters
    chosen = largest(buffer[where], most)
    places = [place_at(architecture, where.start + index) for index in chosen.shown]
    # Unit by unit, the bias behind the weights.
    places.sort(key=lambda place: (place.unit, place.source is None, place.source or 0))
    return places, chosen
