"""From the shell to trained digits: start, import, read, compile, train, end."""

import time
from functools import partial
from pathlib import Path

from benchmarks.alternate import Outcome, alternate, on_its_best_threads
from benchmarks.subprocesses import run_module

WORKLOAD = "digits-sgd"


class Process:
    """A library that is started anew each time."""

    def __init__(self, peer: str, folder: Path, threads: int) -> None:
        self.peer, self.threads, self.folder = peer, threads, folder
        self.outcome = Outcome(peer, threads, 0.0)
        self.outcome.first_seconds = self.turn()

    def turn(self) -> float:
        began = time.perf_counter()
        self.outcome.error = run_module(
            "once", self.peer, WORKLOAD, self.folder, self.threads, threads=self.threads
        )
        return time.perf_counter() - began

    def close(self) -> None:
        """Nothing runs between its turns."""


def measure(peers: list[str], rounds: int, folder: Path) -> list[Outcome]:
    """Start every library in turn; the folder holds the digits."""
    processes = [on_its_best_threads(partial(Process, peer, folder)) for peer in peers]
    alternate(processes, rounds)
    return [process.outcome for process in processes]
