"""Two concurrent trainings in two Python threads, and a single one: Glassnet releases the GIL.

Run by ``measure``: python -m benchmarks.parallel ROUNDS prints the median seconds of both.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.data import problem_for
from benchmarks.peers.glassnet_fit import GlassnetTraining
from benchmarks.subprocesses import run_module
from benchmarks.workloads import WORKLOADS, Training

WORKLOAD = "image-sgd"


def measure(rounds: int) -> dict[str, float]:
    medians: dict[str, float] = run_module("parallel", rounds, threads=1)
    return medians


def elapsed_seconds(trainings: list[GlassnetTraining]) -> float:
    for training in trainings:
        training.reset()
    with ThreadPoolExecutor(len(trainings)) as pool:
        start = time.perf_counter()
        list(pool.map(GlassnetTraining.run, trainings))
        return time.perf_counter() - start


def main(rounds: int) -> None:
    work = WORKLOADS[WORKLOAD]
    assert isinstance(work, Training)
    problem = problem_for(work)
    trainings = [GlassnetTraining(work, problem, threads=1) for _ in range(2)]
    elapsed_seconds(trainings)
    single, concurrent = [], []
    for _ in range(rounds):
        single.append(elapsed_seconds(trainings[:1]))
        concurrent.append(elapsed_seconds(trainings))
    medians = {"single": statistics.median(single), "concurrent": statistics.median(concurrent)}
    print(json.dumps(medians))


if __name__ == "__main__":
    main(int(sys.argv[1]))
