"""Subprocesses: their environment, with the number of threads, their CPU affinity and memory."""

import json
import os
import subprocess
import sys
from typing import Any

# Read by OpenBLAS, OpenMP, MKL and Numba; XLA uses a thread for each core in its CPU affinity.
THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
SETTINGS = {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}

# These tune one library for one machine, and would favour it.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "XLA_FLAGS")


def environment(threads: int) -> dict[str, str]:
    """Return the environment variables of a subprocess that uses so many threads."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in UNSET and not name.startswith("GLASSNET_")
    }
    return inherited | SETTINGS | dict.fromkeys(THREAD_VARIABLES, str(threads))


def command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def run_module(module: str, *arguments: object, threads: int) -> Any:
    """Run a module of this package in a subprocess; return the JSON on its last line of output."""
    completed = subprocess.run(  # noqa: S603 - a module of this package
        command(module, *arguments),
        env=environment(threads),
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode:
        raise RuntimeError(f"{completed.args!r} failed:\n{completed.stderr[-4000:]}")
    return json.loads(completed.stdout.splitlines()[-1])


def pin_to_cores(threads: int) -> None:
    """Set the CPU affinity to as many cores as threads, however many the library starts."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def peak_memory_bytes() -> int:
    """Return the peak resident set size of this process.

    VmHWM counts from the start of the program; `ru_maxrss` also counts the parent process, from
    which it is forked.
    """
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - nothing to import
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
