"""How much memory the training of a large network takes, in multiples of its weights.

Run by ``measure``: python -m benchmarks.memory RULE prints that multiple.
"""

import sys

import numpy as np

import glassnet as gn
from benchmarks.scaling import BATCH_SIZE, UNITS
from benchmarks.subprocesses import peak_memory_bytes, run_module

RULES: dict[str, gn.SGD | gn.Adam] = {"SGD": gn.SGD(0.001), "Adam": gn.Adam(0.001)}


def measure() -> dict[str, float]:
    return {rule: run_module("memory", rule, threads=2) for rule in RULES}


def multiple_of_weights(optimizer: gn.SGD | gn.Adam, units: int = UNITS[-1]) -> float:
    X = np.random.default_rng(3).standard_normal((2 * BATCH_SIZE, units), dtype=np.float32)
    y = np.eye(units, dtype=np.float32)[: len(X)]
    train(optimizer, 8, X[:, :8].copy(), y[:8, :8].repeat(len(X) // 8, axis=0))  # imports all
    before = peak_memory_bytes()
    net = train(optimizer, units, X, y)
    return (peak_memory_bytes() - before) / net.parameters.nbytes


def train(optimizer: gn.SGD | gn.Adam, units: int, X: np.ndarray, y: np.ndarray) -> gn.Network:
    net = gn.Network([units] * 4, hidden="relu", output="softmax", seed=0)
    net.fit(X, y, optimizer=optimizer, epochs=1, batch_size=BATCH_SIZE, progress=False)
    return net


if __name__ == "__main__":
    print(multiple_of_weights(RULES[sys.argv[1]]))
