"""Scaling: does a step take more time per weight in a larger network? Glassnet only.

Run by ``measure``: python -m benchmarks.scaling UNITS THREADS prints the seconds of a step.
"""

import statistics
import sys

import numpy as np

import glassnet as gn
from benchmarks.interleaved import THREADS
from benchmarks.subprocesses import pin_to_cores, run_module

# Three square matrices of so many rows: about 1e5, 1e6, 1e7 and 5e7 weights.
UNITS = (183, 577, 1826, 4082)
BATCH_SIZE = 256
MEASUREMENT_SECONDS = 0.7  # approximately


def measure(rounds: int) -> list[tuple[int, int, float]]:
    """Return weights, threads and seconds of a step, for each size on its best thread count."""
    times: dict[tuple[int, int], list[float]] = {(n, t): [] for n in UNITS for t in THREADS}
    for _ in range(rounds):
        for (units, threads), seconds in times.items():
            seconds.append(run_module("scaling", units, threads, threads=threads))
    medians = {key: statistics.median(seconds) for key, seconds in times.items()}
    best = [min((medians[units, threads], threads) for threads in THREADS) for units in UNITS]
    return [
        (3 * units**2, threads, seconds)
        for units, (seconds, threads) in zip(UNITS, best, strict=True)
    ]


def step_seconds(units: int, threads: int) -> float:
    rng = np.random.default_rng(3)
    net = gn.Network([units] * 4, hidden="relu", output="softmax", seed=0)

    def seconds(steps: int) -> float:
        X = rng.standard_normal((steps * BATCH_SIZE, units), dtype=np.float32)
        y = np.eye(units, dtype=np.float32)[rng.integers(0, units, len(X))]
        history = net.fit(
            X,
            y,
            optimizer=gn.SGD(0.001),
            epochs=3,
            batch_size=BATCH_SIZE,
            threads=threads,
            progress=False,
        )
        return min(history.seconds) / steps

    return seconds(max(2, min(200, round(MEASUREMENT_SECONDS / seconds(2) / 3))))


if __name__ == "__main__":
    pin_to_cores(int(sys.argv[2]))
    print(step_seconds(int(sys.argv[1]), int(sys.argv[2])))
