"""``glassnet runs compare`` sets runs beside each other, on a terminal, as a page and as JSON."""

from pathlib import Path

import pytest

from tests.command import glassnet, printed
from tests.small_runs import fit

BOTH = ("finished.glassnet", "other.glassnet")


def test_only_what_differs_is_shown(folder: Path) -> None:
    done = glassnet("runs", "compare", *BOTH, cwd=folder)
    assert done.returncode == 0
    assert done.stderr == ""
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["layers", "4-8-2", "tanh/softmax", "4-3-2", "tanh/softmax"] in rows
    assert ["epochs", "6", "6"] in rows
    assert "options are the same in all runs" in done.stdout
    assert "● A finished.glassnet  ○ B other.glassnet" in done.stdout


def test_json_has_the_differences_and_the_curves(folder: Path) -> None:
    found = printed("runs", "compare", *BOTH, cwd=folder)
    assert found["differences"] == {"layers": ["4-8-2 tanh/softmax", "4-3-2 tanh/softmax"]}
    assert [len(losses) for losses in found["losses"]] == [6, 6]
    assert [Path(one["file"]).name for one in found["runs"]] == list(BOTH)


@pytest.mark.parametrize("option", ["--html", "-o"])
def test_a_page_has_the_curves(folder: Path, option: str) -> None:
    done = glassnet("runs", "compare", *BOTH, option, "page.html", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "<svg" in (folder / "page.html").read_text()


def test_runs_of_all_kinds_are_compared(folder: Path) -> None:
    names = [f"{name}.glassnet" for name in ("interrupted", "failed", "died", "damaged", "several")]
    done = glassnet("runs", "compare", *names, cwd=folder)
    assert done.returncode == 0
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 80
    found = printed("runs", "compare", *names, cwd=folder)
    states = [(one["state"], one["epochs"]) for one in found["runs"]]
    expected = [("interrupted", 2), ("failed", 2), ("died", 6), ("died", 0), ("finished", 12)]
    assert states == expected


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ((), 2, "Missing argument"),
        (("finished.glassnet",), 1, "1 journal given; expected 2 to 26"),
        (("finished.glassnet", "none.glassnet"), 1, "none.glassnet does not exist"),
        (("finished.glassnet", "table.glassnet"), 1, "is not the journal of a run"),
        (
            ("finished.glassnet", "nothing"),
            1,
            "nothing is a folder; expected",
        ),
        ((*BOTH, "--html", "other.glassnet"), 2, "--html: other.glassnet is an input"),
        ((*BOTH, "-o", "other.glassnet"), 2, "--output: other.glassnet is an input"),
        ((*BOTH, "-o", "page.doc"), 1, "ends in no known format"),
        ((*BOTH, "--html", "none/page.html"), 1, "the folder none does not exist"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    folder: Path, names: tuple[str, ...], code: int, words: str
) -> None:
    before = {path: path.read_bytes() for path in folder.glob("*.glassnet")}
    done = glassnet("runs", "compare", *names, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert {path: path.read_bytes() for path in folder.glob("*.glassnet")} == before


def test_scores_of_other_rows_are_said_to_be_so(folder: Path) -> None:
    fit(folder / "more.glassnet", validation=0.4)
    words = "compare different rows"
    other = glassnet("runs", "compare", "finished.glassnet", "more.glassnet", cwd=folder)
    assert words in " ".join(other.stdout.split())
    same = glassnet("runs", "compare", "finished.glassnet", "other.glassnet", cwd=folder)
    assert words not in " ".join(same.stdout.split())
