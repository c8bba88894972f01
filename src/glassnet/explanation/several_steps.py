"""The result of ``gn.explain`` for several steps: one story, and the explanation of each step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from glassnet.core.plural import named_in_short
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.pages.steps import several_sections, several_title, told_steps
from glassnet.explanation.step_series import StepSeries
from glassnet.formula.document import Document, Section
from glassnet.renderable import Renderable
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["SeveralSteps"]

UNFOLD = (
    "Each step's numbers: steps.full() in Python, --full on the command line; steps[k] is the "
    "explanation of the step with index k."
)


class SeveralSteps(Renderable):
    """Several steps as one story: how loss and weights go, and each step folded behind.

    ``steps[k]`` is the :class:`Explanation` of the step with index k, as in ``history.steps``.
    It prints as text and displays as HTML in a notebook; ``to_html`` writes it as a page, ``to`` in
    any format.

    Attributes
    ----------
    document : Document
    losses : list of float
        The mean loss of its batch before each step, and after the last.
    """

    def __init__(
        self,
        document: Document,
        series: StepSeries,
        explain_one: Callable[[RecordedStep], Explanation],
        known: dict[int, Explanation],
    ) -> None:
        self.document = document
        self.losses = series.losses
        self._series = series
        self._explain_one = explain_one
        self._known = known

    @classmethod
    def of(
        cls,
        series: StepSeries,
        explain_one: Callable[[RecordedStep], Explanation],
        preface: Sequence[Section] = (),
    ) -> "SeveralSteps":
        """Return the story of some steps, after sections of one's own."""
        told = {place: explain_one(series.recorded[place]) for place in told_steps(series)}
        documents = {place: each.document for place, each in told.items()}
        checks = {place: each.check for place, each in told.items() if each.check}
        sections = (*preface, *several_sections(series, documents, checks))
        numbers = series.explainers[0].numbers
        document = Document(several_title(series), sections, numbers, unfold=UNFOLD)
        known = {series.recorded[place].number - 1: each for place, each in told.items()}
        return cls(document, series, explain_one, known)

    def full(self) -> "SeveralSteps":
        """Return the same with the short story of each step; ``steps[k].full()`` has all of one."""
        unfolded = self.document.unfolded()
        return SeveralSteps(unfolded, self._series, self._explain_one, self._known)

    def titled(self, title: str) -> "SeveralSteps":
        """Return the same with another title."""
        document = replace(self.document, title=title)
        return SeveralSteps(document, self._series, self._explain_one, self._known)

    @property
    def passed(self) -> bool | None:
        """Whether the checks of all steps that are told passed; None if one says nothing."""
        passed = [each.check.passed for each in self._known.values() if each.check]
        return False if False in passed else None if None in passed else True

    def to_document(self) -> Document:
        """Return the document, which all formats show."""
        return self.document

    def __len__(self) -> int:
        return len(self._series.recorded)

    def __iter__(self) -> Iterator[Explanation]:
        """Iterate over the explanations of the steps, in order."""
        return (self[step.number - 1] for step in self._series.recorded)

    def __getitem__(self, index: int) -> Explanation:
        """Return the explanation of the step with this index, counted from 0 as in a training."""
        by_index = {step.number - 1: step for step in self._series.recorded}
        if index not in by_index:
            known = named_in_short("step", "steps", [str(known) for known in by_index], 10)
            raise IndexError(f"there is no step {index!r} here; there are {known}, counted from 0")
        if index not in self._known:
            self._known[index] = self._explain_one(by_index[index])
        return self._known[index]

    def __repr__(self) -> str:
        return f"<SeveralSteps: {self.document.title}>"
