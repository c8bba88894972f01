"""The command line run as its users run it, in folders of files to work on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from glassnet.network import Network
from tests.small_tables import fruits, prices, write_csv

__all__ = ["QUICK", "glassnet", "make_folder", "names", "printed"]

#: Options of a training that takes a moment.
QUICK = ("--hidden", "8", "--epochs", "20", "--learning-rate", "0.05")


def glassnet(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command; whatever happens, there is no traceback."""
    command = [sys.executable, "-m", "glassnet.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def printed(*arguments: str | Path, cwd: Path) -> Any:
    """Run a command with --json, which prints one object and nothing else."""
    done = glassnet(*arguments, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(done.stdout, parse_constant=refuse)


def names(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def make_folder(place: Path) -> Path:
    """Fill a folder with two tables, models of them, and a bare network."""
    write_csv(place / "fruit.csv", fruits())
    write_csv(place / "price.csv", prices())
    for target in ("fruit", "price"):
        done = glassnet("train", f"{target}.csv", "--target", target, *QUICK, cwd=place)
        assert done.returncode == 0, done.stderr
    Network([2, 2], output="softmax").save(place / "net.safetensors")
    return place
