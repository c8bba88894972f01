"""Processes of their own: their number of threads, said before any library is imported; memory."""

import json
import os
import subprocess
import sys
from typing import Any

# Of OpenBLAS, OpenMP, MKL and Numba; XLA takes as many as there are cores that it may use.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
CHOICES = {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}

# Whoever set these tuned one library for one machine.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "XLA_FLAGS")


def environment(threads: int) -> dict[str, str]:
    """Return the environment of a process on so many threads."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in UNSET and not name.startswith("GLASSNET_")
    }
    return kept | CHOICES | dict.fromkeys(THREADS, str(threads))


def command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def answer_of(module: str, *arguments: object, threads: int) -> Any:
    """Run one of our modules and return the JSON that it prints last."""
    done = subprocess.run(  # noqa: S603 - our own module
        command(module, *arguments),
        env=environment(threads),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{done.args!r} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def keep_to(threads: int) -> None:
    """Stay on as many cores as there are threads, whatever the library starts."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def peak_bytes() -> int:
    """Return the largest memory of this process so far.

    Linux counts it here from the start of the program; `ru_maxrss` also counts the process that
    started it.
    """
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - nothing to import
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
