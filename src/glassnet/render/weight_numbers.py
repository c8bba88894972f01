"""The numbers of weights on their lines, where there is room for all of a layer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from glassnet.formula.document import DrawnWeight
from glassnet.render.shapes import Circle, Paint, Point, Words
from glassnet.render.text_width import POWER_SIZE, number_parts, text_width

__all__ = ["Taken", "WeightLine", "place_numbers", "words_box"]

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

MOST, MOST_OF_LAYER = 60, 24  # weights that have their numbers; more are not legible
PLACES = 41  # that are tried on a line
ROUNDS = 60
GAP = 1.5  # between a number and what is beside it


@dataclass(frozen=True)
class WeightLine:
    """A weight as a line between the rims of two circles."""

    weight: DrawnWeight
    start: Point
    end: Point
    width: float

    def at(self, part: float) -> Point:
        """Return the point that lies so far on the way, from 0 to 1."""
        (x1, y1), (x2, y2) = self.start, self.end
        return x1 + part * (x2 - x1), y1 + part * (y2 - y1)


@dataclass(frozen=True)
class Taken:
    """What is on the paper already.

    Attributes
    ----------
    paper : (width, height)
    circles : sequence of Circle
    words : sequence of Words
    """

    paper: Point
    circles: Sequence[Circle]
    words: Sequence[Words]

    def leaves(self, box: Box) -> bool:
        """Return whether a box is on the paper, and upon nothing."""
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.paper[0] or bottom > self.paper[1]:
            return False
        for circle in self.circles:
            across = max(left - circle.x, 0, circle.x - right)
            down = max(top - circle.y, 0, circle.y - bottom)
            if across * across + down * down < (circle.radius + GAP) ** 2:
                return False
        return not any(_meet(box, words_box(words)) for words in self.words)


@dataclass(frozen=True)
class _Spot:
    """A place for a number: its box, and how bad the place is, whatever the others are."""

    box: Box
    badness: float


def place_numbers(
    lines: Sequence[WeightLine],
    size: float,
    taken: "Taken",
) -> Iterator[Words]:
    """Return the numbers of the weights, none upon another or upon what is there already.

    A layer has the numbers of all of its weights or of none.

    Parameters
    ----------
    lines : sequence of WeightLine
    size : float
        Of the font.
    taken : Taken
        Where no number may be.
    """
    if len(lines) > MOST:
        return
    for layer in sorted({line.weight.layer for line in lines}):
        own = [line for line in lines if line.weight.layer == layer]
        if len(own) > MOST_OF_LAYER:
            continue
        for digits in (3, 2):
            texts = [number_parts(line.weight.value, digits) for line in own]
            boxes = _boxes(own, texts, size, taken)
            if boxes is not None:
                for line, (words, power), box in zip(own, texts, boxes, strict=True):
                    x, base = (box[0] + box[2]) / 2, box[3] - 0.22 * size
                    paint = Paint("one" if line.weight.value >= 0 else "two")
                    yield Words(x, base, words, power, size, paint)
                break


def _boxes(
    lines: Sequence[WeightLine],
    texts: Sequence[tuple[str, str]],
    size: float,
    taken: "Taken",
) -> list[Box] | None:
    """A box for each number, none upon another; None where there is no room for all."""
    spots = [
        _spots(line, text_width(words, size) + text_width(power, POWER_SIZE * size), size, lines)
        for line, (words, power) in zip(lines, texts, strict=True)
    ]
    spots = [[spot for spot in own if taken.leaves(spot.box)] for own in spots]
    if not all(spots):
        return None
    chosen = [min(own, key=lambda spot: spot.badness) for own in spots]
    for _ in range(ROUNDS):  # those in the way of others move, until none is
        moved = False
        for number, own in enumerate(spots):
            others = [spot.box for place, spot in enumerate(chosen) if place != number]
            if any(_meet(chosen[number].box, box) for box in others):
                best = min(own, key=lambda spot: _badness(spot, others))
                moved |= best is not chosen[number]
                chosen[number] = best
        if not moved:
            break
    boxes = [spot.box for spot in chosen]
    upon = any(_meet(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    return None if upon else boxes


def _badness(spot: _Spot, others: Sequence[Box]) -> float:
    return spot.badness + 1000 * sum(_meet(spot.box, box) for box in others)


def _spots(line: WeightLine, width: float, size: float, lines: Sequence[WeightLine]) -> list[_Spot]:
    """Places along a line; those that other lines cross are worse, and those off its middle."""
    spots = []
    for number in range(PLACES):
        part = number / (PLACES - 1)
        x, y = line.at(part)
        box = (x - width / 2, y - size / 2, x + width / 2, y + size / 2)
        crossings = sum(_crosses(box, other) for other in lines if other is not line)
        spots.append(_Spot(box, 10 * crossings + abs(part - 0.5)))
    return spots


def words_box(words: Words) -> Box:
    """Return the box around words."""
    width = text_width(words.words, words.size) + text_width(words.power, POWER_SIZE * words.size)
    left = words.x - {"start": 0.0, "middle": width / 2, "end": width}[words.anchor]
    return left, words.y - 0.8 * words.size, left + width, words.y + 0.25 * words.size


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] + GAP and b[0] < a[2] + GAP and a[1] < b[3] + GAP and b[1] < a[3] + GAP


def _crosses(box: Box, line: WeightLine) -> bool:
    """Whether a line goes through a box (Liang and Barsky 1984)."""
    (x1, y1), (x2, y2) = line.start, line.end
    enters, leaves = 0.0, 1.0
    for way, before, after in (
        (x2 - x1, box[0] - x1, box[2] - x1),
        (y2 - y1, box[1] - y1, box[3] - y1),
    ):
        if way == 0:
            if before > 0 or after < 0:
                return False
            continue
        first, last = sorted((before / way, after / way))
        enters, leaves = max(enters, first), min(leaves, last)
    return enters <= leaves
