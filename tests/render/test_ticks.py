"""Axes: a few round ticks, within the axis, and the axis around the values."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from glassnet.render.ticks import Axis

numbers = st.floats(-1e12, 1e12)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (0.0023, 0.6931, (0, 0.2, 0.4, 0.6)),
        (-1.0, 1.0, (-1, -0.5, 0, 0.5, 1)),
        (3.0, 3.0, (2, 3, 4)),
        (0.0, 0.0, (-1, -0.5, 0, 0.5, 1)),
        (-2.0, -2.0, (-3, -2.5, -2, -1.5, -1)),
        (1e-20, 9e-20, (2e-20, 4e-20, 6e-20, 8e-20)),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert Axis.over(low, high).ticks == pytest.approx(ticks, abs=1e-25)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1, 2, (1, 2)),
        (1, 1, (1,)),
        (1, 7, (1, 2, 3, 4, 5, 6, 7)),
        (1, 8, (2, 4, 6, 8)),
        (1, 3000, (0, 500, 1000, 1500, 2000, 2500, 3000)),
    ],
)
def test_epochs_are_whole(low: float, high: float, ticks: tuple[float, ...]) -> None:
    axis = Axis.over(low, high, 7, whole=True)
    assert axis.ticks == ticks
    assert axis.low < axis.high


@given(numbers, numbers, st.integers(2, 12))
def test_an_axis_holds_its_values_and_its_ticks(low: float, high: float, most: int) -> None:
    assume(high - low > 1e-9 * max(abs(low), abs(high), 1e-250))
    axis = Axis.over(low, high, most)
    assert axis.low <= low < high <= axis.high
    assert axis.high - axis.low <= 1.3 * (high - low)
    assert len(axis.ticks) <= most
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    steps = {b - a for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)}
    if steps:
        mantissa = min(steps) / 10 ** math.floor(math.log10(min(steps)) + 1e-6)
        assert any(mantissa == pytest.approx(round_one, rel=1e-3) for round_one in (1, 2, 5, 10))
