"""Schedules and early stopping."""

import numpy as np
import pytest

from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.schedule import ConstantRate, Schedule, UpcomingSteps
from glassnet.training.schedules import (
    Adaptive,
    Cosine,
    CosLog4,
    ExponentialDecay,
    InverseScaling,
    OneCycle,
    StepDecay,
    WarmUp,
)

# Four steps, one in each of four epochs of 8 examples.
MOMENTS = UpcomingSteps(np.array([0.0, 0.25, 0.5, 0.75]), np.arange(4), rows=8)


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (ConstantRate(), [1, 1, 1, 1]),
        # 0.0001 to the power of 0, 1/4, 1/2, 3/4.
        (ExponentialDecay(1e-4), [1, 0.1, 0.01, 0.001]),
        # (1 + cos 0)/2, (1 + cos π/4)/2, (1 + cos π/2)/2, (1 + cos 3π/4)/2.
        (Cosine(), [1, (1 + 0.5**0.5) / 2, 0.5, (1 - 0.5**0.5) / 2]),
        (StepDecay(2, 0.5), [1, 1, 0.5, 0.5]),
        # Up over the first half: 0.1 + 0.9 (1 − cos 2πd)/2; down over the second to 0.2.
        (OneCycle(0.5, 0.1, 0.2), [0.1, 0.55, 1, 0.6]),
        (WarmUp(0.5), [0, 0.5, 1, 1]),
        # Half of it up; then the cosine's way from its beginning to its middle.
        (WarmUp(0.5, Cosine()), [0, 0.5, 1, 0.5]),
        # 1, 9, 17 and 25 examples, to the power of −1/2.
        (InverseScaling(), [1, 1 / 3, 17**-0.5, 0.2]),
        # (1 − cos(2π log₂(1 + 15 d)))/2; at d = 1/15, 1/5, 7/15 a period ends.
        (CosLog4(), [0, *((1 - np.cos(2 * np.pi * np.log2([4.75, 8.5, 12.25]))) / 2)]),
        (Cosine(final=0.5), [1, 0.75 + 0.5**0.5 / 4, 0.75, 0.75 - 0.5**0.5 / 4]),
    ],
)
def test_factors(schedule: Schedule, factors: list[float]) -> None:
    assert schedule.factors(MOMENTS) == pytest.approx(factors)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="final must be above 0 and at most 1, not 0"):
        ExponentialDecay(0)
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


def test_coslog4_is_0_at_the_ends_of_four_periods_and_1_between() -> None:
    ends, tops = np.array([0, 1, 3, 7]) / 15, (np.sqrt([2, 8, 32, 128]) - 1) / 15
    assert CosLog4().factors(UpcomingSteps(ends, np.zeros(4, int))) == pytest.approx(0, abs=1e-12)
    assert CosLog4().factors(UpcomingSteps(tops, np.zeros(4, int))) == pytest.approx(1)


def test_adaptive_divides_when_the_error_stops_falling_as_scikit_learn_does() -> None:
    # Lowest error 1; three epochs in a row (more than the patience of 2) are not lower.
    schedule = Adaptive(patience=2, min_improvement=0.1, divisor=5)

    def factor(errors: list[float], learning_rate: float = 1.0) -> float:
        now = UpcomingSteps(np.zeros(1), np.zeros(1, int), 8, learning_rate, errors)
        return float(schedule.factors(now)[0])

    assert factor([2, 1, 1.5, 0.95]) == 1
    assert factor([2, 1, 1.5, 0.95, 1]) == 0.2
    assert factor([2, 1, 1.5, 0.95, 1, 0.5, 0.6, 0.6]) == 0.2
    assert factor([2, 1, 1.5, 0.95, 1, 0.5, 0.6, 0.6, 0.6]) == pytest.approx(0.04)
    tiny = UpcomingSteps(np.zeros(1), np.zeros(1, int), 8, 1e-6, [1, 1, 1, 1])
    assert schedule.has_ended(tiny)
    assert not schedule.has_ended(
        UpcomingSteps(np.zeros(1), np.zeros(1, int), 8, 1.0, [1, 1, 1, 1])
    )
