"""How far a replay is: a bar, once it takes longer than a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import glassnet as gn
from glassnet.training.progress_bar import Show
from glassnet.workflows import replay


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, True), (1e9, False)])
def test_a_long_replay_shows_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, shown: bool
) -> None:
    moves: list[tuple[float, int]] = []

    @contextmanager
    def bar() -> Iterator[Show]:
        yield lambda done, epochs, loss, validation_loss: moves.append((done, epochs))

    monkeypatch.setattr(replay, "progress_bar", bar)
    monkeypatch.setattr(replay, "SECONDS_WITHOUT_BAR", seconds)
    net = gn.Network([2, 2], output="softmax", seed=1)
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    net.fit(X, y, epochs=10, batch_size=2, journal=tmp_path / "run.glassnet", progress=False)
    gn.open_run(tmp_path / "run.glassnet").step(13)
    assert bool(moves) is shown
    assert all(0 <= done <= epochs == 7 for done, epochs in moves)
