"""Interleaved rounds: the libraries run one after the other, so that noise affects all alike."""

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
CALIBRATION_ROUNDS = 2

# A short workload is calibrated for at least this long, as its first runs vary most.
CALIBRATION_SECONDS = 0.3

# A second thread must save at least 5 %: less is noise, and other load slows two threads more.
MAX_TIME_RATIO = 0.95

# Threads of the library before may spin for a while before they sleep.
PAUSE_SECONDS = 0.1


@dataclass
class Measurement:
    """What was measured of one library in one workload."""

    peer: str
    threads: int
    first_run_seconds: float
    round_seconds: list[float] = field(default_factory=list)
    import_seconds: float = 0.0
    final_loss: float = 0.0  # of a training
    max_abs_difference: float = 0.0  # of a prediction, from the reference
    peak_memory_bytes: float = 0.0
    steps: int = 0

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.round_seconds)


class Runner(Protocol):
    """Something that runs in each round, and is measured."""

    measurement: Measurement

    def run_round(self) -> float: ...

    def close(self) -> None: ...


R = TypeVar("R", bound=Runner)


class Worker:
    """A library in a process of its own, told over pipes when to run."""

    def __init__(self, peer: str, work: Workload, folder: Path, threads: int) -> None:
        self.stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `close`
        self.process = subprocess.Popen(  # noqa: S603 - a module of this package
            command("worker", peer, work.name, folder, threads),
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
            bufsize=1,
        )
        reply = self._read_reply()  # after the first run, which warms up
        self.measurement = Measurement(peer, threads, reply["seconds"])
        self.measurement.import_seconds = reply["import_seconds"]

    def run_round(self) -> float:
        return self._request("run")["seconds"]

    def check(self) -> None:
        reply = self._request("check")
        self.measurement.final_loss = reply["final_loss"]
        self.measurement.max_abs_difference = reply["max_abs_difference"]
        self.measurement.peak_memory_bytes = reply["peak_memory_bytes"]
        self.measurement.steps = int(reply["steps"])

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.stderr.close()

    def _request(self, command: str) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        return self._read_reply()

    def _read_reply(self) -> dict[str, float]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.stderr.seek(0)
            raise RuntimeError(f"{self.process.args!r} ended:\n{self.stderr.read()[-4000:]}")
        reply: dict[str, float] = json.loads(line)
        return reply


def interleave(runners: Sequence[Runner], rounds: int) -> None:
    """Run them one after the other, in each of so many rounds."""
    for _ in range(rounds):
        for runner in runners:
            time.sleep(PAUSE_SECONDS)
            runner.measurement.round_seconds.append(runner.run_round())


def with_best_threads(create: Callable[[int], R]) -> R:
    """Create a runner on one thread and on two; keep the faster, close the other."""
    best: R | None = None
    best_seconds = float("inf")
    for threads in THREADS:
        runner = create(threads)
        seconds = _fastest_round(runner)
        if seconds < MAX_TIME_RATIO * best_seconds:
            best, runner, best_seconds = runner, best, seconds
        if runner is not None:
            runner.close()
    assert best is not None
    return best


def _fastest_round(runner: Runner) -> float:
    round_seconds: list[float] = []
    while len(round_seconds) < CALIBRATION_ROUNDS or sum(round_seconds) < CALIBRATION_SECONDS:
        round_seconds.append(runner.run_round())
    return min(round_seconds)


def measure(work: Workload, peers: Sequence[str], rounds: int, folder: Path) -> list[Measurement]:
    """Measure these libraries in a workload, whose problem is saved in the folder."""
    workers: list[Worker] = []
    try:
        for peer in peers:
            create = partial(Worker, peer, work, folder)
            workers.append(with_best_threads(create))  # one by one, so that `finally` closes all
        interleave(workers, rounds)
        for worker in workers:
            worker.check()
    finally:
        for worker in workers:
            worker.close()
    return [worker.measurement for worker in workers]
