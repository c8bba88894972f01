"""A student's numbers compared with a sheet, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from glassnet.explanation.exercise.own_numbers import OwnNumbers
from glassnet.explanation.exercise.sheet import Key, Line, Sheet
from glassnet.explanation.exercise.slips import SLIPS, slips_of
from glassnet.explanation.exercise.written import Precision, Written, intervals_of
from glassnet.formula.decimals import ZERO, as_decimal
from glassnet.formula.intervals import Interval

__all__ = ["EMPTY", "FIRST", "FOLLOWS", "RIGHT", "ROUNDED", "WRONG", "Finding", "Grading"]

RIGHT, ROUNDED, FOLLOWS = "right", "right, but rounded early", "follows from a wrong line"
FIRST, WRONG, EMPTY = "first wrong line", "wrong", "not filled in"

# The slip of a line that has something else than a number.
NOT_A_NUMBER = "not a number"
# What a computer's rounding may change of a number, by the type of the network's numbers.
RELATIVE = {"float32": Decimal("1e-5"), "float64": Decimal("1e-9")}
# These slips are more usual than the others.
USUAL = tuple(SLIPS)[:10]


@dataclass(frozen=True)
class Finding:
    """What grading found about one line.

    Attributes
    ----------
    line : Line
    written : Written or None
    verdict : str
        ``"right"``, ``"right, but rounded early"``, ``"follows from a wrong line"``, ``"first wrong
        line"``, ``"wrong"`` (another line that does not even follow), ``"not filled in"``.
    expected : Decimal
        The exact value.
    carried : Interval or None
        What follows from the student's own earlier numbers.
    follows : Line or None
        The wrong line from which it follows.
    slip : str or None
        The kind of the slip that fits a wrong line.
    counts : bool
        Whether it earns a point.
    """

    line: Line
    written: Written | None
    verdict: str
    expected: Decimal
    carried: Interval | None = None
    follows: Line | None = None
    slip: str | None = None
    counts: bool = False


@dataclass
class Grading:
    """Compares numbers with a sheet.

    Parameters
    ----------
    sheet : Sheet
    answers : mapping of key to Written
    printed : frozenset of key
        The lines of which the sheet gave the answer. Others may go on from it, or from what they
        were computed from.
    unread : mapping of key to Written
        What is not a number. Other lines go on as if nothing was written there.
    """

    sheet: Sheet
    answers: Mapping[Key, Written]
    printed: frozenset[Key] = frozenset()
    unread: Mapping[Key, Written] = field(default_factory=dict)
    _faults: dict[Key, Line] = field(default_factory=dict)
    _easy: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        relative = RELATIVE[self.sheet.step.parameters.dtype.name]
        self.precision = Precision.of(self.answers.values())
        self.intervals: dict[Any, Interval] = intervals_of(self.answers, self.precision, relative)
        self.own = OwnNumbers(self.sheet, self.intervals, self.precision)
        exact = self.sheet.exact
        telling = {
            key: own for key, own in self.intervals.items() if ZERO not in own or exact[key] == 0
        }
        unprinted = {key: own for key, own in self.intervals.items() if key not in self.printed}
        self.without_printed = OwnNumbers(self.sheet, unprinted, self.precision)
        self.roughly = OwnNumbers(self.sheet, self.intervals, self.precision, inside=True)
        self.without_zeros = OwnNumbers(self.sheet, telling, self.precision)

    def findings(self) -> list[Finding]:
        """Return what is found about each line, in order."""
        return list(self._findings())

    def _findings(self) -> Iterator[Finding]:
        wrong = False
        for line in self.sheet.lines:
            finding = self._finding(line, FIRST if not wrong else WRONG)
            wrong = wrong or finding.verdict == FIRST
            yield finding

    def _finding(self, line: Line, if_wrong: str) -> Finding:
        expected, answer = self.sheet.exact[line.key], self.answers.get(line.key)
        fault = self._fault_before(line)
        if answer is None:
            if fault is not None:
                self._faults[line.key] = fault
            return self._without_number(line, expected, if_wrong)
        own = self.intervals[line.key]
        if expected in own or as_decimal(line.left.value) in own:
            return Finding(line, answer, RIGHT, expected, counts=True)
        results = self._carried(line)
        met = [result for result in results if own.meets(result)]
        slip = None if met else self._slip(line, own)
        if not met and (slip not in USUAL or self._is_near(own, results)):
            met = [one for one in self.roughly.results(line) if is_bounded(one) and own.meets(one)]
        if not met:
            self._set_wrong(line, line, own)
            return Finding(line, answer, if_wrong, expected, results[-1], slip=slip)
        if fault is None:
            return Finding(line, answer, ROUNDED, expected, met[0], counts=True)
        self._set_wrong(line, fault, own)
        counts = line.key not in self._easy and fault.key not in self._easy
        return Finding(line, answer, FOLLOWS, expected, met[0], follows=fault, counts=counts)

    def _without_number(self, line: Line, expected: Decimal, if_wrong: str) -> Finding:
        """A line that is empty, or has something else than a number."""
        unread = self.unread.get(line.key)
        if unread is None:
            return Finding(line, None, EMPTY, expected)
        return Finding(line, unread, if_wrong, expected, slip=NOT_A_NUMBER)

    def _carried(self, line: Line) -> list[Interval]:
        """What a line can be, from the student's own numbers.

        After a division by a number that rounds to 0 it could be anything. Then numbers that round
        to 0 are computed again, from those before.
        """
        results = self.own.results(line)
        results = [
            one if is_bounded(one) else two
            for one, two in zip(results, self.without_zeros.results(line), strict=True)
        ]
        others = self.without_printed.results(line) if self.printed else []
        return results + [other for other in others if is_bounded(other)]

    def _is_near(self, own: Interval, results: list[Interval]) -> bool:
        """Whether a number is so near to a result that a rounding on the way may have led there."""
        unit = self.precision.half(own.middle)
        near = Interval(own.low - unit, own.high + unit)
        return any(near.meets(result) for result in results)

    def _set_wrong(self, line: Line, fault: Line, own: Interval) -> None:
        self._faults[line.key] = fault
        if ZERO in own and self.sheet.exact[line.key] != 0:
            self._easy.add(line.key)

    def _fault_before(self, line: Line) -> Line | None:
        """The first wrong line on which a line depends, if any."""
        for other in self.sheet.needs(line):
            if other.key in self._faults:
                return self._faults[other.key]
        return None

    def _slip(self, line: Line, own: Interval) -> str | None:
        """The kind of the slip that fits best: of the usual ones, or else of the others."""
        found: list[tuple[bool, Decimal, str]] = []
        for kind, result in self._slipped(line):
            if own.meets(result) and is_bounded(result):
                distance = abs(own.middle - result.middle) + (result.high - result.low)
                found.append((kind not in USUAL, distance, kind))
        if found:
            return min(found, key=lambda one: one[:2])[2]
        return self._of_digits(line, own)

    def _slipped(self, line: Line) -> Iterator[tuple[str, Interval]]:
        """What the line would be, had there been a slip in it or in an empty line before it."""
        for source in self._sources(line):
            for slip in slips_of(self.sheet, source):
                formula = {source.key: slip.formula}
                changed = OwnNumbers(self.sheet, self.intervals, self.precision, formula)
                for result in changed.results(line):
                    yield slip.kind, result

    def _sources(self, line: Line) -> list[Line]:
        """The line, and the lines before it that were not filled in."""
        found = [line]
        for source in found:
            for other in self.sheet.needs(source):
                if other.key not in self.answers and other not in found:
                    found.append(other)
        return found

    def _of_digits(self, line: Line, own: Interval) -> str | None:
        """The last digit cut off, or the decimal point in another place."""
        if not is_bounded(own):
            return None
        width = own.high - own.low
        for result in self.own.results(line):
            value = own.middle
            cut = Interval(value, value + width) if value >= 0 else Interval(value - width, value)
            if cut.meets(result):
                return "cut off"
            for power in (-3, -2, -1, 1, 2, 3):
                moved = Interval(own.low.scaleb(power), own.high.scaleb(power))
                if moved.meets(result) and ZERO not in own:
                    return "decimal point"
        return None


def is_bounded(interval: Interval) -> bool:
    """Whether both ends are finite."""
    return interval.low.is_finite() and interval.high.is_finite()
