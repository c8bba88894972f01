"""One network of a journalled run, whose steps are taken again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.plural import counted, numbered
from glassnet.core.validation import whole_number
from glassnet.errors import JournalError
from glassnet.explanation.symbols import Symbols
from glassnet.network import Network
from glassnet.nn.unit_name import class_names_of
from glassnet.training.history import History
from glassnet.training.journal.content import Content
from glassnet.training.journal.replay import (
    OnProgress,
    parameters_before,
    recorded_step,
    recorded_steps,
)
from glassnet.training.loop import Run
from glassnet.training.plan import Progress
from glassnet.training.progress_bar import Show, progress_bar
from glassnet.training.recorded_steps import RecordedStep
from glassnet.workflows.commands import explain_command

__all__ = ["Replay", "network_words", "step_words"]

# A replay shows a bar when it takes longer.
SECONDS_WITHOUT_BAR = 1.0


@dataclass(frozen=True)
class Replay:
    """One network of a journalled run, whose steps are taken again.

    Attributes
    ----------
    content : Content
    run : Run
        Its training, before the first step; it stays as it is.
    untrained : Network
        With the weights before the first step.
    number : int
        Of the network.
    rows : array of int64, optional
        Which rows of a table the examples are.
    """

    content: Content
    run: Run
    untrained: Network
    number: int
    rows: NDArray[np.int64] | None = None

    @cached_property
    def history(self) -> History:
        """The losses of the epochs."""
        return self.content.history(self.number)

    @cached_property
    def steps(self) -> int:
        """How many steps the run took, as far as the journal knows."""
        whole = self.history.epochs * self.run.steps_in_epoch
        return max(whole, self.content.last_step(self.number))

    def checked(self, step: int) -> int:
        """Return a step of the run.

        Raises
        ------
        ValueError, TypeError
            If there is none.
        """
        if not self.steps:
            raise JournalError(f"{self.content.path} ends before the first step of its run")
        if isinstance(step, int) and not 0 <= step < self.steps:
            raise ValueError(
                f"there is no step with index {step}; the run took {counted(self.steps, 'step')}, "
                f"with the indices 0 to {self.steps - 1}"
            )
        return whole_number("the step", step, 0, self.steps - 1)

    def recorded(self, step: int) -> RecordedStep:
        """Return a step as it was before it was taken."""
        step = self.checked(step)
        with _Bar(step / self.run.steps_in_epoch) as watch:
            return self._named(recorded_step(self.content, self.run, self.number, step, watch))

    def recorded_steps(self, steps: Sequence[int]) -> Iterator[tuple[int, RecordedStep, Array]]:
        """Take steps again: index, the step before it was taken, the parameters after it."""
        if not len(steps):
            return
        with _Bar(steps[-1] / self.run.steps_in_epoch) as watch:
            for step, recorded, after in recorded_steps(
                self.content, self.run, self.number, steps, watch
            ):
                yield step, self._named(recorded), after

    def parameters_before(self, step: int) -> Array:
        """Return the parameters before a step, or, by the number of all steps, after the last."""
        with _Bar(step / self.run.steps_in_epoch) as watch:
            return parameters_before(self.content, self.run, self.number, step, watch)

    @property
    def name(self) -> str:
        """The run's file, and of several networks which one is meant."""
        return network_words(self.content, self.number)

    def call(self, step: int, example: int | None = None) -> str:
        """Return what shows a step in Python, of a run that is open."""
        given = [str(step), *([] if example is None else [f"example={example}"])]
        given += [f"network={self.number}"] if self.number else []
        return f"run.step({', '.join(given)})"

    def command(self, step: int | str) -> str:
        """Return what shows a step on the command line."""
        return explain_command(self.content.path, step, self.number)

    def _named(self, recorded: RecordedStep) -> RecordedStep:
        net = self.untrained
        rows = None if self.rows is None else self.rows[recorded.examples]
        return replace(
            recorded, classes=net.classes, feature_names=net.feature_names, table_rows=rows
        )

    def example_words(self, example: int) -> str:
        """Return how a training example is named: by its row of the table, if it has one."""
        if self.rows is None:
            return numbered(example)
        return f"row {numbered(int(self.rows[example]))}"

    @property
    def symbols(self) -> Symbols:
        """The names of its weights and units."""
        net = self.untrained
        names = tuple(net.feature_names) if net.feature_names else None
        classes = class_names_of(net.classes, net.architecture.outputs)
        return Symbols(net.architecture, names, classes)


class _Bar(ExitStack):
    """Shows how far a replay is, once it takes longer than a moment."""

    def __init__(self, epochs: float) -> None:
        super().__init__()
        self._epochs = max(int(epochs) + 1, 1)
        self._began = time.monotonic()
        self._show: Show | None = None

    def __enter__(self) -> OnProgress:  # type: ignore[override]  # what it gives is called
        super().__enter__()
        return self._watch

    def _watch(self, now: Progress) -> None:
        if self._show is None and time.monotonic() - self._began > SECONDS_WITHOUT_BAR:
            self._show = self.enter_context(progress_bar())
        if self._show is not None:
            self._show(now.epochs_done, self._epochs, now.loss, None)


def network_words(content: Content, number: int) -> str:
    """Return the name of a run's file, and of several networks which one is meant."""
    of = "" if len(content.networks) == 1 else f"network {numbered(number)} of "
    return of + content.path.name


def step_words(step: int) -> str:
    """Return how a step is named: as people count, and its index.

    Examples
    --------
    >>> step_words(12345)
    'step 12,346 (index 12345)'
    """
    return f"step {numbered(step)}"
