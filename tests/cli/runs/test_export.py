"""``glassnet runs export`` writes the numbers of a run for other programs."""

from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from glassnet.training.journal.content import read_content
from tests.command import glassnet


@pytest.mark.parametrize("name", ["finished", "interrupted", "failed", "died", "several"])
def test_csv_has_the_numbers_of_each_run(folder: Path, name: str) -> None:
    done = glassnet("runs", "export", f"{name}.glassnet", "--csv", "-", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    table = pl.read_csv(StringIO(done.stdout))
    content = read_content(folder / f"{name}.glassnet")
    for number in range(len(content.networks)):
        own = table.filter(pl.col("network") == number + 1)
        assert own["loss"].to_list() == content.history(number).losses
        assert own["epoch"].to_list() == list(range(1, len(own) + 1))


def test_a_file_has_what_standard_output_has(folder: Path) -> None:
    done = glassnet("runs", "export", "finished.glassnet", "--csv", "run.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    shown = glassnet("runs", "export", "finished.glassnet", "--csv", "-", cwd=folder)
    assert (folder / "run.csv").read_text() == shown.stdout


def test_of_a_damaged_run_the_whole_epochs_are_written(folder: Path) -> None:
    done = glassnet("runs", "export", "damaged.glassnet", "--csv", "-", cwd=folder)
    assert done.returncode == 0
    assert done.stdout == "epoch,network,loss,learning_rate,seconds,validation_loss\n"


def test_a_run_that_is_written_can_be_exported(folder: Path, running: Path) -> None:
    done = glassnet("runs", "export", running.name, "--csv", "-", cwd=folder)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("finished.glassnet",), 2, "Give --csv, --tensorboard or --mlflow"),
        (("none.glassnet", "--csv", "-"), 1, "none.glassnet does not exist"),
        (("table.glassnet", "--csv", "-"), 1, "table.glassnet is not the journal of a run"),
        (("empty.glassnet", "--csv", "-"), 1, "empty.glassnet is not the journal of a run"),
        (("nothing", "--csv", "-"), 1, "nothing is a folder; expected the file of a journal"),
        (("died.glassnet", "--csv", "died.glassnet"), 2, "--csv: died.glassnet is an input"),
        (("died.glassnet", "--csv", "none/run.csv"), 1, "the folder none does not exist"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    before = (folder / "died.glassnet").read_bytes()
    done = glassnet("runs", "export", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert (folder / "died.glassnet").read_bytes() == before
