"""The stub of the compiled kernels is what nanobind's own tool writes about the bindings."""

import subprocess
import sys
from pathlib import Path

import pytest

import glassnet

pytestmark = pytest.mark.native

MODULE = "glassnet.engine._kernels"
PATTERNS = Path(__file__).parent.parent.parent / "kernels" / "stub_patterns.txt"
STUB = Path(glassnet.__file__).parent / "engine" / "_kernels.pyi"


def test_the_stub_is_current(tmp_path: Path) -> None:
    pytest.importorskip("nanobind", reason="nanobind, which writes the stub, is not installed")
    if not PATTERNS.is_file():
        pytest.skip("outside the source tree")
    written = tmp_path / "_kernels.pyi"
    command = [
        sys.executable,
        "-m",
        "nanobind.stubgen",
        "-q",
        "-m",
        MODULE,
        "-p",
        str(PATTERNS),
        "-o",
    ]
    subprocess.run([*command, written], check=True)
    assert STUB.read_text(encoding="utf-8") == written.read_text(encoding="utf-8"), (
        f"write it anew: python -m nanobind.stubgen -m {MODULE} -p kernels/stub_patterns.txt "
        "-o src/glassnet/engine/_kernels.pyi"
    )
