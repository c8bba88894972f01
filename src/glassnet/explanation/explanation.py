"""The result of ``gn.explain``: a document, and the explanations of single weights and units."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeAlias

from glassnet.drawing.network_drawing import NetworkDrawing
from glassnet.errors import NotFiniteError
from glassnet.explanation.check.check import Check, check_also, no_gradients
from glassnet.explanation.check.lines import Line, check_lines
from glassnet.explanation.check.paper import check_paper_lines
from glassnet.explanation.exercise.exercise import Exercise
from glassnet.explanation.exercise.grade import Grade, grade_sheet
from glassnet.explanation.exercise.sheet import Sheet
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.pages.drawing import draw_example
from glassnet.explanation.pages.unit import unit_sections
from glassnet.explanation.pages.weight import weight_sections
from glassnet.explanation.paper_loss import paper_loss_section
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.spreadsheet.spreadsheet import write_spreadsheet
from glassnet.explanation.step import Forward, Step
from glassnet.explanation.unit_names import place_of, unit_place_of
from glassnet.formula.document import Block, Document, Drawing, Paragraph, Section
from glassnet.render.json import json_number
from glassnet.render.text import formula_text
from glassnet.renderable import Renderable

__all__ = ["Explanation", "Origins"]

#: For each input, by its name: how it was computed from the raw row.
Origins: TypeAlias = Mapping[str, Sequence[Block]]

# The solution of an exercise is computed as on paper.
SOLUTION_DECIMALS = 4
UNFOLD = "Every other line: step.full() in Python, --full on the command line."


class Explanation(Renderable):
    """A document with every number of a step, or of one weight or unit in it.

    It prints as text and displays as HTML in a notebook; ``to_html`` writes it as a page, ``to`` in
    any format.

    Attributes
    ----------
    document : Document
        Sections of formulas, tables and charts; all output formats show the same.
    check : Check or None
        The independent check of the gradients, and of the equations of this document; None where
        only a network is described.
    """

    def __init__(
        self,
        document: Document,
        explainer: Explainer | None,
        check: Check | None,
        origins: Origins,
        of_example: "Callable[[int], Explanation] | None" = None,
    ) -> None:
        self.document = document
        self.check = check
        self._explainer = explainer
        self._origins = origins
        self._of_example = of_example

    @classmethod
    def of(
        cls,
        title: str,
        made: Callable[[Explainer], Sequence[Section]],
        explainer: Explainer,
        gradients: Check | None,
        origins: Origins,
        own: Sequence[Block] = (),
        further: Iterable[Line] = (),
        of_example: "Callable[[int], Explanation] | None" = None,
    ) -> Self:
        """Return the explanation with these sections and, at their end, the check.

        Parameters
        ----------
        title : str
        made : callable
            Makes the sections. On paper, the same page without rounding is what is checked.
        explainer : Explainer
        gradients : Check, optional
            Of the gradients; there are none without a target.
        origins : Origins
        own : sequence of Block
            What the section about the check begins with.
        further : iterable of Line
            Lines of its tables, checked already.
        of_example : callable, optional
            Explains another example of the batch.
        """
        numbers, sections = explainer.numbers, list(made(explainer))
        exact = made(explainer.exact) if explainer.paper else sections
        dtype = explainer.forward.parameters.dtype.name
        lines = check_lines(Document(title, tuple(exact), numbers), dtype, tuple(further))
        check = replace(gradients or no_gradients(dtype), lines=lines)
        words = str(check)
        if numbers.decimals is not None:
            words += f" {check_paper_lines(sections, numbers.decimals)}"
            sections += paper_loss_section(explainer, sections, made)
        last = Section("Check", (*own, Paragraph(words)))
        document = Document(title, (*sections, last), numbers, _data(check), UNFOLD)
        return cls(document, explainer, check, origins, of_example)

    def full(self) -> "Explanation":
        """Return the same with everything that the short form leaves out.

        Examples
        --------
        >>> import glassnet as gn
        >>> step = gn.explain(gn.Network([2, 2], output="softmax"), x=[1, 0], target=1)
        >>> len(str(step.full())) > len(str(step))
        True
        """
        document = self.document.unfolded()
        explainer, origins = self._explainer, self._origins
        return Explanation(document, explainer, self.check, origins, self._of_example)

    def example(self, index: int) -> "Explanation":
        """Return the explanation of another example of the batch, in the same step.

        Parameters
        ----------
        index : int
            Of the example in the batch, counted from 0.

        Raises
        ------
        ValueError
            If there is no such example, or no batch.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([2, 1], output="sigmoid", dtype="float64")
        >>> step = gn.explain(net, [[1, 0], [0, 1]], [1, 0])
        >>> step.example(1).step.example
        1
        """
        if self._of_example is None:
            raise ValueError("there is no batch; an explanation of a batch has several examples")
        return self._of_example(index)

    @property
    def explainer(self) -> Explainer:
        """The numbers that are explained, and their symbols.

        Raises
        ------
        ValueError
            If only a network is described.
        """
        if self._explainer is None:
            raise ValueError("there are no numbers without an example; give explain an input")
        return self._explainer

    @property
    def forward(self) -> Forward | None:
        """The numbers of the forward pass; a :class:`Step` if a target was given."""
        return self._explainer.forward if self._explainer else None

    @property
    def step(self) -> Step:
        """The numbers of the step.

        Raises
        ------
        ValueError
            If there is no backward pass, because no target was given.
        """
        if self._explainer is None:
            raise ValueError("there is no backward pass; give explain a target")
        return self._explainer.step

    def weight(
        self,
        name: str | None = None,
        *,
        layer: int | None = None,
        source: int | str | None = None,
        unit: int | None = None,
    ) -> "Explanation":
        """Return the explanation of one weight.

        Parameters
        ----------
        name : str, optional
            ``"w1[1,2]"``, or ``"b1[2]"`` for a bias, with units counted from 1; or the name as
            printed, ``"w1[petal length → 3]"``.
        layer, source, unit : int, optional
            The same as numbers: the layer counted from 1, units from 0; ``source="bias"`` for a
            bias.

        Raises
        ------
        ValueError, TypeError
            If there is no such weight, or no target was given.
        NotFiniteError
            If the numbers of the step are not all finite.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([1, 1], output="sigmoid", dtype="float64")
        >>> story = gn.explain(net, x=[10], target=1).weight("w1[1,1]")
        >>> story.document.sections[2].title
        'Backward pass, by the chain rule'
        """
        explainer, step = self.explainer, self.step
        self._require_finite()
        place = place_of(explainer.symbols, name, layer, source, unit)
        assert self.check is not None  # a step always has a check
        check = check_also(step, self.check, place)
        symbol = explainer.symbols.weight(place, 0.0)
        before: list[Section] = []
        if place.layer == 1 and place.source is not None:
            blocks = self._origins.get(explainer.symbols.unit_name(0, place.source))
            if blocks:
                before = [Section("From the raw row to this input", tuple(blocks))]

        def made(explainer: Explainer) -> list[Section]:
            return [*before, *weight_sections(explainer, place)]

        pair = next(pair for pair in check.pairs if pair.place == place)
        gradient, independent = map(explainer.numbers.text, (pair.gradient, pair.independent))
        own = Paragraph(
            f"This weight: gradient {gradient}, central difference {independent}; relative "
            f"difference {pair.difference:.2g}."
        )
        title = f"The weight {formula_text(symbol)}"
        return Explanation.of(title, made, explainer, check, self._origins, (own,))

    def unit(
        self, name: str | None = None, *, layer: int | None = None, unit: int | None = None
    ) -> "Explanation":
        """Return the explanation of one unit: contributions of its inputs, its output, its δ.

        Parameters
        ----------
        name : str, optional
            The name as printed: ``"h1.3"``, counted from 1, ``"output 2"``, or a class.
        layer, unit : int, optional
            The same as numbers: the layer counted from 1, units from 0.

        Raises
        ------
        ValueError, TypeError
            If there is no such unit.
        NotFiniteError
            If the numbers are not all finite.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([2, 3, 2], hidden="tanh", output="softmax")
        >>> gn.explain(net, x=[1, 0]).unit("h1.3").document.title
        'The unit h1.3'
        """
        if self._explainer is None:
            raise ValueError("a unit is explained for an example; give explain an input")
        explainer = self._explainer
        self._require_finite()
        place = unit_place_of(explainer.symbols, name, layer, unit)
        title = f"The unit {explainer.symbols.unit_name(place.layer, place.unit)}"

        def made(explainer: Explainer) -> list[Section]:
            return unit_sections(explainer, place)

        return Explanation.of(title, made, explainer, self.check, self._origins)

    def preceded_by(self, page: "Explanation") -> "Explanation":
        """Return the same with another page about it before, and that page's title.

        The check comes once, at the end.
        """
        before = page.document.sections[:-1]
        sections = (*before, *self.document.sections)
        document = replace(self.document, title=page.document.title, sections=sections)
        return Explanation(document, self._explainer, self.check, self._origins)

    def titled(self, title: str) -> Self:
        """Return the same with another title."""
        other = copy(self)
        other.document = replace(self.document, title=title)
        return other

    def _require_finite(self, refused: str = "there is no page of its own here") -> None:
        end = self.explainer.end
        if end is not None:
            raise NotFiniteError(f"{refused}. {end}")

    def exercise(self, level: str = "values", seed: int = 0) -> "Exercise[Explanation]":
        """Return an exercise sheet on this step, with gaps to fill in, and its solution.

        Parameters
        ----------
        level : str
            What is missing: ``"values"``, some values; ``"formulas"``, some lines, formula and
            value; ``"step"``, all lines.
        seed : int
            Decides which lines are missing.

        Raises
        ------
        ValueError, TypeError
            If there is no such level, no target was given, or the network is too large.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([2, 2], output="softmax", dtype="float64", seed=1)
        >>> exercise = gn.explain(net, x=[1, 0], target=1, learning_rate=0.5).exercise(seed=7)
        >>> exercise
        <Exercise: 11 of 22 lines to fill in>
        >>> exercise.grade({}).possible
        11
        """
        decimals = self.explainer.numbers.decimals or SOLUTION_DECIMALS
        return Exercise.of(Sheet(self.explainer), level, seed, partial(self._on_paper, decimals))

    def _on_paper(self, decimals: int) -> "Explanation":
        """The same step, whose further pages are computed as on paper."""
        explainer = self.explainer.with_decimals(decimals)
        return Explanation(self.document, explainer, self.check, self._origins)

    def grade(self, answers: Mapping[str, Any]) -> Grade:
        """Return how a student's numbers compare with this step, line by line.

        Each written number stands for all that round to it: a text keeps its digits (``"0.30"``
        is not ``"0.3"``), and a line is right as well if it follows from earlier rounded ones.

        Parameters
        ----------
        answers : mapping of str to str or float
            Numbers by the names on the page: ``{"in1[1]": "0.250", "p[1]": "0.562"}``. Lines that
            are left out are not filled in.

        Raises
        ------
        ValueError, TypeError
            If there is no line of a name, or no target was given.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([1, 1], output="sigmoid", dtype="float64", seed=1)
        >>> net.weights[0][0, 0], net.biases[0][0] = 0.5, 0.1
        >>> step = gn.explain(net, x=[2], target=1, learning_rate=0.5)
        >>> grade = step.grade({"in1[1]": "1.0"})
        >>> print(grade.hint(2))
        in1[1]: the bias is missing.
        """
        return grade_sheet(Sheet(self.explainer), answers)

    def gradient(self, place: WeightPlace) -> float:
        """Return ∂E/∂w of a weight."""
        return self.step.gradient_at(place)

    def draw(self) -> NetworkDrawing:
        """Draw the network with this example's values in its units.

        A notebook shows the drawing; ``to_svg``, ``to_png`` and ``to_pdf`` write it.

        Examples
        --------
        >>> import glassnet as gn
        >>> net = gn.Network([2, 3, 2], hidden="tanh", output="softmax", seed=1)
        >>> gn.explain(net, x=[1, 0]).draw().drawing.layers[0].units[0].output
        1.0
        """
        if self._explainer is not None:
            return NetworkDrawing(draw_example(self._explainer))
        blocks = (block for section in self.document.sections for block in section.blocks)
        return NetworkDrawing(next(block for block in blocks if isinstance(block, Drawing)))

    def to_xlsx(self, path: str | os.PathLike[str]) -> None:
        """Write the step as a spreadsheet that computes it.

        What is given stands in coloured cells: inputs, targets, weights, the numbers of the
        optimizer. All else is computed from them by formulas, for each example of a batch, so that
        a changed weight changes everything that follows. The page of a weight or a unit gives the
        spreadsheet of its whole step.

        Raises
        ------
        ValueError
            If only a network is described, or two quantities have the same name.
        NotFiniteError
            If the numbers are not all finite.
        LimitError
            If there are more than 10,000 weights, or 100,000 weights times examples.
        MissingPackageError
            If openpyxl is not installed: ``pip install 'glassnet[xlsx]'``.
        OSError
            If the file cannot be written.
        """
        explainer = self.explainer
        self._require_finite("there is no spreadsheet")
        write_spreadsheet(explainer, path)

    def to_document(self) -> Document:
        """Return the document, which all formats show."""
        return self.document

    def __repr__(self) -> str:
        return f"<Explanation: {self.document.title}>"


def _data(check: Check) -> dict[str, Any]:
    """The check as JSON values."""
    failures = check.lines.failures if check.lines else ()
    return {
        "check": {
            "passed": check.passed,
            "largest_difference": json_number(check.largest_difference),
            "tolerance": check.tolerance,
            "arithmetic": check.arithmetic,
            "compared": len(check.pairs),
            "weights": check.weights,
            "at_kinks": check.kinks,
            "equations": check.lines.count if check.lines else 0,
            "not_holding": [line.name for line in failures],
        }
    }
