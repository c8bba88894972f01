"""The grade of a sheet: a verdict for each line, the first wrong line and its slip, hints."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from glassnet.core.validation import whole_number
from glassnet.explanation.exercise.grading import (
    EMPTY,
    FIRST,
    FOLLOWS,
    RIGHT,
    ROUNDED,
    WRONG,
    Finding,
    Grading,
)
from glassnet.explanation.exercise.sheet import Key, Line, Sheet, key_of
from glassnet.explanation.exercise.slips import SLIPS
from glassnet.explanation.exercise.written import LONGEST, Written, written
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula, Number, Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["Grade", "grade_sheet", "numbers_by_line"]

DIGITS = 6
# A name that is less like one of the sheet is not taken for that.
NEAR = 0.7
MARKS = {RIGHT: "✓", ROUNDED: "✓", FOLLOWS: "→", FIRST: "✗", WRONG: "✗", EMPTY: " "}
# The width of a line in the terminal.
NAME, WRITTEN = 16, 14


@dataclass(frozen=True)
class Grade:
    """How a student's numbers compare with a sheet. It prints as plain English.

    Attributes
    ----------
    findings : tuple of Finding
        One for each line that was to be filled in, in order.
    """

    findings: tuple[Finding, ...]
    answers: Mapping[Key, Written]

    @property
    def points(self) -> int:
        """How many lines count: what is right, or follows from a wrong line and is not 0."""
        return sum(finding.counts for finding in self.findings)

    @property
    def possible(self) -> int:
        """How many lines there are."""
        return len(self.findings)

    @property
    def first_wrong(self) -> Finding | None:
        """The first wrong line; None if there is none."""
        return next((one for one in self.findings if one.verdict == FIRST), None)

    @property
    def passed(self) -> bool:
        """Whether every line is filled in and right."""
        return all(one.verdict in (RIGHT, ROUNDED) for one in self.findings)

    def hint(self, level: int = 1) -> str:
        """Return a hint on the first wrong line.

        Parameters
        ----------
        level : int
            1: where it is; 2: what kind of slip; 3: the formula; 4: the numbers.

        Raises
        ------
        ValueError, TypeError
            If there is no such level.
        """
        whole_number("level", level, 1, 4)
        finding = self.first_wrong
        if finding is None:
            return self._nothing_wrong()
        if level == 1:
            return f"Look at the line {finding.line.name} again ({finding.line.part.lower()})."
        if level == 2:
            return f"{finding.line.name}: {_kind(finding)}."
        formula = finding.line.formulas[-1]
        if level == 3:
            return f"The formula is {finding.line.name} = {formula_text(formula)}."
        return self._with_numbers(finding, formula)

    def to_dict(self) -> dict[str, Any]:
        """Return the grade as JSON values."""
        first = self.first_wrong
        return {
            "points": self.points,
            "possible": self.possible,
            "passed": self.passed,
            "first_wrong_line": first.line.name if first else None,
            "slip": first.slip if first else None,
            "slip_in_words": SLIPS[first.slip] if first and first.slip else None,
            "hints": [self.hint(level) for level in range(1, 5)] if first else [],
            "lines": [_line_dict(finding) for finding in self.findings],
        }

    def to_json(self) -> str:
        """Return the grade as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        lines = [f"{self.points} of {self.possible} lines count.", ""]
        part = ""
        for finding in self.findings:
            if finding.verdict == EMPTY:
                continue
            if finding.line.part != part:
                part = finding.line.part
                lines.append(part)
            lines.append(_line_text(finding))
        told = [""] if part else []
        return "\n".join([*lines, *told, self._summary()])

    def _summary(self) -> str:
        finding = self.first_wrong
        if finding is None:
            return self._nothing_wrong()
        first = f"The first wrong line is {finding.line.name}: {_kind(finding)}."
        empty = self._empty
        return f"{_count(empty)} not filled in.\n{first}" if empty else first

    @property
    def _empty(self) -> int:
        """How many lines are not filled in."""
        return sum(one.verdict == EMPTY for one in self.findings)

    def _nothing_wrong(self) -> str:
        empty = self._empty
        if empty == self.possible:
            return "Nothing is filled in yet."
        if empty:
            return f"Nothing is wrong; {_count(empty)} not filled in."
        return "Everything is right."

    def _with_numbers(self, finding: Finding, formula: Formula) -> str:
        """The formula with the student's own earlier numbers, and what it gives."""
        assert finding.written is not None
        numbers = formula_text(self._own_numbers(formula))
        middle = None if finding.carried is None else finding.carried.middle
        value = finding.expected if middle is None or not middle.is_finite() else middle
        return (
            f"With your numbers: {finding.line.name} = {numbers} = {_text(value)}; you wrote "
            f"{finding.written.text}."
        )

    def _own_numbers(self, formula: Formula) -> Formula:
        if isinstance(formula, Symbol | Partial):
            answer = self.answers.get(key_of(formula))
            if answer is None or not answer.value.is_finite():
                return formula.with_numbers()
            return Number(float(answer.value), None if answer.exact else answer.decimals)
        return formula.mapped(self._own_numbers)


