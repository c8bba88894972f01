"""Schedules: how the learning rate changes while a training goes on."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Constant", "Cosine", "Exponential", "Schedule"]


class Schedule(ABC):
    """A factor on the optimizer's learning rate, by the part of the training that is done."""

    @abstractmethod
    def factors(self, done: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the factor of each step.

        Parameters
        ----------
        done : array of float64
            For each step, which part of all steps comes before it: from 0 to below 1.
        """


@dataclass(frozen=True)
class Constant(Schedule):
    """The learning rate as given."""

    def factors(self, done: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 for each step."""
        return np.ones_like(done)


@dataclass(frozen=True)
class Exponential(Schedule):
    """From 1 down to `final` by equal ratios.

    Examples
    --------
    >>> Exponential(final=0.01).factors(np.array([0.0, 0.5])).tolist()
    [1.0, 0.1]
    """

    final: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.final <= 1:
            raise ValueError(f"final must be above 0 and at most 1, not {self.final!r}")

    def factors(self, done: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return final to the power of the part that is done."""
        factors: NDArray[np.float64] = self.final**done
        return factors


@dataclass(frozen=True)
class Cosine(Schedule):
    """From 1 down to `final` along half a cosine: Loshchilov and Hutter 2017, equation 5.

    Examples
    --------
    >>> Cosine().factors(np.array([0.0, 0.5])).round(3).tolist()
    [1.0, 0.5]
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.final <= 1:
            raise ValueError(f"final must be from 0 to 1, not {self.final!r}")

    def factors(self, done: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return final + (1 − final) (1 + cos π done) / 2."""
        return self.final + (1 - self.final) * (1 + np.cos(np.pi * done)) / 2
