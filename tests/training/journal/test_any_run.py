"""Trainings of random options, interrupted at random steps, end as those that nothing disturbed."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.core.record import records
from glassnet.engine.interface import Steps
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.registry import optimizer_named
from glassnet.training import loop
from glassnet.training.history import History
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.content import read_content
from glassnet.training.journal.journal import NetworkKeeper
from glassnet.training.loop import Run

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(40, 4)).round(1)
TARGETS = {
    "softmax": np.where(X[:, 0] * X[:, 1] > 0, "up", "down"),
    "sigmoid": (X[:, :2] > 0).astype(int),
    "identity": X[:, :2] * X[:, 2:],
}
SHARE = st.floats(0.05, 0.6)
#: Those of every name, also of one that is new.
OPTIMIZERS = st.builds(
    optimizer_named, st.sampled_from(sorted(records(Optimizer))), st.floats(0.001, 0.1)
)
DECAYS = st.one_of(
    st.builds(gn.StepDecay, st.integers(1, 4), SHARE),
    st.builds(gn.ExponentialDecay, st.floats(0.001, 0.1)),
    st.builds(gn.Cosine, SHARE),
)
SCHEDULES = st.one_of(
    st.none(),
    DECAYS,
    st.builds(gn.OneCycle, st.floats(0.1, 0.6)),
    st.builds(gn.WarmUp, st.floats(0.1, 0.6), DECAYS),
    st.builds(gn.Adaptive, st.integers(1, 2), st.floats(0.001, 0.2), st.just(5.0), SHARE),
    st.builds(gn.CosLog4),
)
ONE_PENALTY = st.one_of(
    st.builds(gn.L1, st.floats(0.0001, 0.05)),
    st.builds(gn.L2, st.floats(0.0001, 0.05)),
    st.builds(gn.WeightDecay, st.floats(0.0001, 0.05)),
)
PENALTIES = st.lists(ONE_PENALTY, max_size=2)
VALIDATION = st.one_of(st.none(), st.floats(0.1, 0.5), st.just("given"))


class Dies(BaseException):
    """Ends a training as no exception of Glassnet's does."""


