"""Journals that were written once are read ever after, and their runs go on."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import engine
from glassnet.errors import JournalError
from glassnet.training.journal.content import read_content
from glassnet.training.journal.records import VERSION
from tests.command import glassnet
from tests.golden_files import FILES
from tests.golden_journals import RECORDED, TABLE, fitted, run_file, trained

# Losses of all epochs, as the Glassnet that wrote the journal had them without an interruption.
LOSSES: dict[str, list[float]] = {
    "run_1_fit": [
        *(0.6098686, 0.4788614, 0.2722180, 0.1944853, 0.2291473, 0.1676654, 0.1548556),
        *(0.1110344, 0.0887650, 0.0794433, 0.0958110, 0.0918410, 0.0998439),
    ],
    "run_1_train": [
        *(0.6805571, 0.6194979, 0.5264406, 0.4312764),
        *(0.3534047, 0.3046896, 0.2791695, 0.2702181),
    ],
}
VERSIONS = range(1, VERSION + 1)


def close(one: Any, other: Any) -> bool:
    """Whether numbers are the same but for rounding, which is another engine's own."""
    return np.allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies of all journals, with the table beside them."""
    for path in [*FILES.glob("*.glassnet"), FILES / TABLE]:
        shutil.copy(path, tmp_path)
    return tmp_path


def is_of_other_engine(path: Path) -> bool:
    """Whether the engine of a journal is not the one that runs here: there may be only one."""
    before: str = read_content(path).sessions[-1].engine["engine"]
    return before != engine.info()["engine"]


def copy(path: Path, place: Path) -> Path:
    return Path(shutil.copy(path, place))


def has_bits_of_today(before: Path) -> bool:
    """Whether the last checkpoint of each network is what today's engine gives at its step.

    It is until the last digits of the engine change on purpose, or another engine takes over.
    """
    ours = before.with_name("ours.glassnet")
    if before.stem.endswith("fit"):
        fitted(ours)
    else:
        trained(before.with_name(TABLE), ours)
    run, content = gn.open_run(ours), read_content(before)
    for number in range(len(content.networks)):
        last = content.checkpoint(number)
        assert last is not None
        again = run.recorded(last.record.step, network=number).parameters
        if again.tobytes() != last.arrays["parameters"].tobytes():
            return False
    return True


def test_there_are_journals_of_every_version() -> None:
    names = {run_file(version, name).stem for version in VERSIONS for name in ("fit", "train")}
    assert {path.stem for path in FILES.glob("*.glassnet")} == names == LOSSES.keys(), (
        "python -m tests.golden_journals"
    )


@pytest.mark.parametrize("name", LOSSES)
def test_a_journal_is_opened_with_what_it_said(name: str, folder: Path) -> None:
    path = folder / f"{name}.glassnet"
    before = path.read_bytes()
    run = gn.open_run(path)
    assert run.state == ("interrupted" if name.endswith("fit") else "died")
    assert [history.epochs for history in run.histories] == ([5] if "fit" in name else [6, 5])
    losses = LOSSES[name][: run.history.epochs]
    assert np.allclose(run.history.losses, losses, rtol=0, atol=1e-7)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_of_it_is_explained(name: str, folder: Path) -> None:
    run = gn.open_run(folder / f"{name}.glassnet")
    if is_of_other_engine(run.path):
        with pytest.raises(JournalError, match="was written with the native engine"):
            run.step(10)
        return
    explained = run.step(10)
    assert explained.check is not None
    assert explained.check.passed
    assert "Step 11 (index 10)" in explained.to_text()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_interrupted_fit_ends_as_if_nothing_had_been(version: int, folder: Path) -> None:
    before = run_file(version, "fit")
    path = folder / before.name
    net, history = gn.resume(path, callbacks=(), allow_changes=is_of_other_engine(path))
    undisturbed, expected = fitted()
    assert close(history.losses, LOSSES[path.stem])
    facts = ("best_epoch", "epochs", "stopped_early", "restored", "interrupted")
    assert [getattr(history, fact) for fact in facts] == [9, 13, True, True, False]
    assert list(history.steps) == list(RECORDED)
    assert close(net.parameters, undisturbed.parameters)
    if has_bits_of_today(copy(before, folder / "before_fit")):
        assert net.parameters.tobytes() == undisturbed.parameters.tobytes()
        assert history.validation_losses == expected.validation_losses
        for step, recorded in expected.steps.items():
            assert history.steps[step].state.tobytes() == recorded.state.tobytes()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_table_whose_training_died_ends_as_if_nothing_had_been(
    version: int, folder: Path
) -> None:
    before = run_file(version, "train")
    path = folder / before.name
    result = gn.resume(path, progress=False, allow_changes=is_of_other_engine(path))
    undisturbed = trained(folder / TABLE)
    assert close(result.history.losses, LOSSES[path.stem])
    assert result.warnings == undisturbed.warnings
    assert result.evaluation.scores == pytest.approx(undisturbed.evaluation.scores, rel=1e-4)
    networks = undisturbed.model.networks
    if has_bits_of_today(copy(before, folder / "before_train")):
        for net, other in zip(result.model.networks, networks, strict=True):
            assert net.parameters.tobytes() == other.parameters.tobytes()
        assert result.evaluation.scores == undisturbed.evaluation.scores


def test_the_runs_are_listed(folder: Path) -> None:
    done = glassnet("runs", "list", cwd=folder)
    assert done.returncode == 0
    assert "interrupted after epoch 5 of 16" in done.stdout
    assert "died after 11 of 16 epochs of 2 networks" in done.stdout
    assert "damaged" not in done.stdout
