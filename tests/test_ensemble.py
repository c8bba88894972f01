"""Several networks at once that Ctrl-C ends: which of them are trained, and how they go on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import ensemble
from glassnet.core.array import Array
from glassnet.ensemble import trained_networks
from glassnet.training.history import History
from glassnet.training.journal.content import read_content
from glassnet.training.progress_bar import Show
from tests.small_runs import X, Y, network
from tests.small_tables import fruits

EPOCHS = 8


@pytest.fixture
def press_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Callable[[History], None]]:
    """Return a callback that presses Ctrl-C after so many epochs of networks on one core."""
    pressed: list[bool] = []

    @contextmanager
    def noted() -> Iterator[Callable[[], bool]]:
        pressed.clear()
        yield lambda: bool(pressed)

    def after(epochs: int) -> Callable[[History], None]:
        seen: list[int] = []

        def press(history: History) -> None:
            seen.append(history.epochs)
            if len(seen) >= epochs:
                pressed.append(True)

        return press

    monkeypatch.setattr(ensemble, "interruption", noted)
    monkeypatch.setattr(ensemble, "thread_count", lambda: 1)
    return after


def weights(networks: list[gn.Network]) -> list[bytes]:
    return [net.parameters.tobytes() for net in networks]


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("validation", [None, 0.2])
def test_those_that_ended_are_left_as_they_would_have_been(
    press_after: Callable[[int], Callable[[History], None]],
    count: int,
    validation: float | None,
    tmp_path: Path,
) -> None:
    path = tmp_path / "run.glassnet"
    whole = [network(seed=seed) for seed in range(count)]
    undisturbed = gn.fit_many(whole, X, Y, epochs=EPOCHS, validation=validation)
    networks = [network(seed=seed) for seed in range(count)]
    # The last one is in its third epoch; all before it ended.
    press = press_after(EPOCHS * (count - 1) + 2)
    options: dict[str, Any] = {"epochs": EPOCHS, "validation": validation, "journal": path}
    histories = gn.fit_many(networks, X, Y, callbacks=press, **options)
    assert [history.interrupted for history in histories] == [False] * (count - 1) + [True]
    assert [history.epochs for history in histories] == [EPOCHS] * (count - 1) + [2]
    assert weights(networks)[:-1] == weights(whole)[:-1]
    assert trained_networks(histories) == (list(range(count - 1)) or [0])
    kept = read_content(path).histories()
    assert [one.interrupted for one in kept] == [one.interrupted for one in histories]
    assert [one.restored for one in kept] == [one.restored for one in histories]
    again, ended = gn.resume(path, callbacks=())
    assert weights(again) == weights(whole)
    assert [one.losses for one in ended] == [one.losses for one in undisturbed]
    assert not any(one.interrupted for one in ended)


def test_one_that_was_interrupted_twice_is_not_set_back(
    press_after: Callable[[int], Callable[[History], None]], tmp_path: Path
) -> None:
    path = tmp_path / "run.glassnet"
    networks = [network(seed=seed) for seed in range(3)]
    gn.fit_many(networks, X, Y, epochs=EPOCHS, journal=path, callbacks=press_after(EPOCHS + 3))
    longer: dict[str, Any] = {"epochs": 2 * EPOCHS, "callbacks": press_after(1)}
    again, histories = gn.resume(path, **longer)  # the first one goes on, the others wait
    assert [history.epochs for history in histories] == [EPOCHS + 1, 3, 0]
    assert weights(again)[1:] == weights(networks)[1:]
    assert trained_networks(histories) == [0]


class Counts:
    """A callback that remembers how often it was called."""

    called = 0

    def __call__(self, history: History) -> None:
        self.called += 1

    def state(self) -> dict[str, Any]:
        return {"called": self.called}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.called = state["called"]


def test_what_remembers_something_is_not_shared_by_networks_with_a_journal(tmp_path: Path) -> None:
    path, counts = tmp_path / "run.glassnet", Counts()
    networks = [network(seed=seed) for seed in range(2)]
    before = weights(networks)
    with pytest.raises(TypeError, match=r"Counts.* remembers something .* share it"):
        gn.fit_many(networks, X, Y, epochs=2, callbacks=counts, journal=path)
    assert not path.exists()
    assert not counts.called
    assert weights(networks) == before
    gn.fit_many(networks, X, Y, epochs=2, callbacks=counts)  # without a journal it may
    gn.fit_many(networks[:1], X, Y, epochs=2, callbacks=Counts(), journal=path)  # or by itself


def test_the_bar_goes_on_where_the_run_was_left(
    press_after: Callable[[int], Callable[[History], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, shown = tmp_path / "run.glassnet", list[tuple[float, float]]()

    @contextmanager
    def bar(progress: bool | None) -> Iterator[Show]:
        yield lambda done, epochs, loss, validation_loss: shown.append((done, loss))

    networks = [network(seed=seed) for seed in range(4)]
    press = press_after(EPOCHS + 4)
    gn.fit_many(networks, X, Y, epochs=EPOCHS, journal=path, callbacks=press)
    monkeypatch.setattr(ensemble, "progress_bar", bar)
    gn.resume(path, callbacks=())
    done, losses = np.array(shown).T
    assert done[0] >= (EPOCHS + 4) / 4
    assert (np.diff(done) >= 0).all()
    assert done[-1] == EPOCHS
    assert np.isfinite(losses).all()


@pytest.mark.parametrize(
    ("count", "pressed", "averaged", "words"),
    [
        (4, 2 * EPOCHS + 1, [0, 1], "2 of 4 networks are trained; the model averages these"),
        (2, EPOCHS + 2, [0], "1 of 2 networks is trained; the model is that one"),
        (4, 3, [0], "1 of 4 networks is trained; the model is that one"),
    ],
)
@pytest.mark.parametrize("preset", ["plain", "tabular"])
def test_an_interrupted_model_averages_the_trained_networks(
    press_after: Callable[[int], Callable[[History], None]],
    monkeypatch: pytest.MonkeyPatch,
    preset: str,
    count: int,
    pressed: int,
    averaged: list[int],
    words: str,
    tmp_path: Path,
) -> None:
    recipe = gn.Recipe(epochs=EPOCHS, preset=preset, ensemble=count, patience=100)
    path = tmp_path / "run.glassnet"
    asked: dict[str, Any] = {"target": "fruit", "recipe": recipe, "progress": False}
    whole = gn.train(fruits(), **asked)
    press, seen = press_after(pressed), list[History]()
    left: list[Array] = []

    def pressing(networks: list[gn.Network], *given: Any, **options: Any) -> list[History]:
        seen.extend(gn.fit_many(networks, *given, callbacks=press, **options))
        left.extend(net.parameters for net in networks)
        return seen

    monkeypatch.setattr("glassnet.workflows.train.fit_many", pressing)
    trained = gn.train(fruits(), **asked, journal=path)
    assert trained.interrupted
    assert trained.averaged_words == words
    assert words in repr(trained)
    expected = [left[number].tobytes() for number in averaged]
    assert weights(list(trained.model.networks)) == expected
    assert trained.model.provenance["networks_planned"] == count
    assert trained.history is seen[averaged[0]]
    monkeypatch.undo()
    resumed = gn.resume(path, table=fruits())
    assert weights(list(resumed.model.networks)) == weights(list(whole.model.networks))
    assert resumed.model.provenance == whole.model.provenance
    assert not resumed.interrupted
    assert not resumed.averaged_words
