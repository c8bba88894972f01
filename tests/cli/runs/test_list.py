"""``glassnet runs list`` tells how each run stands, and what is no journal."""

from pathlib import Path

import pytest

from tests.command import glassnet, printed


def test_each_run_has_its_state_and_its_numbers(folder: Path) -> None:
    done = glassnet("runs", "list", cwd=folder)
    assert done.returncode == 0
    assert done.stderr == ""
    runs: dict[str, str] = {}
    name = ""
    for line in done.stdout.splitlines():
        if line.startswith(" "):
            runs[name] += f"{line.strip()}\n"
        else:
            name, _, words = line.partition(":")
            runs[name] = words.strip()
    assert runs["finished.glassnet"].startswith("finished, 6 epochs; ")
    assert "4-8-2 tanh/softmax, Adam(0.001)\nloss " in runs["finished.glassnet"]
    assert runs["interrupted.glassnet"].startswith("interrupted after epoch 2 of 6; ")
    assert runs["failed.glassnet"].endswith("no more paper\n")
    assert runs["died.glassnet"].startswith("died after epoch 6 of 6; ")
    assert "damaged at byte" in runs["damaged.glassnet"]
    assert "(first network)" in runs["several.glassnet"]
    assert runs["empty.glassnet"] == "is empty"
    assert runs["table.glassnet"] == "is not the journal of a run"


def test_json_has_the_same_runs(folder: Path) -> None:
    runs = {Path(one["file"]).name: one for one in printed("runs", "list", cwd=folder)["runs"]}
    assert {name: one["state"] for name, one in runs.items()} == {
        "finished.glassnet": "finished",
        "other.glassnet": "finished",
        "several.glassnet": "finished",
        "interrupted.glassnet": "interrupted",
        "failed.glassnet": "failed",
        "died.glassnet": "died",
        "damaged.glassnet": "died",
        "empty.glassnet": None,
        "table.glassnet": None,
    }
    assert runs["several.glassnet"]["networks"] == 3
    assert runs["failed.glassnet"]["problem"] == "no more paper"


def test_a_folder_without_journals_says_so(folder: Path) -> None:
    done = glassnet("runs", "list", "nothing", cwd=folder)
    assert done.returncode == 0
    assert done.stdout == "no journals here; a training keeps one with journal= or --journal\n"
    assert printed("runs", "list", "nothing", cwd=folder) == {"runs": []}


def test_a_run_that_is_written_is_running(folder: Path, running: Path) -> None:
    done = glassnet("runs", "list", running.name, cwd=folder)
    assert "running, 0 of 6 epochs" in done.stdout


@pytest.mark.parametrize("place", ["none", "none.glassnet"])
def test_a_place_that_does_not_exist_is_wrong_usage(folder: Path, place: str) -> None:
    done = glassnet("runs", "list", place, cwd=folder)
    assert done.returncode == 2
    assert f"'{place}' does not exist" in done.stderr
