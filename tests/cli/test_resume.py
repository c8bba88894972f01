"""A training at the command line that was interrupted goes on, and ends as if it had not been."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.command import glassnet, names

TRAIN = ("train", "table.csv", "--target", "label", "--preset", "plain", "--epochs", "60")
#: Seconds until a test gives up.
DEADLINE = 120.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(3)
    x = random.normal(size=(3000, 4)).round(3)
    label = np.where(x[:, 0] * x[:, 1] + x[:, 2] > 0, "up", "down")
    lines = [",".join([*map(str, row), name]) for row, name in zip(x, label, strict=True)]
    (tmp_path / "table.csv").write_text("a,b,c,d,label\n" + "\n".join(lines) + "\n")
    return tmp_path


def checkpoints(journal: Path) -> int:
    """How many checkpoints a journal holds, by what is written at the head of their arrays."""
    return journal.read_bytes().count(b'"parameters"') if journal.exists() else 0


def interrupted(number: signal.Signals, *arguments: str | Path, cwd: Path) -> Path:
    """Send a signal to a training as soon as its journal holds a further checkpoint."""
    journal = cwd / "run.glassnet"
    command = [sys.executable, "-m", "glassnet.cli", *map(str, arguments)]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + DEADLINE
        before = checkpoints(journal)
        while process.poll() is None and time.monotonic() < deadline:
            if checkpoints(journal) > before:
                process.send_signal(number)
                break
        process.wait(DEADLINE)
    return journal


def test_three_interruptions_of_three_kinds_change_nothing(folder: Path) -> None:
    undisturbed = glassnet(*TRAIN, "-o", "whole.safetensors", cwd=folder)
    assert undisturbed.returncode == 0
    run = (*TRAIN, "--journal", "run.glassnet", "-o", "model.safetensors")
    journal = interrupted(signal.SIGKILL, *run, cwd=folder)
    interrupted(signal.SIGINT, "resume", journal, cwd=folder)
    interrupted(signal.SIGTERM, *run, cwd=folder)
    done = glassnet("resume", journal, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "model.safetensors").read_bytes() == (
        folder / "whole.safetensors"
    ).read_bytes()
    assert "The model: model.safetensors" in done.stdout
    assert journal.exists()  # it was asked for


@pytest.mark.parametrize("networks", ["2", "4"])
def test_an_ensemble_that_is_killed_at_once_is_opened_and_goes_on(
    folder: Path, networks: str
) -> None:
    ensemble = (*TRAIN, "--ensemble", networks)
    assert glassnet(*ensemble, "-o", "whole.safetensors", cwd=folder).returncode == 0
    run = (*ensemble, "--journal", "run.glassnet", "-o", "model.safetensors")
    journal = interrupted(signal.SIGKILL, *run, cwd=folder)
    assert "died" in glassnet("runs", "list", journal, cwd=folder).stdout
    for looked in (("runs", "show", journal), ("explain", journal)):
        done = glassnet(*looked, "--network", "1", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert "glassnet resume" in done.stdout
        assert f"Training of network 2 (index 1) of {networks} networks" in done.stdout
    assert glassnet("resume", journal, cwd=folder).returncode == 0
    model, whole = (folder / f"{name}.safetensors" for name in ("model", "whole"))
    assert model.read_bytes() == whole.read_bytes()


def test_a_short_training_leaves_no_journal(folder: Path) -> None:
    assert glassnet(*TRAIN, cwd=folder).returncode == 0
    assert names(folder) == ["table.csv", "table.safetensors"]


def test_a_changed_table_is_refused_by_what_changed(folder: Path) -> None:
    run = (*TRAIN, "--journal", "run.glassnet")
    journal = interrupted(signal.SIGKILL, *run, cwd=folder)
    text = (folder / "table.csv").read_text()
    first, _, rest = text.partition("\n")
    cells = rest.splitlines()
    changed = [f"9{cells[0]}", *cells[1:]]
    (folder / "table.csv").write_text("\n".join([first, *changed]) + "\n")
    done = glassnet("resume", journal, cwd=folder)
    assert done.returncode == 1
    assert "the data are not those of" in done.stderr
    assert "the column 'a' changed" in done.stderr
    assert glassnet("resume", journal, "--allow-changes", cwd=folder).returncode == 0


def test_a_table_that_moved_is_found_beside_the_journal_or_named(folder: Path) -> None:
    run = (*TRAIN, "--journal", "run.glassnet", "-o", "model.safetensors")
    journal = interrupted(signal.SIGKILL, *run, cwd=folder)
    (folder / "elsewhere").mkdir()
    (folder / "table.csv").rename(folder / "elsewhere" / "renamed.csv")
    done = glassnet("resume", journal, cwd=folder)
    assert done.returncode == 1
    assert "table.csv" in done.stderr
    named = glassnet("resume", journal, "--table", "elsewhere/renamed.csv", cwd=folder)
    assert named.returncode == 0, named.stderr


def test_a_copied_run_ends_beside_its_copy_and_leaves_the_first_model(folder: Path) -> None:
    run = (*TRAIN, "--journal", "run.glassnet", "-o", "model.safetensors")
    journal = interrupted(signal.SIGKILL, *run, cwd=folder)
    copy = folder / "copy"
    copy.mkdir()
    shutil.copy(journal, copy)
    (folder / "model.safetensors").write_text("finished long ago")
    done = glassnet("resume", "run.glassnet", cwd=copy)
    assert done.returncode == 0, done.stderr
    assert names(copy) == ["model.safetensors", "run.glassnet"]
    assert (folder / "model.safetensors").read_text() == "finished long ago"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.glassnet", None, "does not exist"),
        ("table.csv", None, "is not the journal of a run"),
        ("empty.glassnet", b"", "is not the journal of a run"),
        ("begun.glassnet", b"\x93glassnet run\r\n\x1aGREC", "ends before the first record"),
    ],
)
def test_what_is_no_journal_is_refused_in_words(
    folder: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    done = glassnet("resume", name, cwd=folder)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
