"""Peak matrix multiplication speed of this machine: an upper bound for training.

Run by ``MatmulPeak``: python -m benchmarks.peak LIBRARY THREADS prints GFLOP/s by size.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.interleaved import THREADS
from benchmarks.subprocesses import pin_to_cores, run_module

LIBRARIES = ("torch", "numpy")
SIZES = (1024, 2048, 4096)


@dataclass
class MatmulPeak:
    """The peak GFLOP/s of products of square float32 matrices, measured repeatedly."""

    #: For each number of threads, (GFLOP/s, library, size) of every measurement.
    measured: dict[int, list[tuple[float, str, int]]] = field(
        default_factory=lambda: {threads: [] for threads in THREADS}
    )

    def measure(self) -> None:
        """Measure all libraries the first time, later only the fastest for each thread count."""
        for threads, products in self.measured.items():
            for library in (max(products)[1],) if products else LIBRARIES:
                by_size = run_module("peak", library, threads, threads=threads)
                products += [(speed, library, int(size)) for size, speed in by_size.items()]

    def best(self, threads: int) -> tuple[float, str, int]:
        return max(self.measured[threads])


def gflops(library: str, threads: int) -> dict[int, float]:
    return {size: _best_gflops(_matmul(library, threads, size), size) for size in SIZES}


def _matmul(library: str, threads: int, size: int) -> Callable[[], object]:
    a, b = np.random.default_rng(4).standard_normal((2, size, size), dtype=np.float32)
    if library == "numpy":
        out = np.empty_like(a)
        return lambda: np.matmul(a, b, out=out)
    import torch

    torch.set_num_threads(threads)
    first, second = torch.from_numpy(a), torch.from_numpy(b)
    out = torch.empty_like(first)
    return lambda: torch.mm(first, second, out=out)


def _best_gflops(matmul: Callable[[], object], size: int) -> float:
    matmul()
    times = []
    for _ in range(max(2, (2 * SIZES[-1] // size) ** 2 // 2)):
        start = time.perf_counter()
        matmul()
        times.append(time.perf_counter() - start)
    return float(2e-9 * size**3 / min(times))


if __name__ == "__main__":
    pin_to_cores(int(sys.argv[2]))
    print(json.dumps(gflops(sys.argv[1], int(sys.argv[2]))))
