"""Arithmetic with more digits than the engine's: the same few operations for each number type."""

from abc import ABC, abstractmethod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Arithmetic", "FiftyDigits", "Floating", "Values"]

#: An array of objects (mpmath), long doubles or doubles.
Values: TypeAlias = NDArray[Any]


class Arithmetic(ABC):
    """Arrays of one type of number, usually with more digits than float64, and functions on them.

    Attributes
    ----------
    name : str
        Used in messages.
    step_sizes : tuple of float
        How far a central difference moves a net input; the smaller ones are used near a kink.
    most_operations : int
        The number of multiply-adds that take about half a second.
    exponential : int
        The time for one unit's exponential and other work, in multiply-adds.
    rounding : float
        The rounding error of a network's loss, relative to 1: each layer loses some digits.
    """

    name: str
    step_sizes: tuple[float, ...]
    most_operations: int
    exponential: int
    rounding: float

    @abstractmethod
    def array(self, values: Values) -> Values:
        """Return floating-point values as numbers of this type, unchanged."""

    @abstractmethod
    def exp(self, x: Values) -> Values:
        """Return e to the x."""

    @abstractmethod
    def log1p(self, x: Values) -> Values:
        """Return ln(1 + x)."""

    @abstractmethod
    def normal_cdf(self, x: Values) -> Values:
        """Return Φ(x), the cumulative normal distribution."""


class FiftyDigits(Arithmetic):
    """mpmath with 50 digits.

    Examples
    --------
    >>> decimal = FiftyDigits()
    >>> print(decimal.exp(decimal.array(np.array([1.0])))[0])
    2.7182818284590452353602874713526624977572470937
    """

    name = "50-digit arithmetic"
    step_sizes = (1e-15,)
    most_operations = 2_000_000
    exponential = 20
    rounding = 1e-40

    def __init__(self) -> None:
        from mpmath.ctx_mp import MPContext

        context = MPContext()
        context.dps = 50
        self._number = np.vectorize(context.mpf, otypes=[object])
        self._exp = np.vectorize(context.exp, otypes=[object])
        self._log1p = np.vectorize(context.log1p, otypes=[object])
        self._normal_cdf = np.vectorize(context.ncdf, otypes=[object])

    def array(self, values: Values) -> Values:
        """Return mpf numbers."""
        numbers: Values = self._number(np.asarray(values, dtype=np.float64))
        return numbers

    def exp(self, x: Values) -> Values:
        """Return e to the x."""
        y: Values = self._exp(x)
        return y

    def log1p(self, x: Values) -> Values:
        """Return ln(1 + x)."""
        y: Values = self._log1p(x)
        return y

    def normal_cdf(self, x: Values) -> Values:
        """Return Φ(x)."""
        y: Values = self._normal_cdf(x)
        return y


class Floating(Arithmetic):
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
        self.rounding = 16 * float(np.finfo(number).eps)
        # About the fifth root of the rounding error suits Richardson extrapolation; then smaller.
        widest = 2.0 ** -(bits // 5)
        self.step_sizes = (widest, widest / 2**7, widest / 2**14)

    def array(self, values: Values) -> Values:
        """Return numbers of that width."""
        return np.asarray(values, dtype=self._number)

    def exp(self, x: Values) -> Values:
        """Return e to the x."""
        y: Values = np.exp(x)
        return y

    def log1p(self, x: Values) -> Values:
        """Return ln(1 + x)."""
        y: Values = np.log1p(x)
        return y

    def normal_cdf(self, x: Values) -> Values:
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
