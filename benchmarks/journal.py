"""How much longer a training takes with a journal: ``python -m benchmarks.journal``.

The same training with a journal and without, by turns; and how long the thread that trains waits
for the journal at most.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn
from benchmarks.data import digits, images
from benchmarks.machine import description
from benchmarks.markdown import format_duration, section, table
from glassnet.training.journal.journal import NetworkKeeper

PAGE = Path(__file__).with_name("JOURNAL.md")
ROUNDS = 5
#: Units of three square matrices: about so many weights.
UNITS = {"10,000": 58, "100,000": 183, "1,000,000": 577, "10,000,000": 1826}
SECONDS = 15.0


@dataclass(frozen=True)
class Workload:
    """A workload, and how many times as long it may take with a journal, if that was promised."""

    name: str
    data: Callable[[], tuple[Any, Any]]
    hidden: tuple[int, ...]
    options: dict[str, Any]
    most: float | None = None


WORKLOADS = (
    Workload("digits, 2,000 epochs", digits, (64,), {"epochs": 2000, "batch_size": 32}, 1.05),
    Workload("images, 20 epochs", images, (128,), {"epochs": 20, "batch_size": 64}, 1.02),
    Workload("images, 948,000 weights", images, (800, 400), {"epochs": 10, "batch_size": 64}),
)


def main() -> None:
    """Measure, and write the page."""
    waits = [_waits(weights, units) for weights, units in UNITS.items()]
    turns = [_turns(workload) for workload in WORKLOADS]
    page = [
        "# A training with a journal, and without",
        "",
        *description(),
        "",
        section(
            "Journal on against off",
            f"Medians of {ROUNDS} turns: without, with, without, … in one process, Adam.\n",
            table(("workload", "without", "with", "median ratio of a turn", "at most"), turns),
        ),
        section(
            "How long a training waits",
            "The longest time that the thread which trains spent in the journal at once, between "
            f"two\nsteps, in {SECONDS:g} seconds of training by Adam in float32; beside a copy of "
            "parameters and\noptimizer state.\n",
            table(("weights", "looks", "copies", "longest", "median copy", "one copy"), waits),
        ).rstrip(),
    ]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")


def _turns(workload: Workload) -> list[str]:
    X, y = workload.data()
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS + 1):
        for kept, own in seconds.items():
            own.append(_seconds(workload, X, y, kept=kept))
    without, kept_ones = seconds[False][1:], seconds[True][1:]  # the first warm up
    ratio = statistics.median(on / off for off, on in zip(without, kept_ones, strict=True))
    medians = [format_duration(statistics.median(own)) for own in (without, kept_ones)]
    return [
        workload.name,
        *medians,
        f"{ratio:.3f}",
        "–" if workload.most is None else f"{workload.most:.2f}",
    ]


def _seconds(workload: Workload, X: Any, y: Any, *, kept: bool) -> float:
    net = gn.Network([X.shape[1], *workload.hidden, 10], hidden="relu", output="softmax", seed=0)
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "run.glassnet" if kept else None
        began = time.perf_counter()
        net.fit(X, y, progress=False, journal=journal, **workload.options)
        return time.perf_counter() - began


def _waits(weights: str, units: int) -> list[str]:
    random = np.random.default_rng(0)
    X = random.normal(size=(2048, units)).astype(np.float32)
    net = gn.Network([units] * 4, hidden="relu", output="identity", seed=0)
    looks, copies = list[float](), list[float]()
    look, copy = NetworkKeeper.look, NetworkKeeper._copy  # noqa: SLF001 - what is measured
    until = time.monotonic() + SECONDS

    def timed(own: Callable[..., None], into: list[float]) -> Callable[..., None]:
        def call(*arguments: Any, **options: Any) -> None:
            began = time.perf_counter()
            own(*arguments, **options)
            into.append(time.perf_counter() - began)

        return call

    NetworkKeeper.look = timed(look, looks)  # type: ignore[method-assign]
    NetworkKeeper._copy = timed(copy, copies)  # type: ignore[method-assign]  # noqa: SLF001
    try:
        with tempfile.TemporaryDirectory() as folder:
            net.fit(
                X,
                X,
                epochs=10**6,
                progress=False,
                journal=gn.Journal(Path(folder) / "run.glassnet"),
                callbacks=lambda history: time.monotonic() > until,
            )
    finally:
        NetworkKeeper.look, NetworkKeeper._copy = look, copy  # type: ignore[method-assign]  # noqa: SLF001
    within = copies[1:-1]  # the first and the last are before the training and after it
    middle = format_duration(statistics.median(within)) if within else "–"
    return [
        weights,
        f"{len(looks):,}",
        str(len(within)),
        format_duration(max(looks)),
        middle,
        format_duration(_one_copy(net)),
    ]


def _one_copy(net: gn.Network) -> float:
    """The median time of copying parameters and two rows of optimizer state."""
    now, then = (np.full((3, net.parameters.size), 1, np.float32) for _ in range(2))
    seconds = []
    for _ in range(9):
        began = time.perf_counter()
        then[...] = now
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
