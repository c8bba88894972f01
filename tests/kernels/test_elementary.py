"""The kernels' own elementary functions, in units of the last place, against 50 digits."""

import mpmath
import numpy as np
import pytest

from glassnet.core.array import Array

pytestmark = pytest.mark.native

# What kernels/elementary.h and kernels/activation.h promise, in units of the last place; a sum of
# two terms that cancel (the slopes of gelu, silu and mish near their minimum) of its larger term.
FUNCTIONS = {
    "exp": 2.0,
    "expm1": 3.0,
    "log1p": 3.0,
    "log": 3.0,
    "normal_tail": 12.0,
    "normal_density": 5.0,
}
ACTIVATED = {
    "celu": 8.0,
    "gelu_tanh": 1000.0,
    "softsign": 2.0,
    "relu6": 0.5,
    "hard_tanh": 0.5,
    "hard_sigmoid": 2.0,
    "hard_silu": 3.0,
    "sigmoid": 3.5,
    "tanh": 6.0,
    "leaky_relu": 1.0,
    "elu": 4.0,
    "selu": 5.0,
    "gelu": 16.0,
    "silu": 5.0,
    "mish": 9.0,
    "softplus": 4.0,
    "exponential": 2.0,
}
SLOPES = {
    "celu": 8.0,
    "gelu_tanh": 1000.0,
    "softsign": 4.0,
    "hard_sigmoid": 1.0,
    "hard_silu": 3.0,
    "sigmoid": 6.0,
    "tanh": 9.0,
    "elu": 4.0,
    "selu": 5.0,
    "gelu": 16.0,
    "silu": 8.0,
    "mish": 12.0,
    "softplus": 3.5,
    "exponential": 2.0,
}
ALL = [
    *((name, "function") for name in FUNCTIONS),
    *((name, "value") for name in ACTIVATED),
    *((name, "slope") for name in SLOPES),
]
HYPER_PARAMETERS = {
    "leaky_relu": {"slope": 0.25},
    "elu": {"alpha": 0.5},
    "celu": {"alpha": 0.5},
    "hard_tanh": {"minimum": -0.5, "maximum": 2.0},
    "hard_sigmoid": {"slope": 0.25, "shift": 0.5},
}


# in times a share: the slope is a sum of two terms.
BENT = ("gelu", "gelu_tanh", "silu", "hard_silu", "mish")


def promised(name: str, what: str) -> float:
    return {"function": FUNCTIONS, "value": ACTIVATED, "slope": SLOPES}[what][name]


