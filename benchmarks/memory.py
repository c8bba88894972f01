"""Peak memory of training a large network, as a multiple of the size of its weights.

Run by ``measure``: python -m benchmarks.memory OPTIMIZER prints it.
"""

import sys

import numpy as np

import glassnet as gn
from benchmarks.scaling import BATCH_SIZE, UNITS
from benchmarks.subprocesses import peak_memory_bytes, run_module

OPTIMIZERS: dict[str, gn.SGD | gn.Adam] = {"SGD": gn.SGD(0.001), "Adam": gn.Adam(0.001)}


def measure() -> dict[str, float]:
    return {name: run_module("memory", name, threads=2) for name in OPTIMIZERS}


def peak_memory_ratio(optimizer: gn.SGD | gn.Adam, units: int = UNITS[-1]) -> float:
    X = np.random.default_rng(3).standard_normal((2 * BATCH_SIZE, units), dtype=np.float32)
    y = np.eye(units, dtype=np.float32)[: len(X)]
    train(optimizer, 8, X[:, :8].copy(), y[:8, :8].repeat(len(X) // 8, axis=0))  # lazy imports
    before = peak_memory_bytes()
    net = train(optimizer, units, X, y)
    return (peak_memory_bytes() - before) / net.parameters.nbytes


def train(optimizer: gn.SGD | gn.Adam, units: int, X: np.ndarray, y: np.ndarray) -> gn.Network:
    net = gn.Network([units] * 4, hidden="relu", output="softmax", seed=0)
    net.fit(X, y, optimizer=optimizer, epochs=1, batch_size=BATCH_SIZE, progress=False)
    return net


if __name__ == "__main__":
    print(peak_memory_ratio(OPTIMIZERS[sys.argv[1]]))
