"""Explain a step of a run, by its journal; without a step, tell what the run is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from glassnet.core.validation import whole_number
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.style import StyleOptions
from glassnet.formula.document import Document
from glassnet.renderable import Renderable
from glassnet.workflows.open_run import JournalledRun, open_run
from glassnet.workflows.replay import network_words, step_words
from glassnet.workflows.runs.page import short_document

__all__ = ["RunInShort", "explain_run"]


@dataclass(frozen=True)
class RunInShort(Renderable):
    """How a run went, and what to type to see a step of it.

    Attributes
    ----------
    run : JournalledRun
    network : int
        The one that is meant.
    """

    run: JournalledRun
    network: int = 0

    def full(self) -> JournalledRun:
        """Return all that the journal says of the run."""
        return self.run

    def to_document(self) -> Document:
        """Return what all formats show."""
        return short_document(self.run.content, self.network)


def explain_run(
    path: Path,
    step: int | None = None,
    example: int | None = None,
    weight: str | None = None,
    table: Path | None = None,
    network: int = 0,
    **style: Unpack[StyleOptions],
) -> "Explanation | RunInShort":
    """Explain a step of a run, or, without one, return what says how it went and how to go on.

    Parameters
    ----------
    path : Path
        The journal.
    step : int, optional
        Its index.
    example : int, optional
        Which example of the batch is shown in full, counted from 0.
    weight : str, optional
        Explain only this weight: ``"w1[2,3]"``.
    table : Path, optional
        That of the run, if the journal does not hold its rows and it is no longer where it was.
    network : int
        Of several networks the one that is meant, counted from 0.
    **style
        As of :func:`glassnet.explain`.

    Raises
    ------
    ValueError
        If the step, example, weight or network does not exist.
    JournalError
        If the data are missing or changed.
    """
    run = open_run(path, table=table)
    if step is None:
        if example is not None or weight is not None:
            raise ValueError(
                f"{path} is the journal of a run; an example or a weight needs one of its steps: "
                "give --step as well, from 0"
            )
        return RunInShort(run, whole_number("network", network, 0, len(run.histories) - 1))
    explanation = run.step(step, example or 0, network=network, **style)
    if weight is None:
        return explanation
    page = explanation.weight(weight)
    of = network_words(run.content, network)
    title = f"{page.document.title} in {step_words(step)} of {of}"
    return page.titled(title)