@dataclass
class Worse:
    """Ends a training when its loss was so often not the lowest: what remembers something."""

    most: int
    count: int = 0
    lowest: float = float("inf")
    seen: list[float] = field(default_factory=list)

    def __call__(self, history: History) -> bool:
        self.count += history.losses[-1] >= self.lowest
        self.lowest = min(self.lowest, history.losses[-1])
        self.seen.append(history.losses[-1])
        return self.count >= self.most

    def state(self) -> dict[str, Any]:
        return {"count": self.count, "lowest": self.lowest, "seen": np.array(self.seen)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.count, self.lowest = state["count"], state["lowest"]
        self.seen = state["seen"].tolist()


@dataclass(frozen=True)
class Case:
    """A training, how its journal is kept, and how many epochs fewer were planned at first."""

    output: str
    hidden: tuple[int, ...]
    dtype: str
    rows: int
    holds_data: bool
    networks: int
    trained_before: int
    most_worse: int
    has_validation_data: bool
    most_bytes: int
    fewer: int
    options: dict[str, Any]

    @property
    def data(self) -> tuple[Any, Any]:
        return X[: self.rows], TARGETS[self.output][: self.rows]

    @property
    def callbacks(self) -> tuple[Worse, ...]:
        if self.networks > 1:  # they would share it, in the order of their threads
            return ()
        return (Worse(self.most_worse),) if self.most_worse else ()

    def begun(self) -> list[gn.Network]:
        """The networks before the training."""
        layers = [4, *self.hidden, 2]
        nets = [
            gn.Network(layers, hidden="tanh", output=self.output, dtype=self.dtype, seed=seed)
            for seed in range(self.networks)
        ]
        for net in nets:
            if self.trained_before:
                net.fit(*self.data, epochs=self.trained_before)
        return nets

    def run(
        self, path: Path, nets: list[gn.Network], threads: int | None, fewer: int = 0
    ) -> list[History]:
        """Train, or go on with it."""
        x, y = self.data
        options = self.options | {
            "journal": gn.Journal(path, self.most_bytes, 2**24 if self.holds_data else 10),
            "callbacks": self.callbacks,
            "epochs": self.options["epochs"] - fewer,
        }
        if self.has_validation_data:
            options["validation"] = x[:7], y[:7]
        if self.networks > 1:
            return gn.fit_many(nets, x, y, **options)
        return [nets[0].fit(x, y, threads=threads, **options)]

    def resumed(self, path: Path, threads: int | None) -> tuple[list[gn.Network], list[History]]:
        """The rest of the training by its journal alone."""
        x, y = self.data
        given: dict[str, Any] = {"epochs": self.options["epochs"]} if self.fewer else {}
        if not self.holds_data:
            given |= {"X": x, "y": y, "class_weight": self.options["class_weight"]}
            given["sample_weight"] = self.options["sample_weight"]
            if self.has_validation_data:
                given["validation"] = x[:7], y[:7]
        nets, histories = gn.resume(path, threads=threads, callbacks=self.callbacks, **given)
        return (nets, histories) if self.networks > 1 else ([nets], [histories])


@st.composite
def cases(draw: Callable[[Any], Any]) -> Case:
    """Any training of some epochs."""
    rows, epochs = draw(st.integers(12, 40)), draw(st.integers(1, 8))
    batch_size, validation = draw(st.integers(3, 50)), draw(VALIDATION)
    output = draw(st.sampled_from(sorted(TARGETS)))
    labels = output == "softmax"
    weights = draw(st.sampled_from([None, np.arange(1.0, rows + 1)]))
    measures = st.sampled_from(["loss", "accuracy"] if labels else ["loss"])
    stopping = st.builds(gn.EarlyStopping, st.integers(1, 4), st.just(0.0), measures)
    hidden = draw(st.lists(st.integers(1, 5), max_size=2))
    options = {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": draw(OPTIMIZERS),
        "schedule": draw(SCHEDULES),
        "penalties": draw(PENALTIES),
        "dropout": draw(st.none() | st.floats(0.05, 0.5)),
        "clip_norm": draw(st.none() | st.floats(0.01, 2.0)),
        "shuffle": draw(st.booleans()),
        "validation": None if validation == "given" else validation,
        "stopping": None if validation is None else draw(st.none() | stopping),
        "sample_weight": weights,
        "class_weight": draw(st.sampled_from([None, "balanced"])) if labels else None,
    }
    # Of whatever is planned at first, with half of the rows held back.
    steps = (epochs - epochs // 2) * -(-(rows // 2 - 2) // batch_size)
    options["record"] = sorted(draw(st.sets(st.integers(0, steps - 1), max_size=3)))
    goes_on = isinstance(options["schedule"], gn.StepDecay | None)
    return Case(
        output=output,
        hidden=tuple(hidden),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        rows=rows,
        holds_data=draw(st.booleans()),
        networks=draw(st.sampled_from([1, 1, 1, 3])),
        trained_before=draw(st.sampled_from([0, 0, 2])),
        most_worse=draw(st.sampled_from([0, 0, 1, 3])),
        has_validation_data=validation == "given",
        most_bytes=draw(st.sampled_from([2**28, 6000])),
        fewer=draw(st.integers(0, epochs // 2)) if goes_on else 0,
        options=options,
    )


@dataclass(frozen=True)
class Death:
    """How and before which step a training ends, and in which pieces it is made until then."""

    step: int
    by: str
    pieces: int
    keeps_all: bool
    threads: int | None


DEATHS = st.builds(
    Death,
    st.integers(0, 60),
    st.sampled_from(["death", "error", "Ctrl-C"]),
    st.sampled_from([1, 3, 1000]),
    st.booleans(),
    st.sampled_from([None, 1, 2]),
)


@contextmanager
def dying(death: Death) -> Iterator[None]:
    """Let each run end before a step; it is kept as often as can be, or as usual."""
    timed_run, look = Run._timed_run, NetworkKeeper.look
    is_told = False

    def end(run: Run, steps: Steps) -> Any:
        nonlocal is_told
        if run.steps_taken + len(steps) > death.step and not is_told:
            if death.by == "death":
                raise Dies
            if death.by == "error":
                raise RuntimeError("no more paper")
            is_told = True
            signal.raise_signal(signal.SIGINT)
        return timed_run(run, steps)

    def keep(keeper: NetworkKeeper, run: Any) -> None:
        while death.keeps_all and not keeper._spaces:
            time.sleep(0)
        look(keeper, run)

    often = 0.0 if death.keeps_all else 50.0
    with (
        patch.object(Run, "_timed_run", end),
        patch.object(NetworkKeeper, "look", keep),
        patch.object(keeping, "MIN_SECONDS", often),
        patch.object(keeping, "TIMES_AS_LONG", often),
        patch.object(loop, "FIRST_MULTIPLY_ADDS", death.pieces * loop.MIN_MULTIPLY_ADDS),
        patch.object(loop, "SECONDS_BETWEEN_LOOKS", 0.0),
        suppress(Dies, RuntimeError),
    ):
        yield


def facts_of(path: Path, histories: Sequence[History]) -> list[Any]:
    """All that a training gives, as values that are equal if their bits are."""
    content = read_content(path)
    found: list[Any] = [content.state]
    for number, history in enumerate(histories):
        last = content.checkpoint(number)
        assert last is not None
        arrays = {"step losses": history.step_losses, "squares": history.squared_weights}
        for step, recorded in history.steps.items():
            arrays |= {f"{step} {name}": own for name, own in vars(recorded).items()}
        bits = {
            name: own.tobytes()
            for name, own in (last.arrays | arrays).items()
            if isinstance(own, np.ndarray)
        }
        numbers = (history.losses, history.validation_losses, history.learning_rates)
        ends = (history.best_epoch, history.restored, history.stopped_early, history.interrupted)
        found.append((bits, numbers, history.metrics, ends, list(history.steps), last.record))
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.lists(DEATHS, min_size=1, max_size=2), st.booleans(), st.sampled_from([1, 2]))
def test_any_run_ends_as_if_nothing_had_been(
    case: Case, deaths: list[Death], by_journal: bool, threads: int
) -> None:
    with TemporaryDirectory() as folder, patch.object(os, "fsync", lambda file: None):
        undisturbed, path = case.begun(), Path(folder) / "run.glassnet"
        expected = case.run(path.with_name("undisturbed"), undisturbed, None)
        for death in deaths:
            nets = case.begun()
            with dying(death):
                case.run(path, nets, death.threads, case.fewer)
        if by_journal:
            nets, histories = case.resumed(path, threads)
        else:
            nets = case.begun()
            histories = case.run(path, nets, threads)
        for net, other in zip(nets, undisturbed, strict=True):
            assert net.parameters.tobytes() == other.parameters.tobytes()
            assert net.epochs_trained == other.epochs_trained
        assert facts_of(path, histories) == facts_of(path.with_name("undisturbed"), expected)
