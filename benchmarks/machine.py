"""The machine and the versions behind the figures; nothing that identifies its owner."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "glassnet",
    "numpy",
    "numba",
    "jax",
    "torch",
    "keras",
    "scikit-learn",
    "onnxruntime",
)
SIMD_EXTENSIONS = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "asimd")


def description() -> list[str]:
    """Return the hardware and the versions, a sentence each."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.*)$", cpuinfo, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", cpuinfo, re.MULTILINE)
    simd = [name for name in SIMD_EXTENSIONS if flags and name in flags[1].split()]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = model[1] if model else platform.machine()
    cores = len(os.sched_getaffinity(0))
    hardware = [f"{processor}, {cores} cores, {', '.join(simd)}", _caches()]
    return [
        f"{'; '.join(hardware)}; {memory:.0f} GiB of memory; {platform.system()}.",
        f"Python {platform.python_version()}; {', '.join(_versions())}.",
    ]


def _caches() -> str:
    folders = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"))
    parts = [
        [(folder / name).read_text(encoding="ascii").strip() for name in ("level", "type", "size")]
        for folder in folders
    ]
    return ", ".join(f"L{level} {size}" for level, kind, size in parts if kind != "Instruction")


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return found
