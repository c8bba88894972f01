"""An exercise: a sheet of which some lines are blank."""

import copy
import os
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from glassnet.core.atomic_file import write_atomically
from glassnet.core.validation import one_of, whole_number
from glassnet.explanation.exercise.grade import Grade, grade_sheet
from glassnet.explanation.exercise.page import GAP, exercise_html, exercise_latex
from glassnet.explanation.exercise.sheet import Key, Line, Sheet
from glassnet.explanation.exercise.solution import solved_lines
from glassnet.explanation.exercise.written import written
from glassnet.explanation.pages.legend import meanings
from glassnet.explanation.pages.sections import loss_name
from glassnet.explanation.places import WeightPlace
from glassnet.formula.document import (
    Block,
    Cell,
    Document,
    DocumentTable,
    Equation,
    Paragraph,
    Section,
)
from glassnet.formula.number import NumberFormat
from glassnet.formula.tree import Formula, Number
from glassnet.nn.layers import Scale
from glassnet.render.text import document_text, formula_text

if TYPE_CHECKING:
    from glassnet.explanation.exercise.files import Template

__all__ = ["LEVELS", "Exercise"]

#: What is blank: some values; some lines, formula and value; or all lines.
LEVELS = ("values", "formulas", "step")

# Of the lines of the first two levels, this part is blank.
BLANK = 0.5
# A given number that would vanish is shown with all digits that count.
SHOWN = NumberFormat(9)


class Page(Protocol):
    """What a solution is: something with a document."""

    document: Document


S = TypeVar("S", bound=Page)


