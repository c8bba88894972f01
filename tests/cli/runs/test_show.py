"""``glassnet runs show`` tells one run, on a terminal, as a page and as JSON."""

import re
import shlex
from pathlib import Path

import pytest

from tests.command import glassnet, printed

NO_JOURNALS = [
    ("none.glassnet", "glassnet: none.glassnet does not exist; expected the journal of a run\n"),
    ("table.glassnet", "glassnet: table.glassnet is not the journal of a run\n"),
    ("empty.glassnet", "glassnet: empty.glassnet is not the journal of a run\n"),
    (
        "nothing",
        (
            "glassnet: nothing is a folder; expected the file of a journal, like nothing/"
            "run.glassnet\n"
        ),
    ),
]


def test_a_run_has_its_sections(folder: Path) -> None:
    done = glassnet("runs", "show", "finished.glassnet", cwd=folder)
    assert done.returncode == 0
    assert done.stderr == ""
    titles = re.findall(r"^── (.*?) ─+$", done.stdout, re.MULTILINE)
    assert titles == [
        *("The run", "Configuration", "Data", "Sessions", "Training", "Accuracy"),
        *("Notable steps", "Checkpoints", "What to type next"),
    ]
    assert "resume" not in done.stdout


def test_each_command_of_the_page_opens_its_step(folder: Path) -> None:
    (folder / "finished.glassnet").rename(folder / "with a blank.glassnet")
    page = glassnet("runs", "show", "with a blank.glassnet", cwd=folder).stdout
    steps = re.findall(r"^Step \d+ \(index (\d+)\)", page, re.MULTILINE)
    commands = [line for line in page.splitlines() if line.startswith("glassnet explain")]
    assert [re.findall(r"--step (\d+)", line) for line in commands] == [
        *([step] for step in steps),
        *(["0"], ["0"]),
    ]
    opened = glassnet(*shlex.split(commands[0])[1:], cwd=folder)
    assert opened.returncode == 0
    assert f"(index {steps[0]}) of with a blank.glassnet" in opened.stdout


@pytest.mark.parametrize("name", ["interrupted", "failed", "died"])
def test_a_run_that_can_go_on_says_how(folder: Path, name: str) -> None:
    done = glassnet("runs", "show", f"{name}.glassnet", cwd=folder)
    assert f"\nglassnet resume {name}.glassnet\n" in done.stdout
    if name == "failed":
        assert "failed after epoch 2 of 6: no more paper" in done.stdout


def test_a_damaged_run_shows_what_is_whole(folder: Path) -> None:
    done = glassnet("runs", "show", "damaged.glassnet", "--notable", cwd=folder)
    assert done.returncode == 0
    assert "The journal is damaged at byte" in done.stdout
    assert "No step can be taken again to look for them" in done.stdout
    words = " ".join(done.stdout.split())
    assert "ends before the first checkpoint. To go on, call Network.fit once more" in words
    assert "4-8-2 tanh/softmax" in done.stdout


def test_a_run_that_is_written_is_shown(folder: Path, running: Path) -> None:
    done = glassnet("runs", "show", running.name, cwd=folder)
    assert done.returncode == 0
    assert "running, 0 of 6 epochs" in done.stdout
    assert "resume" not in done.stdout


@pytest.mark.parametrize(("name", "words"), NO_JOURNALS)
@pytest.mark.parametrize("options", [(), ("--json",), ("-o", "page.html")])
def test_what_is_no_journal_is_refused(
    folder: Path, name: str, words: str, options: tuple[str, ...]
) -> None:
    done = glassnet("runs", "show", name, *options, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", words)
    assert not (folder / "page.html").exists()


def test_a_page_has_the_curves_and_the_commands(folder: Path) -> None:
    done = glassnet("runs", "show", "finished.glassnet", "-o", "page.html", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    page = (folder / "page.html").read_text()
    assert "<svg" in page
    assert "<code>glassnet explain finished.glassnet --step 0</code>" in page


def test_json_has_what_the_page_says(folder: Path) -> None:
    numbers = printed("runs", "show", "several.glassnet", cwd=folder)
    assert numbers["trained_by"] == "fit_many"
    assert len(numbers["histories"]) == 3
    assert [len(one["losses"]) for one in numbers["histories"]] == [4, 4, 4]
    assert {one["what"] for one in numbers["notable_steps"]["steps"]} >= {"gradient"}


@pytest.mark.parametrize(
    ("output", "words"), [("finished.glassnet", "is an input"), ("page.doc", "ends in no known")]
)
def test_a_wrong_output_is_refused_before_it_is_looked(
    folder: Path, output: str, words: str
) -> None:
    before = (folder / "finished.glassnet").read_bytes()
    done = glassnet("runs", "show", "finished.glassnet", "-o", output, cwd=folder)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert (folder / "finished.glassnet").read_bytes() == before
