"""A run opened by its journal: what it is, its networks, and what is refused in which words."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.formula.number import number_text
from glassnet.training.journal.content import read_content
from glassnet.training.journal.settings import JournalPath
from tests.small_tables import fruits, write_csv

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(60, 3))
LABELS = np.where(X[:, 0] > 0, "warm", "cold")


def trained(path: JournalPath, **options: Any) -> gn.Network:
    net = gn.Network([3, 4, 2], hidden="tanh", output="softmax", seed=2)
    net.fit(X, LABELS, epochs=6, batch_size=10, journal=path, **options)
    return net


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs that hold their data, and one that does not."""
    folder = tmp_path_factory.mktemp("runs")
    trained(folder / "run.glassnet", validation=0.2)
    trained(gn.Journal(folder / "bare.glassnet", kept_data=0), validation=(X[:9], LABELS[:9]))
    return folder


def test_a_run_prints_what_it_is(folder: Path) -> None:
    run = gn.open_run(folder / "run.glassnet")
    lines = dict(line.split(maxsplit=1) for line in str(run).splitlines())
    assert lines["file"] == str(folder / "run.glassnet")
    assert lines["what"] == "3-4-2 tanh/softmax, Adam(0.001)"
    assert lines["trained"].startswith("by  Network.fit of Glassnet ")
    assert run.state == "finished"
    assert lines["state"] == "finished, 6 epochs"
    losses, best = run.history.losses, run.history.best_epoch
    assert best is not None
    assert lines["result"].startswith(
        f"loss {number_text(losses[0], 4)} → {number_text(losses[-1], 4)}, validation loss "
    )
    assert lines["result"].endswith(f" after epoch {best + 1} (index {best})")
    assert lines["engine"].startswith(str(gn.info()["engine"]))
    assert "run.notable_steps()" in run.to_text()


def test_a_step_is_named_as_it_is_typed_and_as_people_count(folder: Path) -> None:
    step = gn.open_run(folder / "run.glassnet").step(17, example=3, digits=3)
    assert step.document.title.startswith("Step 18 (index 17) of run.glassnet: batch of 10")
    assert "example 4 (index 3): predicted" in step.document.title
    assert step.document.title.endswith(("target cold", "target warm"))
    assert step.check is not None
    assert step.check.passed


def test_the_first_step_is_named_so_too(folder: Path) -> None:
    title = gn.open_run(folder / "run.glassnet").step(0).document.title
    assert title.startswith(
        "Step 1 (index 0) of run.glassnet: batch of 10; example 1 (index 0): predicted"
    )


def test_a_run_is_opened_for_reading_only(folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(folder / "run.glassnet", tmp_path / "run.glassnet")
    before = (tmp_path / "run.glassnet").read_bytes()
    (tmp_path / "run.glassnet").chmod(0o400)
    run = gn.open_run(tmp_path / "run.glassnet")
    run.follow("b1[1]")
    run.notable_steps()
    assert (tmp_path / "run.glassnet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run.glassnet"]


def test_a_network_predicts_with_its_labels(folder: Path) -> None:
    run = gn.open_run(folder / "run.glassnet")
    net = run.network(epoch=5)
    assert set(net.predict(X).tolist()) <= {"warm", "cold"}
    assert net.epochs_trained == 6
    assert run.network(epoch=2).epochs_trained == 3
    np.testing.assert_array_equal(
        run.network(epoch=2).parameters, run.network(step=15).parameters
    )  # 48 of 60 rows are learned from


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda run: run.step(30), "there is no step with index 30; the run took 30 steps"),
        (lambda run: run.step(-1), "there is no step with index -1"),
        (lambda run: run.step(0, example=10), "example must be from 0 to 9, not 10"),
        (lambda run: run.step(0, network=1), "network must be 0, not 1|network must be from 0"),
        (lambda run: run.network(epoch=6), "no epoch with index 6; the run took 6 epochs"),
        (lambda run: run.network(step=30), "there is no step with index 30"),
        (lambda run: run.follow("w3[1,1]"), "there is no weight 'w3\\[1,1\\]'"),
        (lambda run: run.follow("w1[1,1]", every=0), "every must be at least 1"),
    ],
)
def test_what_is_not_there_is_refused(folder: Path, ask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask(gn.open_run(folder / "run.glassnet"))


def test_an_epoch_and_a_step_at_once_are_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match="an epoch or a step, not both"):
        gn.open_run(folder / "run.glassnet").network(epoch=1, step=1)


