"""Each library in turn, again and again, so that whatever else happens hits all alike."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from benchmarks.subprocesses import command, environment
from benchmarks.workloads import Workload

THREADS = (1, 2)[: os.cpu_count()]
CALIBRATION_RUNS = 2

# A short workload is tried until this much time went by, as the first tries are the least sure.
CALIBRATION_SECONDS = 0.3

# A second thread shall save 5 %: less is chance, and it suffers most where others use the machine.
WORTH_A_THREAD = 0.95

# Threads of the last library may spin for a while before they sleep.
SECONDS_BETWEEN_TURNS = 0.1


@dataclass
class Outcome:
    """What one library did in one workload."""

    peer: str
    threads: int
    first_seconds: float
    turns: list[float] = field(default_factory=list)
    import_seconds: float = 0.0
    error: float = 0.0
    peak_bytes: float = 0.0
    steps: int = 0

    @property
    def seconds(self) -> float:
        return statistics.median(self.turns)


class Contestant(Protocol):
    """Something that can be told to run once, and that is measured."""

    outcome: Outcome

    def turn(self) -> float: ...

    def close(self) -> None: ...


C = TypeVar("C", bound=Contestant)


class Worker:
    """A library in a process of its own, told over pipes when its turn is."""

    def __init__(self, peer: str, work: Workload, folder: Path, threads: int) -> None:
        self.complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as this
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            command("worker", peer, work.name, folder, threads),
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
            bufsize=1,
        )
        ready = self._answer()  # after one run to warm up
        self.outcome = Outcome(peer, threads, ready["seconds"])
        self.outcome.import_seconds = ready["import_seconds"]

    def turn(self) -> float:
        return self._ask("run")["seconds"]

    def check(self) -> None:
        answer = self._ask("check")
        self.outcome.error, self.outcome.peak_bytes = answer["error"], answer["peak_bytes"]
        self.outcome.steps = int(answer["steps"])

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.complaints.close()

    def _ask(self, word: str) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        return self._answer()

    def _answer(self) -> dict[str, float]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.complaints.seek(0)
            raise RuntimeError(f"{self.process.args!r} ended:\n{self.complaints.read()[-4000:]}")
        answer: dict[str, float] = json.loads(line)
        return answer


def alternate(contestants: Sequence[Contestant], rounds: int) -> None:
    """Let each have its turn, `rounds` times."""
    for _ in range(rounds):
        for contestant in contestants:
            time.sleep(SECONDS_BETWEEN_TURNS)
            contestant.outcome.turns.append(contestant.turn())


def on_its_best_threads(start: Callable[[int], C]) -> C:
    """Start something on one thread and on two; keep the faster, close the other."""
    best: C | None = None
    best_seconds = float("inf")
    for threads in THREADS:
        contestant = start(threads)
        seconds = _best_turn(contestant)
        if seconds < WORTH_A_THREAD * best_seconds:
            best, contestant, best_seconds = contestant, best, seconds
        if contestant is not None:
            contestant.close()
    assert best is not None
    return best


def _best_turn(contestant: Contestant) -> float:
    turns: list[float] = []
    while len(turns) < CALIBRATION_RUNS or sum(turns) < CALIBRATION_SECONDS:
        turns.append(contestant.turn())
    return min(turns)


def measure(work: Workload, peers: Sequence[str], rounds: int, folder: Path) -> list[Outcome]:
    """Run a workload, whose problem is saved in the folder, by all of these libraries."""
    workers: list[Worker] = []
    try:
        for peer in peers:
            start = partial(Worker, peer, work, folder)
            workers.append(on_its_best_threads(start))  # one by one, so that `finally` closes all
        alternate(workers, rounds)
        for worker in workers:
            worker.check()
    finally:
        for worker in workers:
            worker.close()
    return [worker.outcome for worker in workers]
