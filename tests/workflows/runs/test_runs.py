"""Runs are found, summed up, compared and deleted by their journals alone."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import FileFormatError, JournalError
from glassnet.nn.activations.leaky_relu import LeakyRelu
from glassnet.training.history import History
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import MAGIC, framed, read_log
from glassnet.workflows.runs.compare import compare
from glassnet.workflows.runs.delete import delete
from glassnet.workflows.runs.find import files_in
from glassnet.workflows.runs.page import run_dict, run_document
from glassnet.workflows.runs.summary import NoRun, RunSummary, summaries, summary_of
from tests.small_runs import X, Y, fit, make_runs, network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_runs(tmp_path)


def found_in(folder: Path) -> dict[str, RunSummary | NoRun]:
    return {one.path.name: one for one in summaries(files_in([folder]))}


def test_each_state_is_told_with_the_epochs(folder: Path) -> None:
    states = {
        name: one.state_words
        for name, one in found_in(folder).items()
        if isinstance(one, RunSummary)
    }
    assert states == {
        "finished.glassnet": "finished, 6 epochs",
        "interrupted.glassnet": "interrupted after epoch 2 of 6",
        "failed.glassnet": "failed after epoch 2 of 6",
        "several.glassnet": "finished, 12 of 12 epochs of 3 networks",
        "died.glassnet": "died after epoch 6 of 6",
    }


def test_a_summary_has_the_numbers_of_the_training(tmp_path: Path) -> None:
    history = fit(tmp_path / "run.glassnet")
    numbers = summary_of(tmp_path / "run.glassnet").to_dict()
    best = int(np.argmin(history.validation_losses))
    assert numbers["loss"] == history.losses[-1]
    assert numbers["validation_loss"] == history.validation_losses[-1]
    assert (numbers["best_epoch"], numbers["best_validation_loss"]) == (
        best,
        history.validation_losses[best],
    )
    assert numbers["what"] == "4-8-2 tanh/softmax, Adam(0.001)"


def test_a_run_is_listed_while_it_is_written(tmp_path: Path) -> None:
    path, seen = tmp_path / "run.glassnet", []

    def look(history: History) -> None:
        seen.append(summary_of(path).state)
        with pytest.raises(JournalError, match="is being written by a training"):
            delete(path)

    fit(path, callbacks=look, epochs=2)
    assert seen == ["running", "running"]
    assert summary_of(path).state == "finished"


def test_the_newest_comes_first_whatever_its_zone(tmp_path: Path) -> None:
    fit(tmp_path / "a.glassnet")
    text = read_log(tmp_path / "a.glassnet").entries[0].text
    times = {"b": "2020-01-01T12:00:00+00:00", "c": "2020-01-01T12:30:00+05:00"}
    for name, at in times.items():
        started = read_content(tmp_path / "a.glassnet").run.started
        changed = text.replace(started.encode(), at.encode())
        (tmp_path / f"{name}.glassnet").write_bytes(MAGIC + framed(changed))
    found = summaries(files_in([tmp_path]))
    assert [one.path.stem for one in found] == ["a", "b", "c"]


def test_what_is_no_journal_gets_a_line(folder: Path) -> None:
    whole = (folder / "finished.glassnet").read_bytes()
    text = read_log(folder / "finished.glassnet").entries[0].text
    newer = text.replace(b'"version":1', b'"version":99')
    files = {
        "empty": (b"", "is empty"),
        "begun": (whole[:16], "ends before the first record of a run"),
        "table": (b"a,b\n1,2\n", "is not the journal of a run"),
        "newer": (MAGIC + framed(newer), "Install a newer one"),
    }
    for name, (content, _) in files.items():
        (folder / f"{name}.glassnet").write_bytes(content)
    found = found_in(folder)
    for name, (_, words) in files.items():
        one = found[f"{name}.glassnet"]
        assert isinstance(one, NoRun)
        assert words in one.words
        assert str(folder) not in one.words


@pytest.mark.parametrize("part", ["text", "body"])
def test_what_stands_before_a_damage_counts(tmp_path: Path, part: str) -> None:
    fit(tmp_path / "run.glassnet")
    log = read_log(tmp_path / "run.glassnet")
    entry = next(one for one in log.entries if b'"kind":"epochs"' in one.text)
    content = bytearray(log.path.read_bytes())
    content[entry.start + 30 if part == "text" else entry.body_start + 9] ^= 255
    log.path.write_bytes(content)
    summary = summary_of(log.path)
    assert summary.epochs == 0
    assert summary.problem.startswith(f"damaged at byte {entry.start:,}")


def test_files_are_found_once(folder: Path) -> None:
    (folder / "inner").mkdir()
    shutil.copy(folder / "died.glassnet", folder / "inner" / "run.glassnet")
    shutil.copy(folder / "died.glassnet", folder / "named.otherwise")
    found = files_in([folder, folder / "inner", folder / "named.otherwise"])
    assert len(found) == 7
    assert folder / "named.otherwise" in found


def test_reading_changes_no_journal(folder: Path) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {
            path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()
        }

    before = state()
    summaries(files_in([folder]))
    run_document(read_content(folder / "finished.glassnet"))
    compare(sorted(folder.iterdir()))
    assert state() == before


def test_only_differences_are_compared(tmp_path: Path) -> None:
    fit(tmp_path / "a.glassnet")
    fit(tmp_path / "b.glassnet", hidden=3, optimizer=gn.Adam(0.02), dropout=0.1)
    compared = compare([tmp_path / "a.glassnet", tmp_path / "b.glassnet"])
    assert compared.differences == {
        "layers": ["4-8-2 tanh/softmax", "4-3-2 tanh/softmax"],
        "optimizer: learning rate": ["0.001", "0.02"],
        "dropout": [None, "0.1"],
    }
    whole = {name for own in compared.settings for name in own}
    assert compared.same == len(whole) - 3
    assert f"{compared.same} options are the same in all runs." in compared.to_text()


def test_equal_runs_differ_nowhere(tmp_path: Path) -> None:
    for name in "ab":
        fit(tmp_path / f"{name}.glassnet")
    compared = compare([tmp_path / "a.glassnet", tmp_path / "b.glassnet"])
    assert compared.differences == {}
    assert "Nowhere: all" in compared.to_text()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([gn.Dense(3, LeakyRelu(0.2)), gn.Dense(2, "softmax")], "layer 1: slope"),
        ([gn.Dense(3, "tanh", bias=False), gn.Dense(2, "softmax")], "layer 1: bias"),
    ],
)
def test_a_detail_of_a_layer_is_a_difference(tmp_path: Path, layers: list[Any], words: str) -> None:
    fit(tmp_path / "a.glassnet", hidden=3)
    gn.Network([4, *layers]).fit(X, Y, epochs=2, journal=tmp_path / "b.glassnet")
    compared = compare([tmp_path / "a.glassnet", tmp_path / "b.glassnet"])
    assert words in compared.differences


def test_other_data_are_a_difference(tmp_path: Path) -> None:
    fit(tmp_path / "a.glassnet")
    network().fit(X * 2, Y, epochs=6, validation=0.2, journal=tmp_path / "b.glassnet")
    compared = compare([tmp_path / "a.glassnet", tmp_path / "b.glassnet"])
    assert list(compared.differences) == ["data: X"]


@pytest.mark.parametrize("count", [2, 5, 9])
def test_comparisons_fit_on_a_terminal(tmp_path: Path, count: int) -> None:
    paths = [tmp_path / f"{number}.glassnet" for number in range(count)]
    for number, path in enumerate(paths):
        fit(path, hidden=2 + number, optimizer=gn.Adam(0.001 * (1 + number)))
    compared = compare(paths)
    assert max(map(len, compared.to_text().splitlines())) <= 80
    page = compared.to_html()
    assert "Training loss" in page
    assert "Validation loss" in page


def test_one_run_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 journal given; expected 2 to 26"):
        compare([tmp_path / "a.glassnet"])


def test_a_page_says_what_to_type_next(folder: Path) -> None:
    def text(name: str) -> str:
        from glassnet.render.text import document_text

        return document_text(run_document(read_content(folder / f"{name}.glassnet")))

    assert "glassnet resume" in text("interrupted")
    assert "glassnet resume" in text("failed")
    assert "glassnet resume" not in text("finished")
    assert "failed after epoch 2 of 6: no more paper" in text("failed").replace("\n", " ")
    assert "Training of the first of 3 networks" in text("several")


def test_a_run_as_json_has_its_checkpoints(folder: Path) -> None:
    path = folder / "finished.glassnet"
    numbers = run_dict(summary_of(path), read_content(path))
    (own,) = numbers["checkpoints"]
    assert [one["step"] for one in own] == sorted(read_content(path).networks[0].checkpoints)
    assert own[-1]["is_last"]
    assert numbers["settings"]["optimizer: epsilon"] == "1e-8"


def test_only_journals_are_deleted(folder: Path) -> None:
    other = folder / "model.safetensors"
    other.write_bytes(b"weights")
    with pytest.raises(FileFormatError, match="it is not deleted"):
        delete(other)
    assert other.exists()
    delete(folder / "died.glassnet")
    assert not (folder / "died.glassnet").exists()
