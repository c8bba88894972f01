"""The numbers along an axis: round ones, a few, a power of ten times 1, 2 or 5 apart."""

import math
from dataclasses import dataclass

__all__ = ["Axis"]

#: An axis goes on to the next round number if that is this near, as a part of its length.
NEAR = 0.12


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` with its ticks, all within it.

    Attributes
    ----------
    low, high : float
    ticks : tuple of float
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, low: float, high: float, most: int = 6, *, whole: bool = False) -> "Axis":
        """Return the axis over some values.

        Parameters
        ----------
        low, high : float
            The smallest and the largest value.
        most : int
            At most so many ticks, at least 2.
        whole : bool
            Whether only whole numbers make sense, as for epochs.

        Examples
        --------
        >>> Axis.over(0.003, 0.97)
        Axis(low=0.0, high=1.0, ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        >>> Axis.over(1, 840, whole=True).ticks
        (0.0, 200.0, 400.0, 600.0, 800.0)
        """
        low, high = float(low), float(high)
        if low == high:
            low, high = (low - abs(low) / 2, high + abs(high) / 2) if low else (-1.0, 1.0)
        if whole and high - low < 1:
            low, high = math.floor(low), math.ceil(high)
        for step in _steps(low, high, whole):
            axis = cls._with_step(low, high, step)
            if len(axis.ticks) <= most:
                break
        return axis

    @classmethod
    def _with_step(cls, low: float, high: float, step: float) -> "Axis":
        near = NEAR * (high - low)
        # Counted in whole steps, and written as short as the step: 0.30000000000000004 is 0.3.
        decimals = max(0, -math.floor(math.log10(step)))
        first, last = math.floor(low / step), math.ceil(high / step)
        first += low - first * step > near
        last -= last * step - high > near
        ticks = tuple(round(number * step, decimals) + 0.0 for number in range(first, last + 1))
        return cls(min(low, *ticks), max(high, *ticks), ticks)

    def within(self, low: float, high: float) -> tuple[float, ...]:
        """Return the ticks between two values."""
        return tuple(tick for tick in self.ticks if low <= tick <= high)

    def at(self, value: float) -> float:
        """Return where a value lies on the axis, from 0 at its beginning to 1 at its end."""
        return (value - self.low) / (self.high - self.low)


def _steps(low: float, high: float, whole: bool) -> list[float]:
    """Steps between ticks, the smallest first, the largest leaving two ticks or fewer."""
    power = math.floor(math.log10(high - low)) - 1
    steps = [
        factor * 10.0**exponent for exponent in range(power, power + 3) for factor in (1, 2, 5)
    ]
    return [step for step in steps if step >= 1] or [1.0] if whole else steps
