"""``glassnet runs delete`` deletes journals after a question, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import glassnet, names


def asked(folder: Path, answer: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Delete with an answer on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "glassnet.cli", "runs", "delete", *arguments],
        input=answer,
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


def test_several_are_deleted_at_once(folder: Path) -> None:
    before = names(folder)
    done = glassnet("runs", "delete", "died.glassnet", "damaged.glassnet", "--yes", cwd=folder)
    assert done.returncode == 0
    assert "died.glassnet: 4-8-2 tanh/softmax, Adam(0.001); died after epoch 6" in done.stdout
    assert done.stdout.endswith("deleted 2 journals\n")
    assert set(before) - set(names(folder)) == {"died.glassnet", "damaged.glassnet"}


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("y\n", 0, "Delete 1 journal? [y/N]"),
        ("n\n", 1, "nothing is deleted"),
        ("\n", 1, "nothing is deleted"),
        ("", 2, "give --yes to delete without it"),
    ],
)
def test_it_is_asked_first(folder: Path, answer: str, code: int, words: str) -> None:
    done = asked(folder, answer, "died.glassnet")
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ("deleted 1 journal\n" if code == 0 else "")
    assert (folder / "died.glassnet").exists() == (code != 0)


def test_a_journal_named_twice_is_one(folder: Path) -> None:
    done = glassnet("runs", "delete", "died.glassnet", "./died.glassnet", "--yes", cwd=folder)
    assert done.stdout.endswith("deleted 1 journal\n")


def test_one_that_is_written_stays(folder: Path, running: Path) -> None:
    before = names(folder)
    done = glassnet("runs", "delete", "died.glassnet", running.name, "--yes", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "glassnet: running.glassnet is being written by a training; it is not deleted\n"
    )
    assert names(folder) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.glassnet", "none.glassnet does not exist; expected the journal of a run"),
        ("table.glassnet", "table.glassnet is not the journal of a run; it is not deleted"),
        ("empty.glassnet", "empty.glassnet is not the journal of a run; it is not deleted"),
        ("nothing", "nothing is not the journal of a run; it is not deleted"),
    ],
)
def test_what_is_no_journal_stays_and_so_do_the_others(folder: Path, name: str, words: str) -> None:
    before = names(folder)
    done = glassnet("runs", "delete", "died.glassnet", name, "--yes", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"glassnet: {words}\n")
    assert names(folder) == before
