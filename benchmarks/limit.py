"""How fast this machine multiplies matrices at best: what training can come near to.

Run by ``Limit``: python -m benchmarks.limit LIBRARY THREADS prints GFLOP/s by size.
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
class Limit:
    """The best GFLOP/s of float32 square products, measured again and again."""

    #: For each number of threads, (GFLOP/s, library, size) of all measurements.
    found: dict[int, list[tuple[float, str, int]]] = field(
        default_factory=lambda: {threads: [] for threads in THREADS}
    )

    def measure(self) -> None:
        """Measure all libraries at first, and then the one that was fastest, on its threads."""
        for threads, found in self.found.items():
            for library in (max(found)[1],) if found else LIBRARIES:
                by_size = run_module("limit", library, threads, threads=threads)
                found += [(speed, library, int(size)) for size, speed in by_size.items()]

    def best(self, threads: int) -> tuple[float, str, int]:
        return max(self.found[threads])


def gflops(library: str, threads: int) -> dict[int, float]:
    return {size: _best_of(_product(library, threads, size), size) for size in SIZES}


def _product(library: str, threads: int, size: int) -> Callable[[], object]:
    a, b = np.random.default_rng(4).standard_normal((2, size, size), dtype=np.float32)
    if library == "numpy":
        out = np.empty_like(a)
        return lambda: np.matmul(a, b, out=out)
    import torch

    torch.set_num_threads(threads)
    first, second = torch.from_numpy(a), torch.from_numpy(b)
    product = torch.empty_like(first)
    return lambda: torch.mm(first, second, out=product)


def _best_of(product: Callable[[], object], size: int) -> float:
    product()
    times = []
    for _ in range(max(2, (2 * SIZES[-1] // size) ** 2 // 2)):
        start = time.perf_counter()
        product()
        times.append(time.perf_counter() - start)
    return float(2e-9 * size**3 / min(times))


if __name__ == "__main__":
    pin_to_cores(int(sys.argv[2]))
    print(json.dumps(gflops(sys.argv[1], int(sys.argv[2]))))
