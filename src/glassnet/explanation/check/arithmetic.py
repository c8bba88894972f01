"""Arithmetic with more digits than the engine's: the same few operations for each number type."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.formula.arithmetic import Arithmetic
from glassnet.formula.two_parts import bounded_functions

__all__ = ["FiftyDigits", "Floating", "Values", "WideArithmetic"]

#: An array of objects (mpmath), long doubles or doubles.
Values: TypeAlias = NDArray[Any]


class WideArithmetic(Arithmetic):
    """Arrays of one type of number, usually with more digits than float64.

    Attributes
    ----------
    name : str
        Used in messages.
    step_sizes : tuple of float
        How far a central difference moves a net input; the smaller ones are used near a kink.
    far : float
        A larger net input is moved in proportion to it.
    most_operations : int
        The number of multiply-adds that take about half a second.
    exponential : int
        The time for one unit's exponential and other work, in multiply-adds.
    rounding : float
        The rounding error of a network's loss, relative to 1: each layer loses some digits.
    """

    name: str
    step_sizes: tuple[float, ...]
    far: float
    most_operations: int
    exponential: int
    rounding: float

    def above_zero(self, x: Values) -> Values:
        """Return 1 where x is above 0, else 0."""
        above: Values = self.number(np.where(x > 0, 1.0, 0.0))
        return above


class FiftyDigits(WideArithmetic):
    """mpmath with 50 digits.

    Examples
    --------
    >>> decimal = FiftyDigits()
    >>> print(decimal.functions["exp"](decimal.number([1.0]))[0])
    2.7182818284590452353602874713526624977572470937
    """

    name = "50-digit arithmetic"
    step_sizes = (1e-15,)
    far = 1e25
    most_operations = 2_000_000
    exponential = 20
    rounding = 1e-40

    def __init__(self) -> None:
        from mpmath.ctx_mp import MPContext

        context = MPContext()
        context.dps = 50
        self._number = np.vectorize(context.mpf, otypes=[object])
        names = ("exp", "log1p", "tanh", "sqrt", "sign", "sin", "cos")
        of_one = {name: getattr(context, name) for name in names}
        of_one |= {"ln": context.log, "abs": context.fabs, "Φ": context.ncdf}
        of_one |= bounded_functions(context)
        divide = np.vectorize(lambda a, b: a / b if b else context.nan, otypes=[object])
        self.divide = divide  # type: ignore[method-assign]
        self.functions = {
            **{name: np.vectorize(function, otypes=[object]) for name, function in of_one.items()},
            "max": np.maximum,
            "min": np.minimum,
        }

    def number(self, value: Any) -> Values:
        """Return mpf numbers; what is one already stays."""
        array = np.asarray(value)
        numbers: Values = array if array.dtype == object else self._number(array)
        return numbers


class Floating(WideArithmetic):
    """The machine's own floating point of a given width.

    Parameters
    ----------
    number : type of NumPy number
        ``np.longdouble``, which has 64 bits of precision on x86 and only 53 on some machines, or
        ``np.float64``.
    """

    def __init__(self, number: type[np.floating]) -> None:
        self._number = number
        bits = np.finfo(number).nmant + 1
        self.name = f"{bits}-bit floating point"
        by_blas = number is np.float64  # several hundred times as fast, in matrix products only
        self.most_operations = 1_500_000_000 if by_blas else 50_000_000
        self.exponential = 400 if by_blas else 20
        self.far = 1e4
        self.rounding = 16 * float(np.finfo(number).eps)
        # About the fifth root of the rounding error suits Richardson extrapolation; then smaller.
        widest = 2.0 ** -(bits // 5)
        self.step_sizes = (widest, widest / 2**7, widest / 2**14)

        functions: dict[str, Callable[..., Any]] = {
            "ln": np.log,
            "abs": np.abs,
            "max": np.maximum,
            "min": np.minimum,
            "Φ": self._normal_cdf,
        }
        names = ("exp", "log1p", "tanh", "sqrt", "sign", "sin", "cos")
        self.functions = functions | {name: getattr(np, name) for name in names}

    def number(self, value: Any) -> Values:
        """Return numbers of that width."""
        return np.asarray(value, dtype=self._number)

    def _normal_cdf(self, x: Values) -> Values:
        """Return Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + ...), Marsaglia 2004, equation 1.

        All terms have the same sign. Beyond ±12, 1 and 0 are exact in this precision.
        """
        bounded = np.clip(x, -12, 12)
        term = total = bounded
        for k in range(3, 400, 2):
            term = term * bounded * bounded / k
            total = total + term
        density = np.exp(-bounded * bounded / 2) / np.sqrt(2 * self._number(np.pi))
        mass: Values = self._number(0.5) + density * total
        return mass