@dataclass(frozen=True)
class Exercise(Generic[S]):
    """A sheet to fill in. It prints as text.

    Attributes
    ----------
    sheet : Sheet
    level : str
        ``"values"``, ``"formulas"`` or ``"step"``.
    blanks : frozenset of key
        The lines that are to be filled in.
    solved : callable
        Returns the explanation of the step, of which the solution is another document.
    """

    sheet: Sheet
    level: str
    blanks: frozenset[Key]
    solved: Callable[[], S]

    @classmethod
    def of(cls, sheet: Sheet, level: str, seed: int, solved: Callable[[], S]) -> "Exercise[S]":
        """Return an exercise; the seed decides which lines are blank.

        Raises
        ------
        ValueError, TypeError
            If there is no such level.
        """
        one_of("level", level, LEVELS)
        whole_number("seed", seed, 0)
        keys = [line.key for line in sheet.lines]
        if level != "step":
            drawn = random.Random(seed)  # noqa: S311 - no secret
            keys = drawn.sample(keys, max(1, round(BLANK * len(keys))))
        return cls(sheet, level, frozenset(keys), solved)

    @property
    def decimals(self) -> int:
        """With how many decimals the given lines are written."""
        decimals = self.sheet.explainer.numbers.decimals
        return 4 if decimals is None else decimals

    @property
    def numbers(self) -> NumberFormat:
        """How the values of given lines are written."""
        if self.sheet.explainer.numbers.decimals is None:
            return NumberFormat(4)
        return NumberFormat(decimals=self.decimals)

    @property
    def title(self) -> str:
        """The title of the sheet."""
        return "Exercise: one step by hand"

    @property
    def document(self) -> Document:
        """The sheet as a document, with gaps."""
        lines = [(line, self._equation(line)) for line in self.sheet.lines]
        return self._document(self.title, Section("To do", (Paragraph(self.task),)), lines)

    @property
    def solved_document(self) -> Document:
        """The sheet as a document, with its gaps filled in."""
        sheet, decimals = self.sheet, self.decimals
        given = [line for line in sheet.lines if line.key not in self.blanks]
        printed = {line.key: self._given_number(line) for line in given}
        words = (
            f"What is filled in is rounded to {decimals} decimals (3 significant digits at least) "
            "and used as it is written; an exact value that rounds otherwise stands beside."
        )
        numbers = Section("Numbers", (Paragraph(words),))
        return self._document(
            f"Solution of the {self.title[0].lower()}{self.title[1:]}",
            numbers,
            solved_lines(sheet, printed, decimals),
        )

    def _document(
        self, title: str, words: Section, lines: Iterable[tuple[Line, Equation]]
    ) -> Document:
        """What is given, some words, and the lines, part by part."""
        explainer = self.sheet.explainer
        letters = Section("Letters", (Paragraph(" ".join([*meanings(explainer), self._letters])),))
        given = Section("Given", tuple(given_blocks(self.sheet)))
        parts: dict[str, list[Block]] = {}
        for line, equation in lines:
            parts.setdefault(line.part, []).append(equation)
        sections = [Section(part, tuple(blocks)) for part, blocks in parts.items()]
        return Document(title, (letters, given, words, *sections), explainer.numbers)

    @property
    def _letters(self) -> str:
        """What the letters mean that a legend leaves out."""
        letters = self.sheet.explainer.symbols.notation
        meaning = f"{letters.input}: input"
        if self.sheet.updates is None:
            return f"{meaning}."
        return f"{meaning}, {letters.learning_rate}: learning rate, new: after the step."

    @property
    def task(self) -> str:
        """What is to be done, in words."""
        blank = {
            "values": "Fill in the missing values.",
            "formulas": "Fill in the missing formulas and values.",
            "step": "Take the whole step: formula and value of each line.",
        }[self.level]
        return (
            f"{blank} Give each number to {self.decimals} decimals (3 significant digits at "
            "least). You may go on with your rounded numbers or with more digits."
        )

    def solution(self) -> S:
        """Return the solution: the same sheet with its gaps filled in, each line with numbers."""
        page = copy.copy(self.solved())
        page.document = self.solved_document
        return page

    def grade(self, answers: Mapping[str, Any]) -> Grade:
        """Return how some answers compare with the sheet; only the blank lines count.

        Raises
        ------
        ValueError, TypeError
            As of :meth:`Explanation.grade`.
        """
        return grade_sheet(self.sheet, answers, self.printed)

    @property
    def printed(self) -> dict[str, str]:
        """The value of each line that is given, by name."""
        return {
            line.name: self.numbers.text(line.left.value)
            for line in self.sheet.lines
            if line.key not in self.blanks
        }

    def formula_of(self, line: Line) -> Formula | None:
        """Return the formula that the sheet shows of a line; None if that is a gap."""
        hidden = self.level != "values" and line.key in self.blanks
        return None if hidden else line.formulas[-1]

    def to_text(self) -> str:
        """Return the sheet as text of at most 80 columns."""
        return document_text(self.document)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the sheet as a page to fill in or to print; write it to `path` if given."""
        return _written(exercise_html(self.document), path)

    def to_latex(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the sheet as a LaTeX document; write it to `path` if given."""
        return _written(exercise_latex(self.document), path)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a table to fill in, which ``glassnet grade`` reads; it needs nothing else."""
        from glassnet.explanation.exercise.files import write_csv  # msgspec: for files only

        write_csv(self._template(), path)

    def to_xlsx(self, path: str | os.PathLike[str]) -> None:
        """Write a spreadsheet to fill in, which ``glassnet grade`` reads.

        Raises
        ------
        MissingPackageError
            If openpyxl is not installed.
        """
        from glassnet.explanation.exercise.files import write_xlsx

        write_xlsx(self._template(), path)

    def to_notebook(self, path: str | os.PathLike[str]) -> None:
        """Write a notebook with a dict to fill in, which ``glassnet grade`` reads."""
        from glassnet.explanation.exercise.files import write_notebook

        write_notebook(self._template(), path)

    def _template(self) -> "Template":
        from glassnet.explanation.exercise.files import Template

        formulas = {line.name: self.formula_of(line) for line in self.sheet.lines}
        shown = {name: formula_text(one) for name, one in formulas.items() if one is not None}
        given = {n: _given_text(self.sheet, value) for n, value in self.sheet.all_given.items()}
        network = network_words(self.sheet)
        return Template(self.sheet, shown, self.printed, self.to_text(), network, given)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Exercise: {len(self.blanks)} of {len(self.sheet.lines)} lines to fill in>"

    def _equation(self, line: Line) -> Equation:
        formula = self.formula_of(line)
        value: Formula = GAP if line.key in self.blanks else self._given_number(line)
        return Equation(line.left, (GAP if formula is None else formula, value))

    def _given_number(self, line: Line) -> Number:
        """The value of a line that is given, with the digits that it is given with."""
        number = written(line.name, self.numbers.text(line.left.value))
        assert number is not None
        return Number(float(number.value), None if "^" in number.text else number.decimals)


def given_blocks(sheet: Sheet) -> list[Block]:
    """Return what the sheet gives: the network in words, its weights, and the other numbers."""
    blocks: list[Block] = [Paragraph(network_words(sheet))]
    blocks += [weights_table(sheet, layer) for layer in range(1, sheet.equations.depth + 1)]
    rows: list[tuple[Cell, ...]] = [(one, _given_text(sheet, one.value)) for one in sheet.given]
    return [*blocks, DocumentTable(("quantity", "value"), tuple(rows))]


def network_words(sheet: Sheet) -> str:
    """Return the activation of each layer, and the loss, in words."""
    step = sheet.step
    layers = "; ".join(
        f"layer {number}: {layer.activation.name}"
        for number, layer in enumerate(step.architecture.layers, start=1)
    )
    return f"Activations: {layers}. Loss: {loss_name(step.output_loss.loss)}."


def weights_table(sheet: Sheet, layer: int) -> DocumentTable:
    """Return a layer's weights, with the biases as the last row."""
    names, step = sheet.equations.names, sheet.step
    places = [place for place in sheet.places if place.layer == layer]
    texts = {place: _given_text(sheet, step.weight(place)) for place in places}
    if isinstance(step.layer(layer), Scale):
        own = tuple((sheet.equations.weight(place), texts[place]) for place in places)
        return DocumentTable(("weight", "value"), own)
    units = range(step.architecture.units[layer])
    sources = list(dict.fromkeys(place.source for place in places))
    rows = [["bias" if n is None else names.unit_name(layer - 1, n) for n in sources]]
    rows += [[texts[WeightPlace(layer, n, unit)] for n in sources] for unit in units]
    heads = [f"from, to layer {layer}", *(f"→ {names.unit_name(layer, unit)}" for unit in units)]
    return DocumentTable(tuple(heads), tuple(zip(*rows, strict=True)))


def _given_text(sheet: Sheet, value: float) -> str:
    """A given number as the page shows it; one that would vanish, with its own digits."""
    return (SHOWN.text if sheet.as_shown(value) == 0 else sheet.explainer.numbers.text)(value)


def _written(text: str, path: str | os.PathLike[str] | None) -> str:
    if path is not None:
        write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
    return text