def exact(name: str, what: str, x: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The true value, and the size of the largest term in it."""
    number = mpmath.mpf(x)
    if what == "function":
        value = {
            "exp": lambda: mpmath.exp(number),
            "expm1": lambda: mpmath.expm1(number),
            "log1p": lambda: mpmath.log1p(number),
            "log": lambda: mpmath.log(number),
            "normal_tail": lambda: mpmath.ncdf(-abs(number)),
            "normal_density": lambda: mpmath.npdf(number),
        }[name]()
        return value, abs(value)
    value = value_of(name, number)
    if what == "value":
        if name == "hard_sigmoid":  # slope in and the shift cancel
            return value, max(abs(value), mpmath.mpf(0.5))
        if name == "hard_silu":
            return value, max(abs(value), abs(number) / 2 if abs(number) < 3 else mpmath.mpf(0))
        return value, abs(value)
    slope = slope_of(name, number)
    bend = abs(slope - value / number) if name in BENT and x else 0
    return slope, max(abs(slope), bend)


def value_of(name: str, number: mpmath.mpf) -> mpmath.mpf:
    alpha, scale = mpmath.mpf("1.6732632423543772848"), mpmath.mpf("1.0507009873554804934")
    numbers = HYPER_PARAMETERS.get(name, {})
    return {
        "sigmoid": lambda: 1 / (1 + mpmath.exp(-number)),
        "tanh": lambda: mpmath.tanh(number),
        "leaky_relu": lambda: number if number > 0 else numbers["slope"] * number,
        "elu": lambda: number if number > 0 else numbers["alpha"] * mpmath.expm1(number),
        "selu": lambda: scale * (number if number > 0 else alpha * mpmath.expm1(number)),
        "gelu": lambda: number * mpmath.ncdf(number),
        "silu": lambda: number / (1 + mpmath.exp(-number)),
        "mish": lambda: number * mpmath.tanh(mpmath.log1p(mpmath.exp(number))),
        "softplus": lambda: mpmath.log1p(mpmath.exp(number)),
        "exponential": lambda: mpmath.exp(number),
        "celu": lambda: number if number > 0 else numbers["alpha"] * mpmath.expm1(number / 0.5),
        "gelu_tanh": lambda: number / (1 + mpmath.exp(-_twice_u(number))),
        "softsign": lambda: number / (1 + abs(number)),
        "relu6": lambda: max(0, min(6, number)),
        "hard_tanh": lambda: max(numbers["minimum"], min(numbers["maximum"], number)),
        "hard_sigmoid": lambda: max(0, min(1, numbers["slope"] * number + numbers["shift"])),
        "hard_silu": lambda: number * max(0, min(1, number / 6 + mpmath.mpf(0.5))),
    }[name]()


def _twice_u(number: mpmath.mpf) -> mpmath.mpf:
    return mpmath.sqrt(8 / mpmath.pi) * (number + mpmath.mpf("0.044715") * number**3)


def slope_of(name: str, number: mpmath.mpf) -> mpmath.mpf:
    alpha, scale = mpmath.mpf("1.6732632423543772848"), mpmath.mpf("1.0507009873554804934")
    match name:
        case "sigmoid":
            return value_of(name, number) / (1 + mpmath.exp(number))
        case "tanh":
            return mpmath.sech(number) ** 2
        case "elu":
            return (
                mpmath.mpf(1)
                if number > 0
                else HYPER_PARAMETERS["elu"]["alpha"] * mpmath.exp(number)
            )
        case "celu":
            return mpmath.mpf(1) if number > 0 else mpmath.exp(number / 0.5)
        case "selu":
            return scale if number > 0 else scale * alpha * mpmath.exp(number)
    with mpmath.workdps(400):  # a difference needs digits to spare where the slope is tiny
        return mpmath.diff(lambda z: value_of(name, z), number)


def computed(isa: str, name: str, what: str, x: Array) -> Array:
    from glassnet.engine import _kernels

    y = np.empty_like(x)
    if what == "function":
        _kernels.elementary(isa, _kernels.Elementary[name], x, y)
    else:
        activation, numbers = _kernels.Activation[name], HYPER_PARAMETERS.get(name, {})
        _kernels.activate(isa, activation, numbers, what == "slope", x, y)
    return y


def arguments(name: str, what: str, dtype: str) -> Array:
    random = np.random.default_rng(0)
    largest = 80.0 if dtype == "float32" else 700.0
    x = np.concatenate(
        [
            random.uniform(-5, 5, 800),
            random.uniform(-largest, largest, 300),
            10.0 ** random.uniform(-8, 0, 200),
            -(10.0 ** random.uniform(-8, 0, 200)),
            [1.0, -1.0],
        ]
    )
    if name in ("log1p", "log"):
        x = np.concatenate([np.abs(x), 10.0 ** random.uniform(0, 30, 300)])
    elif name == "tanh":
        x = x[np.abs(x) < 39]  # beyond, the slope is below 2^-100 and constant
    elif name in ("gelu", "normal_tail", "normal_density"):
        x = x[np.abs(x) < (12 if dtype == "float32" else 36)]
    elif name == "gelu_tanh":
        x = x[np.abs(x) < (8 if dtype == "float32" else 18)]
    elif name == "mish":
        x = x[x < 29]  # beyond, mish(x) is x and its slope 1 to all digits
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "what"), ALL)
def test_errors_stay_within_the_promised_units_of_the_last_place(
    name: str, what: str, dtype: str
) -> None:
    x = arguments(name, what, dtype)
    y = computed("scalar", name, what, x)
    smallest = float(np.finfo(dtype).tiny) * 64
    worst = 0.0
    with mpmath.workdps(50):
        for argument, value in zip(x.tolist(), y, strict=True):
            true, size = exact(name, what, argument)
            if size < smallest:
                assert abs(float(value)) <= 2 * smallest
                continue
            unit = float(np.spacing(np.asarray(size, dtype=dtype)))
            worst = max(worst, float(abs(mpmath.mpf(float(value)) - true)) / unit)
    assert worst <= promised(name, what)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "what"), ALL)
def test_every_instruction_set_gives_the_same_bits(name: str, what: str, dtype: str) -> None:
    from glassnet.engine import _kernels

    x = arguments(name, what, dtype)
    sets = _kernels.instruction_sets()
    assert len({computed(isa, name, what, x).tobytes() for isa in sets}) == 1


@pytest.mark.parametrize(("name", "what"), [pair for pair in ALL if pair[1] != "function"])
def test_nothing_overflows_at_the_ends(name: str, what: str) -> None:
    from glassnet.engine import _kernels

    for dtype in ("float32", "float64"):
        x = np.array([-1e30, -200, -40, 0, 40, 200, 1e30], dtype=dtype)
        for isa in _kernels.instruction_sets():
            y = computed(isa, name, what, x)
            if name == "exponential":  # it alone grows without bound
                y = y[:-2]
            assert np.isfinite(y).all()
            if what == "slope":
                assert (np.abs(y) <= (np.exp(40.1) if name == "exponential" else 2)).all()


def test_exp_at_its_ends() -> None:
    from glassnet.engine import _kernels

    x = np.array([-1e30, -88.0, 89.0, 1e30, np.inf, -np.inf, np.nan, 0.0], dtype=np.float32)
    for isa in _kernels.instruction_sets():
        y = computed(isa, "exp", "function", x)
        assert y[:2].tolist() == [0.0, 0.0]
        assert y[2:6].tolist() == [np.inf, np.inf, np.inf, 0.0]
        assert np.isnan(y[6])
        assert y[7] == 1.0
