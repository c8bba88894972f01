"""exp, log, power, and sin and cos of multiples of π, with the same bits on every processor.

NumPy and the C library choose other code for other processors, and other bits come out. Here a
value is made of additions, multiplications, divisions, rounding to whole numbers and scaling by
powers of two, in a fixed order. IEEE 754 says what each of these gives, so nothing is left to the
processor. NumPy does each in a loop of its own, so no multiplication is fused with an addition.

All take a number or an array, and return float64: a NumPy number or an array. The largest errors
measured against 60 digits are 0.51 units in the last place for log and log2, 0.9 for exp, 1.1 for
power, and 1.5 for sin_pi and cos_pi.

An argument is reduced to a small one, and a Taylor series is summed there: Cody and Waite 1980,
"Software manual for the elementary functions". Logarithms have two parts, as in Sun's fdlibm
(``e_pow.c``), because a power multiplies by y what a single part would lack.
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np

__all__ = ["cos_pi", "exp", "log", "log2", "power", "sin_pi"]

# A NumPy number where a number was given, an array where an array was.
Numbers: TypeAlias = Any
Function = TypeVar("Function", bound=Callable[..., Numbers])

# So many numbers are computed at once: all that is kept on the way fits into a processor's cache.
BLOCK = 10_000

# Constants in two parts, of which the first one ends in zeros: some of its products are exact.
LN2, LN2_REST = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
CP, CP_REST = float.fromhex("0x1.ec709ep-1"), float.fromhex("-0x1.e2fe0145b01f5p-28")  # 2 / 3 ln 2
PI, PI_REST = math.pi, float.fromhex("0x1.1a62633145c07p-53")
# Beyond these, exp is 0 or infinite.
LEAST, MOST = -800.0, 800.0
# The terms after these are too small to change a sum.
EXP_SERIES = [1 / math.factorial(k) for k in range(2, 15)]  # r² / 2! + r³ / 3! + …
LOG_SERIES = [3 / k for k in range(5, 25, 2)]  # 3 s⁴ / 5 + 3 s⁶ / 7 + …
SIN_SERIES = [(-1) ** (k // 2) / math.factorial(k) for k in range(3, 19, 2)]  # −a³ / 3! + a⁵ / 5!…
COS_SERIES = [(-1) ** (k // 2) / math.factorial(k) for k in range(4, 20, 2)]  # a⁴ / 4! − a⁶ / 6!…


def _in_blocks(function: Function) -> Function:
    """The function for numbers and arrays of any shape, broadcast like NumPy's own."""

    @wraps(function)
    def of_any_shape(*given: Numbers) -> Numbers:
        arrays = [np.asarray(one, dtype=np.float64) for one in given]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        size = math.prod(shape)
        if size <= BLOCK:
            return function(*(array[()] for array in arrays))
        flat = [a[()] if a.ndim == 0 else np.broadcast_to(a, shape).reshape(-1) for a in arrays]
        found = np.empty(size)
        for start in range(0, size, BLOCK):
            part = slice(start, start + BLOCK)
            found[part] = function(*(a[part] if a.ndim else a for a in flat))
        return found.reshape(shape)

    return cast(Function, of_any_shape)


@_in_blocks
def exp(x: Numbers) -> Numbers:
    """Return e to the power of x, as 2ⁿ exp(x − n ln 2) with n = x / ln 2 rounded.

    Examples
    --------
    >>> exp([0, -1, -1000]).tolist()
    [1.0, 0.36787944117144233, 0.0]
    """
    near = np.clip(x, LEAST, MOST)
    n = np.rint(near / (LN2 + LN2_REST))
    return _scaled_exp(n, near - n * LN2, -n * LN2_REST)


@_in_blocks
def log(x: Numbers) -> Numbers:
    """Return the natural logarithm of x: −∞ for 0, NaN below 0.

    Examples
    --------
    >>> log([0, 1, 10]).tolist()
    [-inf, 0.0, 2.302585092994046]
    """
    high, low = _log2_in_two_parts(x)
    ln2 = _front(LN2)
    more = low * (LN2 + LN2_REST) + high * ((LN2 - ln2) + LN2_REST)
    return _at_the_ends(x, high * ln2 + more)


@_in_blocks
def log2(x: Numbers) -> Numbers:
    """Return the logarithm of x to base 2, exact for powers of 2: −∞ for 0, NaN below 0.

    Examples
    --------
    >>> log2([1, 8, 10]).tolist()
    [0.0, 3.0, 3.321928094887362]
    """
    high, low = _log2_in_two_parts(x)
    return _at_the_ends(x, high + low)


