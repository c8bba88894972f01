"""Two trainings at once from two Python threads, beside one alone: Glassnet holds no lock.

Run by ``measure``: python -m benchmarks.parallel ROUNDS prints the seconds of both.
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
    answer: dict[str, float] = run_module("parallel", rounds, threads=1)
    return answer


def seconds(trainings: list[GlassnetTraining]) -> float:
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
    seconds(trainings)
    alone, together = [], []
    for _ in range(rounds):
        alone.append(seconds(trainings[:1]))
        together.append(seconds(trainings))
    answer = {"alone": statistics.median(alone), "together": statistics.median(together)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]))
