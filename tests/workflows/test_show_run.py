"""A run is shown with the steps in which something happened, and what opens each."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save
from sklearn.exceptions import ConvergenceWarning

import glassnet as gn
from glassnet.estimators.classifier import MLPClassifier
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import MAGIC, framed
from glassnet.workflows import notable_steps, show_run
from glassnet.workflows.show_run import RunPage

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(60, 4))
LABELS = (X[:, 0] > 0).astype(int)


def fit(path: Path, **options: Any) -> gn.Network:
    """A training in which units die."""
    net = gn.Network([4, 12, 6, 2], hidden="relu", output="softmax", seed=5)
    given: dict[str, Any] = {"epochs": 20, "batch_size": 10, "optimizer": gn.SGD(3.0)}
    net.fit(X, LABELS, journal=path, progress=False, **given | options)
    return net


def section_of(page: RunPage) -> str:
    whole = page.to_text()
    start = whole.index("── Notable steps")
    return " ".join(whole[start : whole.index("── Checkpoints")].split())


def test_a_short_run_names_steps_with_what_opens_them(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fit(path)
    found = gn.open_run(path).notable_steps()
    page = show_run.show_run(path)
    text = section_of(page)
    assert "All 120 steps were taken again" in text
    jump, largest = int(found.steps[found.rises[0]]), int(found.steps[found.largest[0]])
    died = {death.step for death in found.deaths if death.step is not None}
    for step in (jump, largest, min(died)):
        assert f"Step {step + 1} (index {step}): " in text
        assert f"glassnet explain {path} --step {step}" in text
    kinds = {(one["step"], one["what"]) for one in page.to_dict()["notable_steps"]["steps"]}
    assert (jump, "loss rose") in kinds
    assert (largest, "gradient") in kinds
    assert (min(died), "unit died") in kinds


def test_what_happened_in_one_step_is_one_line(tmp_path: Path) -> None:
    fit(tmp_path / "run.glassnet")
    page = show_run.show_run(tmp_path / "run.glassnet")
    steps = [one["step"] for one in page.to_dict()["notable_steps"]["steps"]]
    assert len(set(steps)) < len(steps)
    assert section_of(page).count("--step") == len(set(steps))
    assert steps == sorted(steps)


@pytest.mark.parametrize("limit", ["QUICK_SECONDS", "QUICK_STEPS"])
def test_a_long_run_is_taken_again_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = tmp_path / "run.glassnet"
    fit(path)
    losses = gn.open_run(path).history.losses
    rises = np.argsort(-np.diff(losses), kind="stable")[:3] + 1
    monkeypatch.setattr(show_run, limit, 0)
    text = section_of(show_run.show_run(path))
    assert f"glassnet runs show {path} --notable" in text
    assert text.count("--step") == 3
    for epoch in rises:
        assert f"Step {6 * epoch + 1} (index {6 * epoch}): here begins epoch {epoch + 1}" in text
        assert f"--step {6 * epoch}" in text
    assert "All 120 steps" in section_of(show_run.show_run(path, notable=True))


def test_a_loss_that_only_falls_names_no_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit(tmp_path / "run.glassnet", optimizer=gn.SGD(0.001), batch_size=60)
    monkeypatch.setattr(show_run, "QUICK_STEPS", 0)
    text = section_of(show_run.show_run(tmp_path / "run.glassnet"))
    assert "the journal names none." in text
    assert "--step" not in text


def test_the_first_loss_that_is_no_number_is_the_greatest_rise(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    net = gn.Network([4, 3, 1], hidden="relu", output="identity", seed=5)
    with pytest.raises(gn.DivergedError):
        net.fit(1e4 * X, X[:, 0], epochs=9, batch_size=10, optimizer=gn.SGD(10.0), journal=path)
    text = section_of(show_run.show_run(path, notable=True))
    norms = gn.open_run(path).notable_steps().norms
    first = int(np.flatnonzero(~np.isfinite(norms))[0])
    assert text.count("was NaN") + text.count("was ∞") == 1
    assert f"Step {first + 1} (index {first}): " in text
    assert text.count(" to ∞") + text.count(" to NaN") == 1


def test_units_between_two_checkpoints_have_the_steps_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit(tmp_path / "run.glassnet")
    monkeypatch.setattr(notable_steps, "MOST_SECONDS", 0.0)
    text = section_of(show_run.show_run(tmp_path / "run.glassnet", notable=True))
    assert "One of the steps 1 to 120 (index 0 to 119): " in text
    assert "--step 0" in text


def test_of_several_networks_it_is_the_first(tmp_path: Path) -> None:
    nets = [gn.Network([4, 3, 2], hidden="tanh", output="softmax", seed=seed) for seed in range(2)]
    gn.fit_many(nets, X, LABELS, epochs=3, journal=tmp_path / "run.glassnet")
    text = show_run.show_run(tmp_path / "run.glassnet").to_text()
    assert "Notable steps of the first of 2 networks" in text


def by_lbfgs(path: Path) -> None:
    net = gn.Network([4, 2], output="softmax", seed=2)
    net.fit(X, LABELS, epochs=3, optimizer="l-bfgs", journal=path)


def by_an_estimator(path: Path) -> None:
    with pytest.warns(ConvergenceWarning):
        MLPClassifier(max_iter=3, journal=path).fit(X, LABELS)


@pytest.mark.parametrize("notable", [False, True])
def test_a_run_without_steps_shows_the_rest(tmp_path: Path, notable: bool) -> None:
    path = tmp_path / "run.glassnet"
    by_lbfgs(path)
    page = show_run.show_run(path, notable=notable)
    assert "is a run of L-BFGS" in section_of(page)
    assert "── Configuration" in page.to_text()
    assert "explain" not in page.to_text()
    assert page.to_dict()["notable_steps"]["steps"] == []


def test_data_that_the_journal_does_not_hold_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    net = gn.Network([4, 2], output="softmax", seed=2)
    net.fit(X, LABELS, epochs=3, journal=gn.Journal(path, kept_data=0))
    assert "give them: gn.open_run" in section_of(show_run.show_run(path))


def test_a_checkpoint_of_another_network_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fit(path)
    log, content = read_content(path).log, MAGIC
    for entry in log.entries:
        body = log.body(entry)
        if b'"kind":"checkpoint"' in entry.text and b'"step":120,' in entry.text:
            body = save({"parameters": np.zeros(3, dtype=np.float32)})
        content += framed(entry.text, body) + body
    path.write_bytes(content)
    assert "does not fit its network" in section_of(show_run.show_run(path))
    with pytest.raises(gn.FileFormatError, match="does not fit its network"):
        gn.open_run(path).network()


def test_the_run_of_an_estimator_has_steps(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    by_an_estimator(path)
    page = show_run.show_run(path)
    assert "All 3 steps were taken again" in section_of(page)
    assert "glassnet explain" in page.to_text()
