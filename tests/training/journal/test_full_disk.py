"""A disk that is full, which a small file system in memory plays."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.small_disk import EPOCHS, FREED_AFTER

STEPS = 2  # in an epoch


def with_small_disk(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command for which a folder is a file system of 300 kB."""
    mounted = 'mount -t tmpfs -o size=300k tmpfs "$0" && exec "$@"'
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("a file system of its own needs unshare (Linux)")
    return subprocess.run(
        [unshare, "-rm", "sh", "-c", mounted, str(folder), *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    tried = with_small_disk(tmp_path, "true")
    if tried.returncode:
        pytest.skip(f"no file system may be mounted here: {tried.stderr.strip()}")
    return tmp_path


@pytest.mark.parametrize("most_bytes", [2**28, 120_000])
def test_a_journal_fills_the_disk_and_is_whole_again_when_there_is_space(
    most_bytes: int, disk: Path
) -> None:
    """With 120,000 bytes it is to be thinned out, for which there is no space either."""
    done = with_small_disk(
        disk, sys.executable, "-m", "tests.small_disk", str(disk), f"{most_bytes}"
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    (warning,) = seen["warnings"]
    assert "cannot be written: No space left on device. The training goes on" in warning
    full, end = seen["full"], seen["end"]
    assert full["is_whole"]
    assert full["state"] == "running"
    assert 0 < full["last_step"] < STEPS * (FREED_AFTER - 20)
    assert seen["saved"]["is_as_before"]
    assert "No space left on device" in seen["saved"]["words"]
    assert seen["names"] == ["filler", "model", "rest", "run.glassnet"]
    assert seen["has_same_bits"]
    assert seen["goes_on"]
    assert seen["is_saved_later"]
    assert (end["state"], end["is_whole"], end["epochs"]) == ("finished", True, EPOCHS)
    after = [step for step in end["steps"] if step >= STEPS * FREED_AFTER]
    assert after[-1] == STEPS * EPOCHS
    assert len(after) > 5
