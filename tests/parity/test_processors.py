"""Same seed, same bits: on processors that can do less than this one.

Each training runs again in a process where NumPy, BLAS, the C library and the kernels are told to
do without what this processor has. What these compute in a way of their own then changes.
"""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.native


def numpy_has() -> list[str]:
    """What NumPy uses of this processor beyond what it needs."""
    settings: Any = np.show_config(mode="dicts")
    return list(settings["SIMD Extensions"].get("found", []))


def lines(**environment: str) -> list[str]:
    """What the trainings print in a process with such an environment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainings"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def here() -> list[str]:
    """What they print on this processor as it is."""
    return lines(GLASSNET_NUM_THREADS="2")


def test_without_avx_512(here: list[str]) -> None:
    wide = [name for name in numpy_has() if "512" in name or name == "X86_V4"]
    if not wide:
        pytest.skip("this processor has no AVX-512 (or NumPy does not use it) to do without")
    without = lines(
        NPY_DISABLE_CPU_FEATURES=" ".join(wide),
        OPENBLAS_CORETYPE="Haswell",
        GLASSNET_ISA="avx2",
        GLASSNET_NUM_THREADS="1",
    )
    assert without == here


def test_without_anything_wide_or_fused(here: list[str]) -> None:
    if not numpy_has():
        pytest.skip("NumPy uses nothing of this processor that it could do without")
    without = lines(
        NPY_DISABLE_CPU_FEATURES=" ".join(numpy_has()),
        OPENBLAS_CORETYPE="Nehalem",
        GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
        GLASSNET_ISA="scalar",
        GLASSNET_NUM_THREADS="3",
    )
    assert without == here
