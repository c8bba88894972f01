"""``gn.open_run``: look into a run by its journal, at any of its steps."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from glassnet.core.plural import counted
from glassnet.core.validation import whole_number
from glassnet.errors import FileFormatError, JournalError
from glassnet.explanation.explain import explain
from glassnet.explanation.explanation import Explanation
from glassnet.explanation.style import StyleOptions
from glassnet.formula.document import Document
from glassnet.network import Network
from glassnet.renderable import Renderable
from glassnet.training.history import History
from glassnet.training.journal.checkpoint import require_fitting
from glassnet.training.journal.content import Content, RunState, read_content
from glassnet.training.journal.same_run import changes_told, require_same_engine
from glassnet.training.loop import Run
from glassnet.training.recorded_steps import RecordedStep
from glassnet.workflows.notable_steps import NotableSteps, find_notable_steps
from glassnet.workflows.replay import Replay, network_words, step_words
from glassnet.workflows.rerun import (
    LearnedFrom,
    fittings_of,
    is_full_batch,
    network_of,
    parameters_at_end,
)
from glassnet.workflows.runs.page import run_document, run_lines
from glassnet.workflows.runs.words import state_of
from glassnet.workflows.table_call import TableCall
from glassnet.workflows.weight_life import WeightLife, follow_weight

__all__ = ["JournalledRun", "open_run"]


def open_run(
    path: str | os.PathLike[str],
    X: Any = None,
    y: Any = None,
    *,
    table: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    validation: Any = None,
    threads: int | None = None,
) -> "JournalledRun":
    """Open the journal of a run, to look into it at any step; the file stays as it is.

    Any step is brought back with the bits that it had: from the nearest checkpoint, the same steps
    are taken again.

    Parameters
    ----------
    path : path
        The journal. It may still be written.
    X, y, sample_weight, class_weight, validation
        The data of ``Network.fit`` or ``fit_many``, where the journal does not hold them: it does
        up to 16 MiB. `validation` only where validation data of their own were given. Of an
        estimator's ``fit``, what it was called with but for validation data.
    table : path, data frame or mapping, optional
        That of ``gn.train``, if the journal does not hold its rows and it is no longer where it
        was, or was in memory.
    threads : int, optional

    Returns
    -------
    JournalledRun

    Raises
    ------
    FileNotFoundError, FileFormatError
        If there is no such file, or it is no journal.
    JournalError
        If the data that are given are not those of the run.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> place = Path(folder.name) / "run.glassnet"
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> net = Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
    >>> _ = net.fit(X, y, epochs=10, batch_size=2, journal=place)
    >>> run = open_run(place)
    >>> run
    <JournalledRun run.glassnet: finished, 10 epochs>
    >>> run.step(12).check.passed
    True
    >>> bool((run.network(epoch=9).parameters == net.parameters).all())
    True
    >>> folder.cleanup()
    """
    content = read_content(Path(path))
    if (X is None) != (y is None):
        raise TypeError("give X and y, or neither")
    weights = (sample_weight, class_weight, validation)
    if X is None and any(given is not None for given in weights):
        raise TypeError("sample_weight, class_weight and validation belong to X and y; give them")
    if X is not None and table is not None:
        raise TypeError("give X and y, or a table")
    if table is not None and content.run.what != "train":
        raise JournalError(f"{path} is the run of arrays, not of a table; give X and y")
    learned = None if X is None else LearnedFrom(X, y, *weights)
    run = JournalledRun(content, learned, table, threads)
    if (X is not None or table is not None) and not run.is_full_batch:
        run.replay()  # data that changed are refused at once
    return run


class JournalledRun(Renderable):
    """A run by its journal: how it went, and every step of it.

    Steps and epochs are indices, counted from 0. Of several networks that were trained at once,
    `network` says which is meant. It prints as a few lines and shows itself in notebooks; ``to``
    writes it in any format.
    """

    def __init__(
        self, content: Content, learned: LearnedFrom | None, table: Any, threads: int | None
    ) -> None:
        self._content, self._given, self._table = content, learned, table
        self._threads = threads
        self._prepared: dict[int, Replay] = {}

    @property
    def path(self) -> Path:
        """The journal."""
        return self._content.path

    @property
    def content(self) -> Content:
        """All records of the journal."""
        return self._content

    @property
    def state(self) -> RunState:
        """``"running"``, ``"finished"``, ``"interrupted"``, ``"failed"`` or ``"died"``."""
        return self._content.state

    @property
    def history(self) -> History:
        """Losses and metrics of the epochs; of several networks those of the first."""
        return self.histories[0]

    @cached_property
    def histories(self) -> list[History]:
        """Losses and metrics of each network."""
        return self._content.histories()

    @property
    def networks(self) -> list[Network]:
        """Each network as the run left it; where it died before each had begun, ask for one."""
        return [self.network(network=number) for number in range(len(self._content.networks))]

    @property
    def is_full_batch(self) -> bool:
        """Whether L-BFGS trained it, which takes no steps that could be taken again."""
        return is_full_batch(self._content)

    def step(
        self, step: int, example: int = 0, *, network: int = 0, **style: Unpack[StyleOptions]
    ) -> Explanation:
        """Explain a step with its batch, optimizer state and dropout mask.

        Parameters
        ----------
        step : int
            Its index in the run.
        example : int
            Which example of the batch is shown in full, counted from 0.
        network : int
        **style
            How it is written, as in :func:`glassnet.explain`.

        Raises
        ------
        ValueError, TypeError
            If there is no such step or example.
        JournalError
            If the data are missing.
        """
        explanation = explain(self.recorded(step, network=network), example=example, **style)
        words = step_words(step).capitalize()
        which = explanation.document.title.removeprefix(words).removeprefix("One step")
        which = which.removeprefix(": ").removeprefix(", ")
        return explanation.titled(f"{words} of {network_words(self._content, network)}: {which}")

    def recorded(self, step: int, *, network: int = 0) -> RecordedStep:
        """Return a step as it was before it was taken, like ``record=[step]`` of the training."""
        return self.replay(network).recorded(step)

    def network(
        self, epoch: int | None = None, step: int | None = None, *, network: int = 0
    ) -> Network:
        """Return a network as it was in the run.

        Parameters
        ----------
        epoch : int, optional
            As it was after the epoch with this index.
        step : int, optional
            As it was before the step with this index. Without either, as the run left it: with the
            weights of the best epoch where the training brought them back, otherwise with those of
            the last checkpoint.
        network : int

        Raises
        ------
        ValueError, TypeError
            If there is no such epoch or step.
        JournalError
            If the data are missing to take the steps before again.
        """
        if epoch is not None and step is not None:
            raise TypeError("give an epoch or a step, not both")
        number = self._checked(network)
        net = network_of(self._content, number)
        history = self.histories[number]
        if epoch is None and step is None:
            last = self._content.checkpoint(number)
            assert last is not None  # network_of found one
            require_fitting(last, net.parameters)
            net.parameters[...] = parameters_at_end(self._content, last, history)
            net.epochs_trained += history.epochs
            return net
        if epoch is not None:
            if isinstance(epoch, int) and not 0 <= epoch < history.epochs:
                raise ValueError(
                    f"there is no epoch with index {epoch}; "
                    f"the run took {counted(history.epochs, 'epoch')}, counted from 0"
                )
            whole_number("the epoch", epoch, 0)
        replay = self.replay(number)
        if step is not None:
            place = replay.checked(step)
        else:
            assert epoch is not None
            place = (epoch + 1) * replay.run.steps_in_epoch
        net.parameters[...] = replay.parameters_before(place)
        net.epochs_trained += place // replay.run.steps_in_epoch
        return net

    def follow(self, weight: str, every: int | None = None, *, network: int = 0) -> WeightLife:
        """Tell the life of one weight: its value, when it moved most, and what pulled it.

        Parameters
        ----------
        weight : str
            ``"w1[2,3]"`` or ``"b1[2]"``, or its name as a page prints it.
        every : int, optional
            Only every so many steps it is looked at; if not given, as many that at most 20,000
            are.
        network : int

        Raises
        ------
        ValueError, TypeError
            If there is no such weight.
        JournalError
            If the data are missing.
        """
        return follow_weight(self.replay(network), weight, every)

    def notable_steps(self, *, network: int = 0) -> NotableSteps:
        """Find the steps in which the loss jumped, the gradient was largest, or a unit died.

        Raises
        ------
        JournalError
            If the data are missing.
        """
        return find_notable_steps(self.replay(network))

    def replay(self, network: int = 0) -> Replay:
        """Return what takes the steps of a network again.

        Raises
        ------
        JournalError
            If its data are missing or changed, or another engine wrote it.
        """
        number = self._checked(network)
        self.require_steps()
        if number not in self._prepared:
            self._prepared[number] = self._replay(number)
        return self._prepared[number]

    def _replay(self, number: int) -> Replay:
        untrained, learned = network_of(self._content, number), self._learned
        changes: dict[str, Any] = {} if self._threads is None else {"threads": self._threads}
        given = "table=..." if self._content.run.what == "train" else "X and y"
        with changes_told(f"Its steps can be taken again with the same data only: give {given}"):
            (fitting,) = fittings_of(self._content, [untrained], learned, **changes)
        run = fitting.run
        assert isinstance(run, Run)  # others are refused before
        rows = learned.rows
        if rows is not None and (rows.shape != (len(run.training.x),) or rows.dtype != np.int64):
            raise FileFormatError(f"{self.path} does not say which rows of its table it is of")
        return Replay(self._content, run, untrained, number, rows)

    def _checked(self, network: int) -> int:
        return whole_number("network", network, 0, len(self._content.networks) - 1)

    def require_steps(self) -> None:
        """Refuse a run whose steps cannot be taken again, as far as the journal alone says it.

        Raises
        ------
        JournalError
            If L-BFGS trained it, another engine wrote it, or data are missing.
        """
        if self.is_full_batch:
            raise JournalError(
                f"{self.path} is a run of L-BFGS, whose iterations use all examples at once; it "
                "has no steps that could be taken again"
            )
        require_same_engine(self._content)
        is_kept = self._content.data is not None and self._content.data.is_kept
        if self._given is None and self._content.run.what != "train" and not is_kept:
            raise self._without_data()

    @cached_property
    def _learned(self) -> LearnedFrom:
        content = self._content
        if self._given is not None:
            return self._given
        if self._table is None and content.data is not None and content.data.is_kept:
            return LearnedFrom.kept_in(content)
        return self._read_again()

    def _without_data(self) -> JournalError:
        content = self._content
        parts = content.data.parts if content.data is not None else []
        names = {part.name for part in parts}
        if content.run.what == "estimator":
            names.discard("validation X")  # no step follows from it
        weights = ", sample_weight=…" if "sample_weight" in names else ""
        own = ", validation=(X, y)" if "validation X" in names else ""
        return JournalError(
            f"{self.path} does not hold the data of its run, from which its steps are taken again; "
            f"give them: gn.open_run({os.fspath(self.path)!r}, X, y{weights}{own})"
        )

    def _read_again(self) -> LearnedFrom:
        """The examples of a table, prepared as the run did."""
        call = TableCall.from_source(self._content.run.source, self.path)
        way = f"Give it: gn.open_run({os.fspath(self.path)!r}, table=...)"
        with changes_told(way):
            call = call.with_table(self._table, self.path)
        _, _, dataset = call.prepared()
        return LearnedFrom(dataset.learning.x, dataset.learning.targets, rows=dataset.rows)

    def full(self) -> "JournalledRun":
        """Return it as it is: nothing of it is folded."""
        return self

    def to_document(self) -> Document:
        """Return what the run is, how it went, and how to go on."""
        return run_document(self._content)

    def __str__(self) -> str:
        return "\n".join(run_lines(self._content))

    def __repr__(self) -> str:
        return f"<JournalledRun {self.path.name}: {state_of(self._content, self.histories)}>"
