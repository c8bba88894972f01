"""A training at the command line that was interrupted goes on, and ends as if it had not been."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.training.journal.log import read_log
from tests.command import glassnet, names

TRAIN = ("train", "table.csv", "--target", "label", "--preset", "plain", "--epochs", "60")
#: A training in which every epoch is a little better, so that it is long before it stops by itself.
LONG = (*TRAIN[:-1], "300", "--learning-rate", "0.00001")
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
    run = (*TRAIN, "--ensemble", networks, "--journal", "run.glassnet", "-o", "model.safetensors")
    assert glassnet(*run, cwd=folder).returncode == 0
    (folder / "model.safetensors").rename(folder / "whole.safetensors")
    journal = folder / "run.glassnet"
    # Killed after its first checkpoints, a journal holds these and nothing behind them.
    firsts = [entry for entry in read_log(journal).entries if b'"checkpoint"' in entry.text]
    os.truncate(journal, firsts[int(networks) - 1].end)
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


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, a run of it that is finished, and its model."""
    folder = tmp_path_factory.mktemp("ended")
    random = np.random.default_rng(4)
    x = random.normal(size=(100, 3)).round(3)
    label = np.where(x[:, 0] + x[:, 1] > 0, "up", "down")
    lines = [",".join([*map(str, row), name]) for row, name in zip(x, label, strict=True)]
    (folder / "table.csv").write_text("size,price,age,label\n" + "\n".join(lines) + "\n")
    options = ("--target", "label", "--preset", "plain", "--epochs", "5", "--journal", "first.run")
    done = glassnet("train", "table.csv", *options, cwd=folder)
    assert done.returncode == 0
    page = "The run: glassnet runs show first.run; one of its steps: glassnet explain first.run"
    assert page in done.stdout
    return folder


def with_another_cell(text: str) -> str:
    return text.replace(text.splitlines()[1].split(",")[0], "77", 1)


def without_a_row(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:50], *lines[51:]]) + "\n"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: text.replace("size,", "width,"), "no longer an input is 'size'; new is"),
        (
            lambda text: text.replace(text.split("\n")[1].split(",")[0], "77", 1),
            "of X the column 'size' changed",
        ),
        (without_a_row, "rows: "),
        (None, "is no longer where it was"),
    ],
)
def test_a_table_that_is_another_is_refused_with_what_helps(
    ended: Path, tmp_path: Path, change: Callable[[str], str] | None, found: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ended, folder)
    text = (folder / "table.csv").read_text()
    (ended / "table.csv").rename(ended / "hidden.csv")  # that beside the journal is taken then
    try:
        if change is None:
            (folder / "table.csv").unlink()
        else:
            (folder / "table.csv").write_text(change(text))
        done = glassnet("resume", "first.run", cwd=folder)
        with pytest.raises(gn.JournalError, match="table=") as refused:
            gn.resume(folder / "first.run")
    finally:
        (ended / "hidden.csv").rename(ended / "table.csv")
    assert done.returncode == 1
    assert found in done.stderr
    assert "Give the table as it was: --table FILE" in done.stderr
    assert ("--allow-changes" in done.stderr) == ("the data are not those" in done.stderr)
    assert found in str(refused.value)
    assert ("allow_changes=True" in str(refused.value)) == ("--allow-changes" in done.stderr)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("resume", "frist.run"),
            "does not exist; expected the journal of a run. Did you mean first.run?",
        ),
        (("resume", "table.safetensors"), "is a model, not the journal of a run"),
        (("resume", "table.glassnet"), "it is finished, and there is nothing to go on with"),
        (("resume", "."), ". is a folder; expected the file of a journal, like run.glassnet"),
        (
            ("resume", "first.run", "--epochs", "3"),
            "has taken 5 epochs already, more than the 3",
        ),
        (
            ("evaluate", "first.run", "table.csv"),
            "is the journal of a run, not a model; its model is",
        ),
        (("predict", "first.run", "table.csv"), "To look into the run: glassnet explain first.run"),
        (("predict", "tabel.safetensors", "table.csv"), "Did you mean table.safetensors?"),
        (("explain", "first.run", "--row", "3"), "name one: glassnet explain first.run --step 0"),
    ],
)
def test_a_wrong_file_is_refused_with_the_right_one(
    ended: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = glassnet(*arguments, cwd=ended)
    assert done.returncode in (1, 2)
    assert words in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["table.csv", "table.safetensors", "first.run"])
def test_no_export_takes_the_place_of_what_a_run_needs(ended: Path, name: str) -> None:
    before = (ended / name).read_bytes()
    for options in (
        ("runs", "export", "first.run", "--csv", name),
        ("runs", "compare", "first.run", "first.run", "--html", name),
    ):
        done = glassnet(*options, cwd=ended)
        assert done.returncode == 2
        assert f"{name} is an input" in done.stderr
    assert (ended / name).read_bytes() == before


def test_a_journal_is_listed_whatever_its_name(ended: Path) -> None:
    done = glassnet("runs", "list", ".", cwd=ended)
    assert done.stdout.startswith("first.run\n")


def test_a_weight_is_followed_from_the_shell(ended: Path) -> None:
    done = glassnet("runs", "show", "first.run", "--follow", "w1[2,3]", cwd=ended)
    assert done.returncode == 0
    assert "w1[age → 2]" in done.stdout or "w1[2,3]" in done.stdout
    assert glassnet("runs", "show", "first.run", "--follow", "w9[2,3]", cwd=ended).returncode == 1


def test_without_a_journal_none_is_kept_however_long_it_takes(folder: Path) -> None:
    both = glassnet(*TRAIN, "--journal", "run.glassnet", "--no-journal", cwd=folder)
    assert both.returncode == 2
    assert "Give --journal or --no-journal, not both" in both.stderr
    assert glassnet(*TRAIN, "--no-journal", cwd=folder).returncode == 0
    assert names(folder) == ["table.csv", "table.safetensors"]


def test_an_interrupted_training_leaves_a_finished_model(folder: Path) -> None:
    assert glassnet(*TRAIN, "-o", "model.safetensors", cwd=folder).returncode == 0
    finished = (folder / "model.safetensors").read_bytes()
    again = (*LONG, "--epochs", "100000", "--journal", "run.glassnet", "-o", "model.safetensors")
    interrupted(signal.SIGINT, *again, cwd=folder)
    assert (folder / "model.safetensors").read_bytes() == finished
