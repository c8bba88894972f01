"""The steps of a run in which something happened, a line each with what opens it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from glassnet.core.plural import counted, numbered, of_several
from glassnet.formula.document import Block, Command, Paragraph, Section
from glassnet.formula.number import number_text
from glassnet.training.journal.content import Content
from glassnet.workflows.commands import explain_command, show_command
from glassnet.workflows.notable_steps import NotableSteps, rising_epochs
from glassnet.workflows.replay import step_words
from glassnet.workflows.unit_deaths import UnitDeath

__all__ = ["Event", "Notable", "notable_by_epochs", "notable_by_steps"]

# So many steps of each kind have a line; so many units are named in one.
LISTED, UNITS = 3, 6
PLACES = ("largest", "second largest", "third largest")

What: TypeAlias = Literal["loss rose", "loss of the epoch rose", "gradient", "unit died"]


@dataclass(frozen=True)
class Event:
    """Something that happened in a step of a run, or in one of several.

    Attributes
    ----------
    step, last : int
        Indices of the first and the last step that it may have happened in.
    what : str
    words : str
    """

    step: int
    last: int
    what: What
    words: str

    @property
    def where(self) -> str:
        """In which step, as people count and as it is typed."""
        if self.step == self.last:
            return step_words(self.step).capitalize()
        numbers = f"{self.step + 1:,} to {self.last + 1:,}"
        return f"One of the steps {numbers} (index {self.step} to {self.last})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"step": self.step, "last": self.last, "what": self.what, "words": self.words}


@dataclass(frozen=True)
class Notable:
    """What was found of a run's steps, or why nothing can be.

    Attributes
    ----------
    words : str
        What was looked at; or why steps cannot be taken again.
    events : list of Event
    is_whole : bool
        Whether steps were taken again; if not, more can be found so.
    """

    words: str
    events: list[Event] = field(default_factory=list)
    is_whole: bool = True

    def section(self, path: Path, networks: int = 1, number: int = 0) -> Section:
        """Return it as a section of a page, of one of several networks."""
        title = f"Notable steps{of_several(number, networks, 'network')}"
        return Section(title, tuple(self._blocks(path, number)))

    def _blocks(self, path: Path, network: int) -> Iterator[Block]:
        yield Paragraph(self.words)
        if not self.is_whole:
            yield Command(f"{show_command(path, network)} --notable")
        ordered = sorted(self.events, key=lambda event: (event.step, event.last))
        for where, group in groupby(ordered, key=lambda event: event.where):
            same = list(group)
            yield Paragraph(f"{where}: {'; '.join(event.words for event in same)}:")
            yield Command(explain_command(path, same[0].step, network))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        ordered = sorted(self.events, key=lambda event: (event.step, event.last))
        return {"words": self.words, "steps": [event.to_dict() for event in ordered]}


def notable_by_steps(found: NotableSteps) -> Notable:
    """Return what happened in steps that were taken again."""
    events = [
        Event(
            int(found.steps[place]),
            int(found.steps[place]),
            "loss rose",
            "the loss of its batch rose from "
            f"{_short(found.losses[place - 1])} to {_short(found.losses[place])}",
        )
        for place in found.rises[:LISTED]
    ]
    words = (
        f"{found.looked_at} Named are, up to {LISTED} of each kind, those in which the loss rose "
        "most from the batch before, the gradient was largest, or hidden units died."
    )
    return Notable(words, [*events, *_gradients(found), *_deaths(found.deaths)])


def _gradients(found: NotableSteps) -> Iterator[Event]:
    """The steps with the largest gradients; of those that are no numbers, the first."""
    order, is_finite = found.largest, np.isfinite(found.norms)
    finite = (place for place in order if is_finite[place])
    numbered = [(place, f", the {words}") for words, place in zip(PLACES, finite, strict=False)]
    broken = [(place, "") for place in order if not is_finite[place]]
    for place, words in [*broken[:1], *numbered][:LISTED]:
        step = int(found.steps[place])
        norm = _short(found.norms[place])
        yield Event(step, step, "gradient", f"the norm of the gradient was {norm}{words}")


def _deaths(deaths: list[UnitDeath]) -> Iterator[Event]:
    """The steps in which units died, those of which most is known first."""
    together: dict[tuple[int, int] | None, list[str]] = {}
    for death in sorted(deaths, key=lambda death: (death.step is None, death.last_alive is None)):
        alive = death.last_alive
        place = None if alive is None else (alive, death.first_dead - 1)
        together.setdefault(place, []).append(death.unit)
    for place, units in list(together.items())[:LISTED]:
        many = counted(len(units), "unit")
        names = ", ".join(units[:UNITS]) + (", …" if len(units) > UNITS else "")
        if place is None:
            words = f"{many} had no output for any example from here to the end ({names})"
            yield Event(0, 0, "unit died", words)
        else:
            yield Event(*place, "unit died", f"{many} died ({names})")


def notable_by_epochs(content: Content, network: int = 0) -> Notable:
    """Return in which epochs the loss rose, by the records of a journal alone."""
    losses, in_epoch = content.history(network).losses, _steps_in_epoch(content, network)
    rises = [
        epoch
        for epoch in rising_epochs(losses)
        if math.isfinite(losses[epoch - 1]) and not losses[epoch] <= losses[epoch - 1]
    ]
    events = [
        Event(
            epoch * in_epoch,
            epoch * in_epoch,
            "loss of the epoch rose",
            f"here begins epoch {numbered(epoch)}, whose loss rose from "
            f"{_short(losses[epoch - 1])} to {_short(losses[epoch])}",
        )
        for epoch in rises[:LISTED]
        if in_epoch
    ]
    found = "only the first steps of epochs whose loss rose" if events else "none"
    words = (
        f"Without taking steps again, the journal names {found}. To find those in which the loss "
        "of a batch jumped, the gradient was largest or units died may take as long as the "
        "training:"
    )
    return Notable(words, events, is_whole=False)


def _steps_in_epoch(content: Content, network: int) -> int:
    """How many steps an epoch has; 0 where no checkpoint says it."""
    last = content.checkpoint(network)
    losses = None if last is None else last.arrays.get("last.losses")
    return 0 if losses is None else losses.size


def _short(value: float) -> str:
    return number_text(float(value), 3)
