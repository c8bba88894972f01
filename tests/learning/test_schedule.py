"""Schedules and early stopping."""

import numpy as np
import pytest

from glassnet.learning.schedule import Constant, Cosine, Exponential, Schedule
from glassnet.learning.stopping import EarlyStopping

DONE = np.array([0.0, 0.25, 0.5, 0.75])


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Constant(), [1, 1, 1, 1]),
        # 0.0001 to the power of 0, 1/4, 1/2, 3/4.
        (Exponential(1e-4), [1, 0.1, 0.01, 0.001]),
        # (1 + cos 0)/2, (1 + cos π/4)/2, (1 + cos π/2)/2, (1 + cos 3π/4)/2.
        (Cosine(), [1, (1 + 0.5**0.5) / 2, 0.5, (1 - 0.5**0.5) / 2]),
        (Cosine(final=0.5), [1, 0.75 + 0.5**0.5 / 4, 0.75, 0.75 - 0.5**0.5 / 4]),
    ],
)
def test_factors(schedule: Schedule, factors: list[float]) -> None:
    assert schedule.factors(DONE) == pytest.approx(factors)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="final must be above 0"):
        Exponential(0)
    with pytest.raises(ValueError, match="final must be from 0 to 1"):
        Cosine(1.5)
    with pytest.raises(ValueError, match="patience must be at least 1"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match="min_improvement must be at least 0"):
        EarlyStopping(min_improvement=float("nan"))


def test_stopping_counts_epochs_since_the_best_one() -> None:
    stopping = EarlyStopping(patience=3, min_improvement=0.1)
    assert stopping.is_better(0.8, 1.0)
    assert not stopping.is_better(0.95, 1.0)
    assert not stopping.should_stop(epoch=6, best_epoch=4)
    assert stopping.should_stop(epoch=7, best_epoch=4)
