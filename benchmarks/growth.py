"""Does a step cost more for each weight where the network is larger? Glassnet alone.

Run by ``measure``: python -m benchmarks.growth UNITS THREADS prints the seconds of a step.
"""

import statistics
import sys

import numpy as np

import glassnet as gn
from benchmarks.interleaved import THREADS
from benchmarks.subprocesses import pin_to_cores, run_module

# Three matrices of these sides: about 1e5, 1e6, 1e7 and 5e7 weights.
UNITS = (183, 577, 1826, 4082)
BATCH = 256
SECONDS = 0.7  # about so long is one measurement


def measure(rounds: int) -> list[tuple[int, int, float]]:
    """Return weights, threads and seconds of a step, of each size on its best threads."""
    found: dict[tuple[int, int], list[float]] = {(n, t): [] for n in UNITS for t in THREADS}
    for _ in range(rounds):
        for (units, threads), seconds in found.items():
            seconds.append(run_module("growth", units, threads, threads=threads))
    medians = {key: statistics.median(seconds) for key, seconds in found.items()}
    best = [min((medians[units, threads], threads) for threads in THREADS) for units in UNITS]
    return [
        (3 * units**2, threads, seconds)
        for units, (seconds, threads) in zip(UNITS, best, strict=True)
    ]


def step_seconds(units: int, threads: int) -> float:
    random = np.random.default_rng(3)
    net = gn.Network([units] * 4, hidden="relu", output="softmax", seed=0)

    def seconds(steps: int) -> float:
        X = random.standard_normal((steps * BATCH, units), dtype=np.float32)
        y = np.eye(units, dtype=np.float32)[random.integers(0, units, len(X))]
        history = net.fit(
            X,
            y,
            optimizer=gn.SGD(0.001),
            epochs=3,
            batch_size=BATCH,
            threads=threads,
            progress=False,
        )
        return min(history.seconds) / steps

    return seconds(max(2, min(200, round(SECONDS / seconds(2) / 3))))


if __name__ == "__main__":
    pin_to_cores(int(sys.argv[2]))
    print(step_seconds(int(sys.argv[1]), int(sys.argv[2])))