def grade_sheet(
    sheet: Sheet, answers: Mapping[str, Any], printed: Mapping[str, str] | None = None
) -> Grade:
    """Return the grade of some answers.

    Parameters
    ----------
    sheet : Sheet
    answers : mapping of str to str or float
        The number of each line by its name, as on the page. A text that is no number makes its
        line wrong.
    printed : mapping of str to str, optional
        The lines of which the sheet gives the number, as far as the answers do not; they do not
        count.

    Raises
    ------
    ValueError, TypeError
        If there is no line of a name, or if an answer is neither a number nor a text.
    """
    given = numbers_by_line(sheet, printed or {}, written)
    found = numbers_by_line(sheet, answers, _number)
    unread = {key: one for key, one in found.items() if one.value.is_nan()}
    known = {**given, **{key: one for key, one in found.items() if key not in unread}}
    findings = Grading(sheet, known, frozenset(given), unread).findings()
    return Grade(tuple(one for one in findings if one.line.key not in given), known)


def numbers_by_line(
    sheet: Sheet, answers: Mapping[str, Any], read: Callable[[str, Any], Written | None]
) -> dict[Key, Written]:
    """Return the numbers of some answers, by line.

    Parameters
    ----------
    sheet : Sheet
    answers : mapping of str to str or float
    read : callable
        Reads what stands at a name; None if nothing does.

    Raises
    ------
    ValueError, TypeError
        If there is no line of a name, or if an answer cannot be read.
    """
    if not isinstance(answers, Mapping):
        raise TypeError(
            "answers are a dict of names and numbers, such as {'in1[1]': '0.250'}, not "
            f"{type(answers).__name__}"
        )
    by_name = {_plain(line.name): line for line in sheet.lines}
    found: dict[Key, Written] = {}
    for name, given in answers.items():
        line = _line_named(by_name, name)
        number = read(line.name, given)
        if number is not None:
            found[line.key] = number
    return found


def _number(name: str, given: Any) -> Written | None:
    """A number as it was written; NaN for a text that is none."""
    try:
        return written(name, given)
    except ValueError:
        text = " ".join(str(given).split())
        shown = text if len(text) <= LONGEST else f"{text[:20]}…"
        return Written(shown, Decimal("nan"))


def _line_named(by_name: Mapping[str, Line], name: Any) -> Line:
    line = by_name.get(_plain(name)) if isinstance(name, str) else None
    if line is None:
        near = get_close_matches(_plain(str(name)), by_name, 1, NEAR)
        meant = f"did you mean {by_name[near[0]].name!r}?" if near else _some_names(by_name)
        raise ValueError(f"there is no line {name!r} on this sheet; {meant}")
    return line


def _some_names(by_name: Mapping[str, Line]) -> str:
    """The first name of each part of a sheet."""
    first: dict[str, str] = {}
    for line in by_name.values():
        first.setdefault(line.part, line.name)
    return f"its lines have names such as {', '.join(map(repr, first.values()))}"


def _count(lines: int) -> str:
    return "1 line is" if lines == 1 else f"{lines} lines are"


def _plain(name: str) -> str:
    """A name as it may be typed: without spaces, dE/dw for ∂E/∂w, delta for δ."""
    typed = "".join(name.split()).replace("∂", "d")
    return typed.replace("delta", "δ").replace("−", "-")


def _kind(finding: Finding) -> str:
    if finding.slip is not None:
        return SLIPS[finding.slip]
    return "it follows neither from the formula nor from a usual slip"


def _line_text(finding: Finding) -> str:
    mark, name = MARKS[finding.verdict], finding.line.name
    text = "" if finding.written is None else finding.written.text
    return f"  {mark} {name:<{NAME}} {text:>{WRITTEN}}   {_verdict(finding)}".rstrip()


def _verdict(finding: Finding) -> str:
    verdict = finding.verdict
    if verdict == FOLLOWS and finding.follows is not None:
        without = "" if finding.counts else ", but 0 does not count"
        return f"follows from your line {finding.follows.name}{without}"
    if verdict in (FIRST, WRONG):
        return f"{verdict}: {_kind(finding)}"
    return f"{verdict} ({_text(finding.expected)})" if verdict == ROUNDED else verdict


def _line_dict(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.line.name,
        "part": finding.line.part,
        "written": None if finding.written is None else finding.written.text,
        "verdict": finding.verdict,
        "expected": float(finding.expected),
        "follows_from": None if finding.follows is None else finding.follows.name,
        "slip": finding.slip,
        "counts": finding.counts,
    }


def _text(value: Decimal) -> str:
    return number_text(float(value), DIGITS)
