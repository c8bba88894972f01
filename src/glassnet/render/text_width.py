"""How wide text is, about, and how names and numbers are made to fit.

No font is asked: pages are shown in whatever the reader has. The widths are those of DejaVu Sans,
one of the widest, so that what fits here fits elsewhere.
"""

import unicodedata
from dataclasses import dataclass

from glassnet.formula.number import number_text

__all__ = ["FittedNumber", "fitted_number", "number_parts", "shortened", "text_width"]

NARROW, WIDE = frozenset("iljtfrI.,:;'|![]()/\\ ·-"), frozenset("mwMW@%QO—…+=<>~→")
POWER_SIZE = 0.7  # of the size of the number
SMALLEST = 7.5
#: Numbers in this range are written with all digits before the point.
MANY_PLACES = 100, 100_000


def text_width(words: str, size: float) -> float:
    """Return about how wide words are in a font of a size, in its unit.

    Examples
    --------
    >>> text_width("iii", 10) < text_width("abc", 10) < text_width("MWM", 10)
    True
    """
    return size * sum(map(_width, words))


def _width(character: str) -> float:
    if character in NARROW:
        return 0.4
    if character in WIDE or unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    return 0.74 if character.isupper() else 0.64


def shortened(words: str, size: float, room: float) -> str:
    """Return words that fit, with an ellipsis for what was left out.

    Examples
    --------
    >>> shortened("bill", 10, 60), shortened("bill_length_mm", 10, 60)
    ('bill', 'bill_leng…')
    """
    if text_width(words, size) <= room:
        return words
    kept = words
    while kept and text_width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def number_parts(value: float, digits: int) -> tuple[str, str]:
    """Return a number as text, and the power of ten at its end.

    Examples
    --------
    >>> number_parts(-1.5e-05, 3), number_parts(1234.5, 3), number_parts(1e6, 3)
    (('−1.5·10', '−5'), ('1234', ''), ('1·10', '6'))
    """
    if MANY_PLACES[0] <= abs(value) < MANY_PLACES[1]:
        return number_text(round(value)), ""
    words, _, power = number_text(value, digits).partition("^")
    return words, power


@dataclass(frozen=True, slots=True)
class FittedNumber:
    """A number as it is written where there is little room."""

    words: str
    power: str
    size: float


def fitted_number(before: str, value: float, size: float, room: float) -> FittedNumber:
    """Return a number, after a word, with as many of three digits as there is room for.

    Its font becomes smaller first, then its digits fewer.

    Examples
    --------
    >>> fitted_number("in ", -0.1234, 10, 60).words
    'in −0.123'
    >>> fitted_number("in ", -1.23e-05, 10, 52)
    FittedNumber(words='in −1.2·10', power='−5', size=8)
    """
    sizes = [size]
    while sizes[-1] - 1 >= SMALLEST:
        sizes.append(sizes[-1] - 1)
    written = [number_parts(value, digits) for digits in (3, 2, 1)]
    if 0.5 < abs(value) < 1.5:  # all digits that tell it from 1 may be too long
        written.append(("≈1" if value > 0 else "≈−1", ""))
    for words, power in written:
        for own in sizes:
            width = text_width(before + words, own) + text_width(power, POWER_SIZE * own)
            if width <= room:
                return FittedNumber(before + words, power, own)
    return FittedNumber(before + words, power, own * min(1.0, room / width))
