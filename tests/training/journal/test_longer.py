"""More epochs than planned are the same as having planned them, or are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import JournalError

X = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def fitted(epochs: int, journal: Path | None = None, **options: Any) -> tuple[Any, ...]:
    net = gn.Network([4, 8, 2], hidden="tanh", output="softmax", seed=5)
    history = net.fit(X, Y, epochs=epochs, batch_size=16, journal=journal, **options)
    return net.parameters.tobytes(), history.losses, history.learning_rates


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"schedule": gn.ConstantRate()},
        {"schedule": gn.StepDecay(3)},
        {"schedule": gn.StepDecay(15)},
        {"schedule": gn.InverseScaling()},
        {"optimizer": gn.SGD(3.0), "schedule": gn.Adaptive(patience=2)},
        {"dropout": 0.2, "optimizer": gn.SGD(0.1), "record": [25]},
        {"validation": 0.2, "stopping": gn.EarlyStopping(15)},
        {"validation": 0.2, "stopping": gn.EarlyStopping(30)},
    ],
    ids=str,
)
def test_more_epochs_are_those_that_would_have_been_planned(
    options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "run.glassnet"
    planned = fitted(20, **options)
    fitted(10, path, **options)
    assert fitted(20, path, **options) == planned
    assert fitted(20, path, **options) == planned  # it is over, and nothing is added
    assert fitted(30, path, **options) == fitted(30, **options)


@pytest.mark.parametrize(
    "schedule",
    [
        gn.Cosine(),
        gn.OneCycle(),
        gn.WarmUp(0.5),
        gn.WarmUp(0.2, gn.StepDecay(3)),
        gn.ExponentialDecay(0.1),
        gn.CosLog4(),
    ],
    ids=repr,
)
def test_where_the_rates_follow_from_the_plan_more_are_refused(
    schedule: Any, tmp_path: Path
) -> None:
    path = tmp_path / "run.glassnet"
    fitted(10, path, schedule=schedule)
    before = path.read_bytes()
    words = f"was planned for 10 epochs, and its learning rates follow .* {type(schedule).__name__}"
    with pytest.raises(JournalError, match=words):
        fitted(20, path, schedule=schedule)
    assert path.read_bytes() == before


def test_fewer_epochs_than_taken_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.glassnet"
    fitted(10, path)
    with pytest.raises(JournalError, match="taken 10 epochs already, more than the 5"):
        fitted(5, path)
