"""One library in a process of its own, which runs only when it is told to.

Run by ``interleaved.py``: python -m benchmarks.worker PEER WORKLOAD FOLDER THREADS. It reads one
command a line, ``run`` or ``check``, and replies to each with a line of JSON.
"""

import importlib
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from benchmarks.peers import PREDICTORS, TRAINERS
from benchmarks.subprocesses import peak_memory_bytes, pin_to_cores
from benchmarks.workloads import WORKLOADS, Training

if TYPE_CHECKING:  # importing them imports NumPy, which belongs to the measured import
    from benchmarks.peers.interface import Predictor, Trainer

MIN_ROUND_SECONDS = 0.05


def import_peer(peer: str, training: bool) -> Any:
    """Import a library with all that it needs, and return its class."""
    module, name = (TRAINERS if training else PREDICTORS)[peer].split(":")
    return getattr(importlib.import_module(f"benchmarks.peers.{module}"), name)


def timed_run(peer: "Trainer | Predictor") -> float:
    if hasattr(peer, "reset"):
        peer.reset()
    start = time.perf_counter()
    peer.run()
    return time.perf_counter() - start


def run_round(peer: "Trainer | Predictor") -> float:
    """Return the median of as many runs as fit into `MIN_ROUND_SECONDS`, which warms up the CPU."""
    runs = [timed_run(peer)]
    while sum(runs) < MIN_ROUND_SECONDS:
        runs.append(timed_run(peer))
    return statistics.median(runs)


def main(peer_name: str, work_name: str, folder: str, threads: str) -> None:
    replies = redirect_stdout()
    pin_to_cores(int(threads))
    work = WORKLOADS[work_name]
    start = time.perf_counter()
    peer_class = import_peer(peer_name, isinstance(work, Training))
    import_seconds = time.perf_counter() - start
    from benchmarks.problem import Problem
    from benchmarks.reference import max_abs_difference, mean_loss

    problem = Problem.load(Path(folder))
    peer = peer_class(work, problem, int(threads))
    send(replies, seconds=timed_run(peer), import_seconds=import_seconds)
    for line in sys.stdin:
        if line.strip() == "run":
            send(replies, seconds=run_round(peer))
            continue
        peak = peak_memory_bytes()  # before the check allocates memory of its own
        loss = difference = 0.0
        if isinstance(work, Training):
            loss = mean_loss(work, problem, peer.parameters())
        else:
            difference = max_abs_difference(work, problem, peer.probabilities())
        send(
            replies,
            final_loss=loss,
            max_abs_difference=difference,
            peak_memory_bytes=peak,
            steps=len(problem.batches),
        )


def redirect_stdout() -> TextIO:
    """Return the pipe to the parent process; what libraries print goes to standard error."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(pipe, "w", buffering=1)


def send(pipe: TextIO, **reply: float) -> None:
    pipe.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
