"""The same steps once more: what the journal brings back is what the training had, bit for bit."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import glassnet as gn
from glassnet.arrays.sparse import SparseRows
from glassnet.training.journal import journal as keeping
from glassnet.training.journal.content import read_content
from glassnet.training.journal.log import MAGIC, framed
from glassnet.training.journal.records import CheckpointRecord, record_of
from glassnet.training.recorded_steps import RecordedStep
from glassnet.training.schedule import Factors, Schedule, UpcomingSteps
from glassnet.training.schedules import Adaptive
from tests.replayed_steps import require_same_step, some_steps

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(150, 5))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
WEIGHTS = RANDOM.uniform(0, 2, size=150)

CASES: dict[str, dict[str, Any]] = {
    "Adam": {"batch_size": 16},
    "SGD, clipped": {"optimizer": gn.SGD(0.3), "clip_norm": 0.1, "batch_size": 7},
    "momentum and penalties": {
        "optimizer": gn.Momentum(0.1, 0.9),
        "penalties": [gn.L2(1e-3), gn.L1(1e-4)],
        "batch_size": 10,
    },
    "AdamW, not shuffled": {"optimizer": gn.AdamW(0.01), "batch_size": 16, "shuffle": False},
    "dropout": {"dropout": gn.Dropout([0.3], inputs=0.1), "batch_size": 16},
    "cosine": {"schedule": gn.Cosine(), "batch_size": 16},
    "adaptive": {"schedule": Adaptive(), "optimizer": gn.SGD(2.0), "batch_size": 16},
    "validation and early stopping": {
        "validation": 0.3,
        "stopping": gn.EarlyStopping(3),
        "optimizer": gn.Adam(0.1),
        "batch_size": 16,
    },
    "validation data of their own": {"validation": (X[:20], LABELS[:20]), "batch_size": 16},
    "sample weights": {"sample_weight": WEIGHTS, "batch_size": 16},
    "class weights": {"class_weight": "balanced", "batch_size": 16},
    "small epochs": {"batch_size": 150, "epochs": 400},
    "a batch larger than the data": {"batch_size": 1000, "epochs": 60},
    "a callback that stops": {
        "callbacks": lambda history: history.epochs == 9,
        "batch_size": 16,
    },
}


def network(dtype: str = "float32", seed: int = 3) -> gn.Network:
    return gn.Network([5, 8, 3], hidden="relu", output="softmax", dtype=dtype, seed=seed)


@pytest.fixture(params=["few checkpoints", "many checkpoints"], autouse=True)
def checkpoints(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many checkpoints":
        monkeypatch.setattr(keeping, "MIN_SECONDS", 0.0)
        monkeypatch.setattr(keeping, "TIMES_AS_LONG", 0.0)


def require_same(found: RecordedStep, expected: RecordedStep) -> None:
    require_same_step(found, expected)
    np.testing.assert_array_equal(found.classes, expected.classes)


def require_same_steps(
    open_it: Callable[[], gn.JournalledRun],
    undisturbed: gn.History,
    parameters: list[Any],
    number: int = 0,
) -> None:
    """Compare random steps with those that an undisturbed training recorded, before and after."""
    run = open_it()
    for step in some_steps(len(undisturbed.steps), RANDOM):
        found = run.recorded(step, network=number)
        require_same(found, undisturbed.steps[step])
        if step < run.replay(number).steps - 1:
            after = run.network(step=step + 1, network=number).parameters
            np.testing.assert_array_equal(after, parameters[step + 1])
    explained = run.step(step, network=number)
    np.testing.assert_array_equal(explained.step.new_parameters, parameters[step + 1])


def after_each(history: gn.History, last: Any) -> list[Any]:
    return [*(history.steps[step].parameters for step in range(len(history.steps))), last]


def all_steps(fit: Callable[..., gn.History], rows: int, options: dict[str, Any]) -> gn.History:
    """Train without a journal, and record every step."""
    in_epoch = -(-rows // min(options["batch_size"], rows))
    return fit(record=range(options["epochs"] * in_epoch), **options)


@pytest.mark.parametrize("name", CASES)
def test_random_steps_are_those_of_the_undisturbed_run(name: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {"epochs": 30, "progress": False} | CASES[name]
    rows = 105 if options.get("validation") == 0.3 else 150
    undisturbed, journalled, path = network(), network(), tmp_path / "run.glassnet"
    history = all_steps(lambda **more: undisturbed.fit(X, LABELS, **more), rows, options)
    journalled.fit(X, LABELS, journal=path, **options)
    run = gn.open_run(path)
    last = run.network(epoch=history.epochs - 1).parameters
    if not history.restored:
        np.testing.assert_array_equal(last, undisturbed.parameters)
    np.testing.assert_array_equal(run.network().parameters, undisturbed.parameters)
    assert run.history.losses == history.losses
    require_same_steps(lambda: gn.open_run(path), history, after_each(history, last))


@pytest.mark.parametrize("threads", [1, 2])
def test_so_they_are_in_float64_on_any_number_of_threads(tmp_path: Path, threads: int) -> None:
    options: dict[str, Any] = {"epochs": 12, "batch_size": 16, "dropout": 0.2}
    undisturbed, path = network("float64"), tmp_path / "run.glassnet"
    history = all_steps(lambda **more: undisturbed.fit(X, LABELS, **more), 150, options)
    network("float64").fit(X, LABELS, journal=path, **options)
    require_same_steps(
        lambda: gn.open_run(path, threads=threads),
        history,
        after_each(history, undisturbed.parameters),
    )


def test_so_they_are_of_sparse_inputs_which_have_to_be_given(tmp_path: Path) -> None:
    rows: Any = SparseRows(sparse.csr_matrix(np.where(X > 0.5, X, 0)))
    options: dict[str, Any] = {"epochs": 12, "batch_size": 16}
    undisturbed, path = network(), tmp_path / "run.glassnet"
    history = all_steps(lambda **more: undisturbed.fit(rows, LABELS, **more), 150, options)
    network().fit(rows, LABELS, journal=path, **options)
    with pytest.raises(gn.JournalError, match=r"give them: gn.open_run\('.*', X, y\)"):
        gn.open_run(path).step(0)
    require_same_steps(
        lambda: gn.open_run(path, rows, LABELS),
        history,
        after_each(history, undisturbed.parameters),
    )


def test_so_they_are_of_each_network_of_an_ensemble(tmp_path: Path) -> None:
    options: dict[str, Any] = {"epochs": 12, "batch_size": 16, "validation": 0.3}
    undisturbed = [network(seed=seed) for seed in (1, 2, 3)]
    path = tmp_path / "run.glassnet"
    in_epoch = -(-105 // 16)
    histories = gn.fit_many(undisturbed, X, LABELS, record=range(12 * in_epoch), **options)
    gn.fit_many([network(seed=seed) for seed in (1, 2, 3)], X, LABELS, journal=path, **options)
    run = gn.open_run(path)
    for number, (net, history) in enumerate(zip(undisturbed, histories, strict=True)):
        parameters = after_each(history, net.parameters)
        require_same_steps(lambda: gn.open_run(path), history, parameters, number)
        np.testing.assert_array_equal(run.networks[number].parameters, net.parameters)
        assert run.histories[number].losses == history.losses


def test_so_they_are_of_a_second_training_of_the_same_network(tmp_path: Path) -> None:
    options: dict[str, Any] = {"epochs": 12, "batch_size": 16, "dropout": 0.2}
    undisturbed, journalled, path = network(), network(), tmp_path / "run.glassnet"
    for net in (undisturbed, journalled):
        net.fit(X, LABELS, epochs=4)
    history = all_steps(lambda **more: undisturbed.fit(X, LABELS, **more), 150, options)
    journalled.fit(X, LABELS, journal=path, **options)
    require_same_steps(
        lambda: gn.open_run(path), history, after_each(history, undisturbed.parameters)
    )
    assert gn.open_run(path).network().epochs_trained == 16


def test_a_run_that_went_on_for_longer_is_one_run(tmp_path: Path) -> None:
    options: dict[str, Any] = {"epochs": 12, "batch_size": 16}
    undisturbed, path = network(), tmp_path / "run.glassnet"
    history = all_steps(lambda **more: undisturbed.fit(X, LABELS, **more), 150, options)
    network().fit(X, LABELS, journal=path, epochs=5, batch_size=16)
    gn.resume(path, epochs=12)
    require_same_steps(
        lambda: gn.open_run(path), history, after_each(history, undisturbed.parameters)
    )


def test_many_recorded_steps_do_not_slow_a_training_down(tmp_path: Path) -> None:
    net = network()
    history = net.fit(X, LABELS, epochs=100, batch_size=5, record=range(3000))
    assert len(history.steps) == 3000
    again = network()
    again.fit(X, LABELS, epochs=100, batch_size=5)
    np.testing.assert_array_equal(net.parameters, again.parameters)


@dataclass(eq=False)
class Falling(Schedule):
    """A schedule that is a callback, too: after each epoch its rate falls."""

    depends_on_losses = True
    rate: float = 1.0

    def __call__(self, history: gn.History) -> None:
        self.rate *= 0.5

    def factors(self, steps: UpcomingSteps) -> Factors:
        return np.full(len(steps.done), self.rate)

    def state(self) -> dict[str, Any]:
        return {"rate": self.rate}

    def set_state(self, state: Any) -> None:
        self.rate = state["rate"]


def test_a_step_that_comes_back_leaves_the_schedule_where_it_was(tmp_path: Path) -> None:
    def fit(net: gn.Network, epochs: int = 8, **more: Any) -> gn.History:
        falls = Falling()
        options: dict[str, Any] = {"schedule": falls, "callbacks": falls, "record": [2]} | more
        return net.fit(X, LABELS, epochs=epochs, batch_size=16, optimizer=gn.SGD(0.5), **options)

    undisturbed, again, path = network(), network(), tmp_path / "run.glassnet"
    expected = fit(undisturbed)
    fit(network(), epochs=5, journal=path)
    found = fit(again, journal=path)
    assert found.learning_rates == expected.learning_rates
    np.testing.assert_array_equal(again.parameters, undisturbed.parameters)
    require_same(found.steps[2], expected.steps[2])


@pytest.mark.parametrize("changes", ["weights", "rate"])
def test_steps_that_only_a_callback_knows_are_not_guessed(changes: str, tmp_path: Path) -> None:
    net, falls, path = network(), Falling(), tmp_path / "run.glassnet"

    def shrink(history: gn.History) -> None:
        net.parameters *= np.float32(0.9)

    options: dict[str, Any] = {"schedule": falls, "callbacks": falls}
    if changes == "weights":
        options = {"callbacks": shrink}
    net.fit(X, LABELS, epochs=8, batch_size=16, journal=path, **options)
    only_first(path)
    run = gn.open_run(path)
    assert run.recorded(9).number is not None  # in the first epoch
    with pytest.raises(gn.JournalError, match=r"Epoch 2 \(index 1\) had the loss"):
        run.recorded(25)
    with pytest.raises(gn.JournalError, match="A callback may have changed weights"):
        run.network(step=75)


def only_first(path: Path) -> None:
    """Leave a journal its first checkpoint alone, as a fast training may have no other."""
    content, kept = read_content(path), MAGIC
    for entry in content.log.entries:
        record = record_of(entry.text)
        if not isinstance(record, CheckpointRecord) or record.step == 0:
            body = content.log.body(entry)
            kept += framed(entry.text, body) + body
    path.write_bytes(kept)
