"""A folder of runs, and of files that are none; and a run that another process writes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_runs import damage, fit, make_runs

WRITER = """
import sys
from pathlib import Path
from tests.small_runs import fit

def wait(history):
    print("an epoch", flush=True)
    sys.stdin.readline()

fit(Path(sys.argv[1]), callbacks=wait)
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_runs(tmp_path_factory.mktemp("runs"))
    fit(folder / "other.glassnet", hidden=3)
    shutil.copy(folder / "finished.glassnet", folder / "damaged.glassnet")
    damage(folder / "damaged.glassnet")
    (folder / "empty.glassnet").touch()
    (folder / "table.glassnet").write_text("a,b\n1,2\n")
    (folder / "nothing").mkdir()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "runs"))


@pytest.fixture
def running(folder: Path) -> Iterator[Path]:
    """A run that another process writes, in its first epoch."""
    journal = folder / "running.glassnet"
    command = [sys.executable, "-c", WRITER, str(journal)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "an epoch\n"
        yield journal
        process.communicate("\n" * 6)
    assert process.returncode == 0