@_in_blocks
def power(x: Numbers, y: Numbers) -> Numbers:
    """Return x to the power of y for finite y, as 2 to the power of y log₂ x; NaN for x below 0.

    The power of 0 is 1, that of 1 is x, and whole powers of 2 are exact.

    Examples
    --------
    >>> power(2, [0, 10, -1]).tolist(), power([0, 9], 0.5).tolist()
    ([1.0, 1024.0, 0.5], [0.0, 3.0])
    """
    high, low = _log2_in_two_parts(x)
    # Where the result is 0 or infinite, y is only bounded; 2^-64 is the smallest logarithm but 0.
    near = np.clip(y, -(2.0**80), 2.0**80)
    front = _front(near)
    product, rest = high * front, high * (near - front) + low * near
    n = np.rint(np.clip(product + rest, 2 * LEAST, 2 * MOST))
    r, r_rest = (np.clip(part, LEAST, MOST) * (LN2 + LN2_REST) for part in (product - n, rest))
    of_zero = np.where(y > 0, 0.0, np.inf)
    found = np.where(x > 0, _scaled_exp(n, r, r_rest), np.where(x == 0, of_zero, np.nan))
    return np.where(y == 0, 1.0, np.where(y == 1, x, found))[()]


@_in_blocks
def cos_pi(x: Numbers) -> Numbers:
    """Return cos π x, exactly 1, 0 and −1 at multiples of one half.

    Examples
    --------
    >>> cos_pi([0, 0.5, 1, 1.5]).tolist()
    [1.0, 0.0, -1.0, 0.0]
    """
    return _sine(x, quarters=1)


@_in_blocks
def sin_pi(x: Numbers) -> Numbers:
    """Return sin π x, exactly 0, 1 and −1 at multiples of one half.

    Examples
    --------
    >>> sin_pi([0, 0.5, 1, 1.5]).tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    return _sine(x, quarters=0)


def _series(coefficients: list[float], x: Numbers) -> Numbers:
    """c₀ + c₁ x + c₂ x² + …, from the last term on (Horner)."""
    total = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def _scaled_exp(n: Numbers, high: Numbers, low: Numbers) -> Numbers:
    """2ⁿ exp(high + low), for a sum between ±½ ln 2 and a small second part."""
    r = high + low
    rest = low - (r - high)
    with np.errstate(invalid="ignore"):  # NaN is no exponent, but r is NaN too then
        exponent = n.astype(np.int32)
    return np.ldexp(1 + (r + (r * r * _series(EXP_SERIES, r) + rest)), exponent)


def _log2_in_two_parts(x: Numbers) -> tuple[Numbers, Numbers]:
    """log₂ x, where x is above 0 and finite; the first part has at most 26 bits.

    With x = 2ⁿ m, m between √½ and √2, and s = (m − 1) / (m + 1),
    log₂ x = n + 2 / (3 ln 2) · s (3 + s² + 3 s⁴ / 5 + 3 s⁶ / 7 + …).
    """
    m, n = np.frexp(np.where((x > 0) & (x < np.inf), x, 1.0)[()])
    small = m < math.sqrt(0.5)
    m, n = m * (1.0 + small), n - 1.0 * small
    divisor = m + 1
    s = (m - 1) / divisor
    # Two parts of each: what the first one lacks is exact, or a second part of its own.
    s_1, divisor_1 = _front(s), _front(divisor)
    s_2 = ((m - 1 - s_1 * divisor_1) - s_1 * (m - (divisor_1 - 1))) / divisor
    square, square_1 = s * s, s_1 * s_1
    more = square * square * _series(LOG_SERIES, square) + s_2 * (s_1 + s)
    sum_1 = _front(3 + square_1 + more)
    sum_2 = more - ((sum_1 - 3) - square_1)
    product, rest = s_1 * sum_1, s_2 * sum_1 + s * sum_2
    product_1 = _front(product + rest)
    product_2 = rest - (product_1 - product)
    whole = CP * product_1
    rest = CP_REST * product_1 + (CP + CP_REST) * product_2
    high = _front(n + (whole + rest))
    return high, rest - ((high - n) - whole)


def _at_the_ends(x: Numbers, found: Numbers) -> Numbers:
    """A logarithm, also where x is not above 0 or is infinite."""
    ends = np.where(x == 0, -np.inf, np.where(x > 0, np.inf, np.nan))
    return np.where((x > 0) & (x < np.inf), found, ends)[()]


def _sine(x: Numbers, quarters: int) -> Numbers:
    """The sine of π x and so many quarter turns.

    π x is q quarter turns, q = 2 x rounded, and an angle of at most an eighth of a turn.
    """
    q = np.rint(2 * x)
    part = x - q / 2
    angle, rest = part * PI, part * PI_REST
    square = angle * angle
    sine = angle + (angle * square * _series(SIN_SERIES, square) + rest)
    cosine = 1 - (square / 2 - square * square * _series(COS_SERIES, square))
    turn = np.mod(q, 4) + quarters  # from 0 to 4
    found = np.where(np.mod(turn, 2) == 0, sine, cosine)
    return np.where((turn == 2) | (turn == 3), 0.0 - found, found)[()]


def _front(x: Numbers) -> Numbers:
    """X to 26 bits: Dekker 1971, "A floating-point technique for extending the precision"."""
    scaled = x * (2.0**27 + 1)
    return scaled - (scaled - x)
