"""How an explanation is written: how much of it, with which digits, in which letters."""

from dataclasses import dataclass, field
from typing import TypedDict

from glassnet.core.validation import whole_number
from glassnet.explanation.limits import Limits
from glassnet.explanation.notation import NOTATIONS, Notation, notation_named
from glassnet.formula.number import NumberFormat

__all__ = ["MOST_DECIMALS", "Style", "StyleOptions"]

#: Values on paper are floats, which have no more digits.
MOST_DECIMALS = 12


class StyleOptions(TypedDict, total=False):
    """The options of :func:`glassnet.explain` that make a style."""

    limits: Limits | None
    digits: int | None
    decimals: int | None
    notation: str | Notation


@dataclass(frozen=True)
class Style:
    """How an explanation is written.

    Attributes
    ----------
    limits : Limits
        How many items are listed before the rest is summed up.
    numbers : NumberFormat
        With `decimals`, everything is computed a second time as on paper.
    notation : Notation
        The letters.
    """

    limits: Limits = field(default_factory=Limits)
    numbers: NumberFormat = field(default_factory=NumberFormat)
    notation: Notation = NOTATIONS["in-y"]

    @classmethod
    def of(
        cls,
        limits: Limits | None = None,
        digits: int | None = 6,
        decimals: int | None = None,
        notation: str | Notation = "in-y",
    ) -> "Style":
        """Return a style from the options of :func:`glassnet.explain`.

        Raises
        ------
        ValueError, TypeError
            If an option is out of its bounds.

        Examples
        --------
        >>> Style.of(digits=3).numbers.text(2 / 3)
        '0.667'
        """
        if digits is not None:
            whole_number("digits", digits, 1, 17)
        if decimals is not None:
            whole_number("decimals", decimals, 1, MOST_DECIMALS)
        numbers = NumberFormat(digits, decimals)
        return cls(limits or Limits(), numbers, notation_named(notation))
