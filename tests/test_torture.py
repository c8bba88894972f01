"""Trainings that are killed a few times; ``make torture`` does it for minutes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytest.importorskip("torture", reason="outside the source tree")
if sys.platform == "win32":
    pytest.skip("terminals and signals as POSIX has them", allow_module_level=True)

QUICK = ("sgd", "early stopping", "several networks", "callback")


@pytest.mark.native
def test_killed_trainings_end_with_the_bits_of_undisturbed_ones(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torture", "--kills", "8", "--minutes", "3", *QUICK]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    header, *rows, last = done.stdout.splitlines()
    assert header == "configuration | kills | by SIGKILL | resumed | runs | identical | damaged"
    assert [row.split(" | ")[0] for row in rows] == list(QUICK)
    for row in rows:
        kills, by_sigkill, _, runs, identical, damaged = map(int, row.split(" | ")[1:])
        assert (kills, damaged) == (2, 0)
        assert by_sigkill <= kills
        assert identical == runs > 0
    assert re.fullmatch("kills: 8, [0-8] of them by SIGKILL", last)
