"""Steps in which something happened: what is found is what happened."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.workflows import notable_steps
from glassnet.workflows.notable_steps import NotableSteps

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(60, 4))
LABELS = (X[:, 0] > 0).astype(int)


def journalled(path: Path, **options: Any) -> gn.JournalledRun:
    net = gn.Network([4, 3, 2], hidden="tanh", output="softmax", dtype="float64", seed=4)
    given: dict[str, Any] = {
        "epochs": 8,
        "batch_size": 10,
        "progress": False,
        "optimizer": gn.SGD(0.5),
    }
    net.fit(X, LABELS, journal=path, **(given | options))
    return gn.open_run(path)


def text_of(found: NotableSteps) -> str:
    return " ".join(str(found).split())


def test_losses_are_those_of_the_batches(tmp_path: Path) -> None:
    run = journalled(tmp_path / "run.glassnet")
    found = run.notable_steps()
    assert found.steps.tolist() == list(range(48))
    means = found.losses.reshape(8, 6).mean(axis=1)  # batches of one size
    np.testing.assert_allclose(means, run.history.losses, rtol=1e-12)
    jump = int(np.argmax(np.diff(found.losses))) + 1
    assert f"{jump + 1:,} (index {jump}) " in text_of(found)
    assert f"run.step({jump})" in text_of(found)


def test_the_norm_is_that_of_a_step_of_sgd(tmp_path: Path) -> None:
    run = journalled(tmp_path / "run.glassnet")
    found = run.notable_steps()
    before = [run.recorded(step).parameters for step in range(48)]
    after = [*before[1:], run.network().parameters]
    moves = [np.linalg.norm(b - a) / 0.5 for a, b in zip(before, after, strict=True)]
    np.testing.assert_allclose(found.norms, moves, rtol=1e-10)


def test_clipping_does_not_hide_a_large_gradient(tmp_path: Path) -> None:
    run = journalled(tmp_path / "run.glassnet", clip_norm=0.01)
    assert run.notable_steps().norms.min() > 0.05


def test_a_weighted_batch_has_its_weighted_mean(tmp_path: Path) -> None:
    weights = RANDOM.uniform(0, 2, 60)
    run = journalled(tmp_path / "run.glassnet", sample_weight=weights)
    found = run.notable_steps()
    of_batch = [weights[run.recorded(step).examples].sum() for step in range(48)]
    sums = (found.losses * of_batch).reshape(8, 6).sum(axis=1)
    np.testing.assert_allclose(sums / weights.sum(), run.history.losses, rtol=1e-6)


def test_a_long_run_is_looked_into_where_its_loss_rose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = journalled(tmp_path / "run.glassnet", optimizer=gn.SGD(20.0), epochs=12)
    monkeypatch.setattr(notable_steps, "MOST_SECONDS", 0.0)
    found = run.notable_steps()
    epochs = np.sort(np.argsort(-np.diff(run.history.losses), kind="stable")[:3]) + 1
    expected = [k for epoch in epochs for k in range(epoch * 6 - 1, (epoch + 1) * 6)]
    assert found.steps.tolist() == expected
    for epoch in epochs:
        assert f"epoch {epoch + 1} (index {epoch})" in text_of(found)
    assert "What happened elsewhere is not said here" in text_of(found)


def with_relu(path: Path) -> tuple[gn.Network, gn.JournalledRun]:
    net = gn.Network([4, 12, 6, 2], hidden="relu", output="softmax", seed=5)
    weights, biases = net.weights[0], net.biases[0]
    assert weights is not None
    assert biases is not None
    weights[:, 11], biases[11] = 0, -1
    net.fit(
        X, LABELS, journal=path, progress=False, epochs=20, batch_size=10, optimizer=gn.SGD(3.0)
    )
    return net, gn.open_run(path)


def hidden_outputs(net: gn.Network) -> Any:
    weights, biases = list[Any](net.weights), list[Any](net.biases)
    first = np.maximum(X @ weights[0] + biases[0], 0)
    return np.hstack([first, np.maximum(first @ weights[1] + biases[1], 0)])


NAMES = [f"h1.{k + 1}" for k in range(12)] + [f"h2.{k + 1}" for k in range(6)]


def test_a_unit_died_in_the_step_after_which_it_has_no_output(tmp_path: Path) -> None:
    net, run = with_relu(tmp_path / "run.glassnet")
    found = run.notable_steps()
    dead = {NAMES[k] for k in np.flatnonzero((hidden_outputs(net) == 0).all(axis=0))}
    assert {death.unit for death in found.deaths} == dead
    assert any(death.step is not None for death in found.deaths)
    for death in found.deaths:
        if death.unit == "h1.12":
            assert death.last_alive is None
        if death.step is None:
            continue
        unit = NAMES.index(death.unit)
        assert hidden_outputs(run.network(step=death.step))[:, unit].any()
        for later in range(death.step + 1, min(death.step + 4, 120)):
            assert not hidden_outputs(run.network(step=later))[:, unit].any()
        assert f'run.step({death.step}).unit("{death.unit}")' in text_of(found)
    assert "from the first step on: 1 unit: h1.12" in text_of(found)


def test_where_nothing_died_it_says_so(tmp_path: Path) -> None:
    found = journalled(tmp_path / "run.glassnet").notable_steps()
    assert found.deaths == []
    assert "None died." in text_of(found)


def test_a_network_without_hidden_layers_has_no_units_that_die(tmp_path: Path) -> None:
    net = gn.Network([4, 2], output="softmax", seed=4)
    net.fit(X, LABELS, epochs=3, journal=tmp_path / "run.glassnet", progress=False)
    assert gn.open_run(tmp_path / "run.glassnet").notable_steps().deaths == []
