"""Explain a step of a run, by its journal; without a step, tell what the run is."""

from pathlib import Path
from typing import Unpack

from glassnet.explanation.explanation import Explanation
from glassnet.explanation.style import StyleOptions
from glassnet.workflows.open_run import JournalledRun, open_run
from glassnet.workflows.replay import step_words

__all__ = ["explain_run"]


def explain_run(
    path: Path,
    step: int | None = None,
    example: int | None = None,
    weight: str | None = None,
    table: Path | None = None,
    **style: Unpack[StyleOptions],
) -> Explanation | JournalledRun:
    """Explain a step of a run, or, without one, return the run, which tells how to go on.

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
    **style
        As of :func:`glassnet.explain`.

    Raises
    ------
    ValueError
        If the step, example or weight does not exist.
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
        return run
    explanation = run.step(step, example or 0, **style)
    if weight is None:
        return explanation
    page = explanation.weight(weight)
    title = f"{page.document.title} in {step_words(step)} of {path.name}"
    return page.titled(title)
