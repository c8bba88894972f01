"""Cold start, from the shell to trained digits: start, import, load, compile, train, exit."""

import time
from functools import partial
from pathlib import Path

from benchmarks.interleaved import Measurement, interleave, with_best_threads
from benchmarks.subprocesses import run_module

WORKLOAD = "digits-sgd"


class ColdStart:
    """A library that starts in a new process each time."""

    def __init__(self, peer: str, folder: Path, threads: int) -> None:
        self.peer, self.threads, self.folder = peer, threads, folder
        self.measurement = Measurement(peer, threads, 0.0)
        self.measurement.first_run_seconds = self.run_round()

    def run_round(self) -> float:
        start = time.perf_counter()
        self.measurement.final_loss = run_module(
            "single_run", self.peer, WORKLOAD, self.folder, self.threads, threads=self.threads
        )
        return time.perf_counter() - start

    def close(self) -> None:
        """Nothing runs between rounds."""


def measure(peers: list[str], rounds: int, folder: Path) -> list[Measurement]:
    """Measure these libraries; the folder holds the digits."""
    cold_starts = [with_best_threads(partial(ColdStart, peer, folder)) for peer in peers]
    interleave(cold_starts, rounds)
    return [run.measurement for run in cold_starts]
