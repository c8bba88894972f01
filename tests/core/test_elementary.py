"""Elementary functions: compared with 60 digits, and exact where the value is."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from glassnet.core.elementary import BLOCK, cos_pi, exp, log, log2, power, sin_pi

RANDOM = np.random.default_rng(5)
LIKELY = RANDOM.uniform(0, 1, 1000)
# Of every size that float64 has, and close to 1, where a logarithm is small.
POSITIVE = np.concatenate(
    [
        2 ** RANDOM.uniform(-1074, 1023, 1000),
        RANDOM.uniform(0.3, 3, 1000),
        1 + RANDOM.normal(size=500) * 1e-6,
        1 - 2.0 ** -RANDOM.uniform(1, 53, 500),
    ]
)
ANGLES = np.concatenate([LIKELY, RANDOM.uniform(-1e4, 1e4, 1000), 0.5 + LIKELY * 1e-8])


def in_last_places(found: Any, true: list[Any]) -> float:
    """The largest error, in units of the last place of a normal float64."""
    with mpmath.workdps(60):
        unit = [mpmath.mpf(float(np.spacing(max(abs(float(t)), 2.0**-1022)))) for t in true]
        return max(
            float(abs(mpmath.mpf(f) - t) / u)
            for f, t, u in zip(found.tolist(), true, unit, strict=True)
        )


@pytest.mark.parametrize(
    ("ours", "exact", "arguments", "most"),
    [
        (exp, mpmath.exp, RANDOM.uniform(-708, 709, 2000), 1),
        (exp, mpmath.exp, RANDOM.normal(size=1000), 1),
        (log, mpmath.log, POSITIVE, 0.51),
        (log2, lambda x: mpmath.log(x, 2), POSITIVE, 0.51),
        (cos_pi, mpmath.cospi, ANGLES, 1.5),
        (sin_pi, mpmath.sinpi, ANGLES, 1.5),
    ],
)
def test_errors_are_as_small_as_stated(
    ours: Callable[[Any], Any], exact: Callable[[Any], Any], arguments: Any, most: float
) -> None:
    with mpmath.workdps(60):
        true = [exact(mpmath.mpf(x)) for x in arguments.tolist()]
    assert in_last_places(ours(arguments), true) < most


def test_powers_are_right_to_about_the_last_place_however_large_they_are() -> None:
    within = 700 / np.maximum(np.abs(np.log(POSITIVE)), 1e-200)
    for exponents in (RANDOM.uniform(-1, 1, len(POSITIVE)) * within, RANDOM.uniform(-1, 1, 3000)):
        with mpmath.workdps(60):
            pairs = zip(POSITIVE.tolist(), exponents.tolist(), strict=True)
            true = [mpmath.mpf(x) ** mpmath.mpf(y) for x, y in pairs]
        assert in_last_places(power(POSITIVE, exponents), true) < 1.1


def test_powers_of_two_are_exact() -> None:
    exponents = np.arange(-1074.0, 1024)
    powers = np.ldexp(1.0, exponents.astype(int))
    assert power(2, exponents).tolist() == powers.tolist()
    assert power(0.5, -exponents).tolist() == power(2, exponents).tolist()
    assert log2(powers).tolist() == exponents.tolist()


def test_powers_that_float64_holds_are_exact() -> None:
    numbers = np.arange(1.0, 3000)
    assert power(numbers, 2).tolist() == (numbers * numbers).tolist()
    assert power(numbers * numbers, 0.5).tolist() == numbers.tolist()
    assert power(POSITIVE, 1).tolist() == POSITIVE.tolist()
    assert power(POSITIVE, 0).tolist() == [1.0] * len(POSITIVE)
    assert power(1, [-1e300, -3.5, 0.1, 1e300]).tolist() == [1.0] * 4


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (power, (0, [0, 0.5, 3, -1]), [1, 0, 0, np.inf]),
        (power, (-2, [0, 1, 2]), [1, -2, np.nan]),
        (power, ([2, 0.5, 1e300, 1e300], [2000, 2000, 1e300, -1e300]), [np.inf, 0, np.inf, 0]),
        (exp, ([-np.inf, -746, 710, np.inf, np.nan],), [0, 0, np.inf, np.inf, np.nan]),
        (log, ([0, 1, np.inf, -1, np.nan],), [-np.inf, 0, np.inf, np.nan, np.nan]),
        (log2, ([0, 1, np.inf, -1, np.nan],), [-np.inf, 0, np.inf, np.nan, np.nan]),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_the_ends(
    function: Callable[..., Any], arguments: tuple[Any, ...], expected: list[float]
) -> None:
    assert np.array_equal(function(*arguments), expected, equal_nan=True)


def test_quarters_of_a_turn_are_exact() -> None:
    halves = np.arange(-8, 9) / 2
    assert cos_pi(halves).tolist() == [1, 0, -1, 0] * 4 + [1]
    assert sin_pi(halves).tolist() == [0, 1, 0, -1] * 4 + [0]
    assert not np.signbit(cos_pi(halves[1::2])).any()
    assert cos_pi(1e300) == 1


@pytest.mark.parametrize("function", [exp, log, log2, cos_pi, sin_pi, lambda x: power(x, -0.3)])
def test_a_number_alone_and_among_many_gives_the_same(function: Callable[[Any], Any]) -> None:
    x = RANDOM.uniform(0.1, 3, (3, BLOCK // 2))
    assert function(x).shape == x.shape
    assert function(x)[2, 7] == function(x[2, 7]) == function(float(x[2, 7]))
    assert function(x[:, ::2]).tolist() == function(x)[:, ::2].tolist()
    assert isinstance(function(0.5), np.float64)
    assert function(np.empty((0, 2))).shape == (0, 2)


def test_bases_and_exponents_are_broadcast() -> None:
    bases, exponents = np.linspace(0.1, 2, 200)[:, None], np.linspace(-3, 3, 101)
    table = power(bases, exponents)
    assert table.shape == (200, 101)
    assert table[150].tolist() == power(bases[150], exponents).tolist()
    assert table[:, 3].tolist() == power(bases[:, 0], exponents[3]).tolist()
