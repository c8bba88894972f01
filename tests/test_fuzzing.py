"""Fuzzing: a few mutants of each cheap reader, and what is told of those that break something."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.model import load

ROOT = Path(__file__).parent.parent
pytest.importorskip("fuzzing", reason="outside the source tree")
if not sys.platform.startswith("linux"):
    pytest.skip("processes with bounds as Linux has them", allow_module_level=True)

#: A reader of one's own, which does what its file says.
OWN_READER = r"""
import os
from pathlib import Path
from fuzzing import campaign, readers
from glassnet.errors import FileFormatError

def read(path, random):
    match path.name:
        case "abort": os.abort()
        case "hang":
            while True: pass
        case "memory": bytes([1]) * 2**28
        case "raises": {}[path.name]

campaign.PROCESSOR = 1
readers.READERS["own"] = readers.Reader(read, memory=2**27)
names = ("abort", "fine", "hang", "memory", "raises")
own = campaign.Campaign("own", {name: b"" for name in names}, Path("own"))
Path("own").mkdir()
own.run(60, most=len(names))
print(own.row(), *sorted(own.kinds), sep='\n')
"""


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, check=False, env=environment
    )


def test_mutants_are_read_or_refused_in_words(tmp_path: Path) -> None:
    done = run("-m", "fuzzing", "text", "npz", "idx", "--most", "100", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if " | " in line]
    assert [row[:2] for row in rows[1:]] == [["text", "100"], ["npz", "100"], ["idx", "100"]]


def test_whatever_breaks_is_counted_by_its_kind(tmp_path: Path) -> None:
    done = run("-c", OWN_READER, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "own | 5 | 1 | 0 | 1 | 1 | 1 | 1",
        "KeyError at no line of ours",
        "hang at no line of ours",
        "memory fine",
        "signal 6 at no line of ours",
    ], done.stderr


def test_an_exception_is_ours_if_we_raise_it_in_our_words(tmp_path: Path) -> None:
    from fuzzing.outcome import Outcome, outcome_of

    (tmp_path / "m").write_bytes(b"x")
    for call, outcome in (
        (lambda: load(tmp_path / "m"), Outcome.REFUSED),
        (lambda: np.zeros(-1), Outcome.TRACEBACK),
        (lambda: load(3), Outcome.TRACEBACK),  # type: ignore[arg-type]
    ):
        with pytest.raises((ValueError, TypeError)) as caught:
            call()
        assert outcome_of(caught.value)[0] is outcome