def test_data_are_needed_for_steps_only(folder: Path) -> None:
    run = gn.open_run(folder / "bare.glassnet")
    assert run.history.epochs == 6
    assert run.network().epochs_trained == 6
    wanted = r"give them: gn.open_run\('.*bare.glassnet', X, y, validation=\(X, y\)\)"
    with pytest.raises(gn.JournalError, match=wanted):
        run.step(3)
    given = gn.open_run(folder / "bare.glassnet", X, LABELS, validation=(X[:9], LABELS[:9]))
    assert given.step(3).check.passed  # type: ignore[union-attr]
    with pytest.raises(gn.JournalError, match=r"validation=\(X, y\)"):
        gn.open_run(folder / "bare.glassnet", X, LABELS)


@pytest.mark.parametrize("name", ["run.glassnet", "bare.glassnet"])
def test_changed_data_are_refused_at_once(folder: Path, name: str) -> None:
    changed = X.copy()
    changed[7, 1] += 1
    own: dict[str, Any] = {"validation": (X[:9], LABELS[:9])} if name == "bare.glassnet" else {}
    with pytest.raises(gn.JournalError, match="the data are not those of"):
        gn.open_run(folder / name, changed, LABELS, **own)


def test_half_of_the_data_is_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match="give X and y, or neither"):
        gn.open_run(folder / "bare.glassnet", X)
    with pytest.raises(TypeError, match="belong to X and y"):
        gn.open_run(folder / "bare.glassnet", validation=(X, LABELS))
    with pytest.raises(gn.JournalError, match="the run of arrays, not of a table"):
        gn.open_run(folder / "bare.glassnet", table={"a": [1]})


def test_a_run_of_lbfgs_has_no_steps(tmp_path: Path) -> None:
    net = gn.Network([3, 2], output="softmax", seed=2)
    net.fit(X, LABELS, epochs=5, optimizer="l-bfgs", journal=tmp_path / "run.glassnet")
    run = gn.open_run(tmp_path / "run.glassnet")
    assert run.history.epochs
    assert "run.step" not in run.to_text()
    with pytest.raises(gn.JournalError, match="it has no steps that could be taken again"):
        run.step(0)


def test_numbers_of_another_engine_are_not_shown_as_those_of_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = str(gn.info()["engine"])
    monkeypatch.setattr("glassnet.engine.info", lambda: {"engine": "another"})
    with pytest.raises(gn.JournalError, match=f"Set GLASSNET_ENGINE={before}"):
        gn.open_run(folder / "run.glassnet").step(0)


def test_a_run_that_died_is_told_as_far_as_it_came(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    path.write_bytes(_without_end(folder / "run.glassnet"))
    run = gn.open_run(path)
    assert run.state == "died"
    assert "glassnet resume" in run.to_text()
    assert run.step(29).check.passed  # type: ignore[union-attr]


def _without_end(path: Path) -> bytes:
    content = read_content(path)
    return path.read_bytes()[: content.log.entries[-1].start]


def test_a_run_of_a_table_is_opened_with_its_kept_rows(tmp_path: Path) -> None:
    write_csv(tmp_path / "fruit.csv", fruits(80))
    result = gn.train(
        tmp_path / "fruit.csv",
        "fruit",
        gn.Recipe(epochs=4, hidden=(5,)),
        journal=tmp_path / "run.glassnet",
        progress=False,
    )
    run = gn.open_run(tmp_path / "run.glassnet")
    assert run.step(1).check.passed  # type: ignore[union-attr]
    np.testing.assert_array_equal(run.network().parameters, result.model.network.parameters)


def test_a_table_that_is_not_kept_is_read_again(tmp_path: Path) -> None:
    write_csv(tmp_path / "fruit.csv", fruits(80))
    journal = gn.Journal(tmp_path / "run.glassnet", kept_data=0)
    recipe = gn.Recipe(epochs=4, hidden=(5,))
    result = gn.train(tmp_path / "fruit.csv", "fruit", recipe, journal=journal, progress=False)
    run = gn.open_run(tmp_path / "run.glassnet")
    last = run.history.epochs - 1
    assert run.step(1).check.passed  # type: ignore[union-attr]
    if not run.history.restored:
        np.testing.assert_array_equal(
            run.network(epoch=last).parameters, result.model.network.parameters
        )
    write_csv(tmp_path / "fruit.csv", fruits(81))
    with pytest.raises(gn.JournalError, match="the data are not those of"):
        gn.open_run(tmp_path / "run.glassnet").step(1)


def test_a_table_in_memory_that_is_not_kept_has_to_be_given(tmp_path: Path) -> None:
    table, path = fruits(80), tmp_path / "run.glassnet"
    journal = gn.Journal(path, kept_data=0)
    gn.train(table, "fruit", gn.Recipe(epochs=4, hidden=(5,)), journal=journal, progress=False)
    with pytest.raises(gn.JournalError, match=r"Give it: gn.open_run\('.*', table=...\)"):
        gn.open_run(path).step(1)
    assert gn.open_run(path, table=table).step(1).check.passed  # type: ignore[union-attr]
