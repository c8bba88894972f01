"""The grade of a sheet: a verdict for each line, the first wrong line and its slip, hints."""

import json
from collections.abc import Mapping
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
from glassnet.explanation.exercise.written import Written, written
from glassnet.formula.number import number_text
from glassnet.formula.tree import Formula, Number, Partial, Symbol
from glassnet.render.text import formula_text

__all__ = ["Grade", "grade_sheet", "numbers_by_line"]

DIGITS = 6
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
            if finding.line.part != part:
                part = finding.line.part
                lines.append(part)
            lines.append(_line_text(finding))
        return "\n".join([*lines, "", self._summary()])

    def _summary(self) -> str:
        finding = self.first_wrong
        if finding is None:
            return self._nothing_wrong()
        return f"The first wrong line is {finding.line.name}: {_kind(finding)}."

    def _nothing_wrong(self) -> str:
        empty = sum(one.verdict == EMPTY for one in self.findings)
        if empty == self.possible:
            return "Nothing is filled in yet."
        if empty:
            return f"Nothing is wrong; not yet filled in: {empty} of {self.possible} lines."
        return "Everything is right."

    def _with_numbers(self, finding: Finding, formula: Formula) -> str:
        """The formula with the student's own earlier numbers, and what it gives."""
        assert finding.carried is not None
        assert finding.written is not None
        numbers = formula_text(self._own_numbers(formula))
        middle = finding.carried.middle
        value = middle if middle.is_finite() else finding.expected
        return (
            f"With your numbers: {finding.line.name} = {numbers} = {_text(value)}; you wrote "
            f"{finding.written.text}."
        )

    def _own_numbers(self, formula: Formula) -> Formula:
        if isinstance(formula, Symbol | Partial):
            answer = self.answers.get(key_of(formula))
            if answer is None or not answer.value.is_finite():
                return formula.with_numbers()
            return Number(float(answer.value), answer.decimals)
        return formula.mapped(self._own_numbers)


def grade_sheet(
    sheet: Sheet, answers: Mapping[str, Any], printed: Mapping[str, str] | None = None
) -> Grade:
    """Return the grade of some answers.

    Parameters
    ----------
    sheet : Sheet
    answers : mapping of str to str or float
        The number of each line by its name, as on the page.
    printed : mapping of str to str, optional
        The lines of which the sheet gives the number, as far as the answers do not; they do not
        count.

    Raises
    ------
    ValueError, TypeError
        If there is no line of a name, or if an answer is no number.
    """
    given = numbers_by_line(sheet, printed or {})
    known = {**given, **numbers_by_line(sheet, answers)}
    findings = Grading(sheet, known, frozenset(given)).findings()
    return Grade(tuple(one for one in findings if one.line.key not in given), known)


def numbers_by_line(sheet: Sheet, answers: Mapping[str, Any]) -> dict[Key, Written]:
    """Return the numbers of some answers, by line.

    Raises
    ------
    ValueError, TypeError
        If there is no line of a name, or if an answer is no number.
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
        number = written(line.name, given)
        if number is not None:
            found[line.key] = number
    return found


def _line_named(by_name: Mapping[str, Line], name: Any) -> Line:
    line = by_name.get(_plain(name)) if isinstance(name, str) else None
    if line is None:
        names = [one.name for one in by_name.values()]
        near = get_close_matches(str(name), names, 1, 0.0) or names[:1]
        raise ValueError(f"there is no line {name!r} on this sheet; did you mean {near[0]!r}?")
    return line


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
