"""One library in a process of its own, at work only when it is told to.

Run by ``alternate.py``: python -m benchmarks.worker PEER WORKLOAD FOLDER THREADS. It reads one
word a line, ``run`` or ``check``, and answers each with a line of JSON.
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

if TYPE_CHECKING:  # importing them would import NumPy, which the first import shall pay for
    from benchmarks.peers.interface import Predictor, Trainer

SECONDS_OF_A_TURN = 0.05


def class_of(peer: str, training: bool) -> Any:
    """Import a library and what it needs."""
    module, name = (TRAINERS if training else PREDICTORS)[peer].split(":")
    return getattr(importlib.import_module(f"benchmarks.peers.{module}"), name)


def timed_run(peer: "Trainer | Predictor") -> float:
    if hasattr(peer, "restart"):
        peer.restart()
    began = time.perf_counter()
    peer.run()
    return time.perf_counter() - began


def turn(peer: "Trainer | Predictor") -> float:
    """Return the median of as many runs as fit into a moment: a short one wakes the machine."""
    runs = [timed_run(peer)]
    while sum(runs) < SECONDS_OF_A_TURN:
        runs.append(timed_run(peer))
    return statistics.median(runs)


def main(peer_name: str, work_name: str, folder: str, threads: str) -> None:
    answers = own_output()
    pin_to_cores(int(threads))
    work = WORKLOADS[work_name]
    began = time.perf_counter()
    kind = class_of(peer_name, isinstance(work, Training))
    imported = time.perf_counter() - began
    from benchmarks.problem import Problem
    from benchmarks.reference import largest_difference, mean_error

    problem = Problem.load(Path(folder))
    peer = kind(work, problem, int(threads))
    say(answers, seconds=timed_run(peer), import_seconds=imported)
    for line in sys.stdin:
        if line.strip() == "run":
            say(answers, seconds=turn(peer))
            continue
        peak = peak_memory_bytes()  # before the check takes memory of its own
        if isinstance(work, Training):
            error = mean_error(work, problem, peer.parameters())
        else:
            error = largest_difference(work, problem, peer.probabilities())
        say(answers, error=error, peak_bytes=peak, steps=len(problem.batches))


def own_output() -> TextIO:
    """Return the pipe to the coordinator; what libraries print goes to standard error."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(pipe, "w", buffering=1)


def say(pipe: TextIO, **answer: float) -> None:
    pipe.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
