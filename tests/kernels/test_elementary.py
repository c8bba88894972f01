"""The kernels' own elementary functions, in units of the last place, against 50 digits."""

import mpmath
import numpy as np
import pytest

from glassnet.structure.activation import Array

pytestmark = pytest.mark.native

# What kernels/elementary.h and kernels/activation.h promise, in units of the last place.
FUNCTIONS = {
    "exp": (0, 2.0),
    "expm1": (1, 3.0),
    "log1p": (2, 3.0),
    "sigmoid": (3, 3.5),
    "sigmoid'": (4, 6.0),
    "tanh": (5, 6.0),
    "tanh'": (6, 9.0),
}


def exact(name: str, x: float) -> mpmath.mpf:
    number = mpmath.mpf(x)
    sigmoid = 1 / (1 + mpmath.exp(-number))
    return {
        "exp": lambda: mpmath.exp(number),
        "expm1": lambda: mpmath.expm1(number),
        "log1p": lambda: mpmath.log1p(number),
        "sigmoid": lambda: sigmoid,
        "sigmoid'": lambda: sigmoid / (1 + mpmath.exp(number)),
        "tanh": lambda: mpmath.tanh(number),
        "tanh'": lambda: mpmath.sech(number) ** 2,
    }[name]()


def arguments(name: str, dtype: str) -> Array:
    random = np.random.default_rng(0)
    largest = 80.0 if dtype == "float32" else 700.0
    x = np.concatenate(
        [
            random.uniform(-5, 5, 1500),
            random.uniform(-largest, largest, 500),
            10.0 ** random.uniform(-8, 0, 500),
            -(10.0 ** random.uniform(-8, 0, 500)),
            [0.0, 1.0, -1.0],
        ]
    )
    if name in ("expm1", "log1p"):
        x = np.abs(x)
    if name == "tanh'":
        x = x[np.abs(x) < 39]  # beyond, it is below 2^-100 and constant
    if name == "log1p":
        x = np.concatenate([x, 10.0 ** random.uniform(0, 30, 500)])
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_stay_within_the_promised_units_of_the_last_place(name: str, dtype: str) -> None:
    from glassnet.engine import _kernels

    number, most = FUNCTIONS[name]
    x = arguments(name, dtype)
    y = np.empty_like(x)
    _kernels.elementary("scalar", number, x, y)
    smallest = float(np.finfo(dtype).tiny) * 64
    worst = 0.0
    with mpmath.workdps(50):
        for argument, value in zip(x.tolist(), y, strict=True):
            true = exact(name, argument)
            if abs(true) < smallest:
                assert abs(float(value)) <= 2 * smallest
                continue
            unit = float(np.spacing(np.abs(np.asarray(true, dtype=dtype))))
            worst = max(worst, float(abs(mpmath.mpf(float(value)) - true)) / unit)
    assert worst <= most


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_instruction_set_gives_the_same_bits(name: str, dtype: str) -> None:
    from glassnet.engine import _kernels

    number, _ = FUNCTIONS[name]
    x = arguments(name, dtype)
    results = set()
    for isa in _kernels.instruction_sets():
        y = np.empty_like(x)
        _kernels.elementary(isa, number, x, y)
        results.add(y.tobytes())
    assert len(results) == 1


def test_exp_at_its_ends() -> None:
    from glassnet.engine import _kernels

    x = np.array([-1e30, -88.0, 89.0, 1e30, np.inf, -np.inf, np.nan, 0.0], dtype=np.float32)
    y = np.empty_like(x)
    for isa in _kernels.instruction_sets():
        _kernels.elementary(isa, 0, x, y)
        assert y[:2].tolist() == [0.0, 0.0]
        assert y[2:6].tolist() == [np.inf, np.inf, np.inf, 0.0]
        assert np.isnan(y[6])
        assert y[7] == 1.0
