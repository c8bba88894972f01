"""What a schedule is: how the learning rate changes while a training goes on.

``schedules`` has those that change it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConstantRate", "Factors", "Schedule", "UpcomingSteps"]

Factors = NDArray[np.float64]


@dataclass(frozen=True)
class UpcomingSteps:
    """Some steps to come, as schedules see them.

    Attributes
    ----------
    done : array of float64
        For each step, which part of all steps comes before it: from 0 to below 1.
    epochs : array of int64
        For each step, how many whole epochs come before it.
    rows : int
        Examples in an epoch.
    learning_rate : float
        The optimizer's own.
    losses : sequence of float
        The mean training loss of each epoch so far.
    """

    done: Factors
    epochs: NDArray[np.int64]
    rows: int = 1
    learning_rate: float = 1.0
    losses: Sequence[float] = ()


class Schedule(ABC):
    """A factor on the optimizer's learning rate for each step of a training."""

    #: Whether the factors depend on the losses so far, so that each epoch has to be seen.
    looks_back = False

    @abstractmethod
    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the factor of each step."""

    def has_ended(self, steps: UpcomingSteps) -> bool:
        """Return whether the training shall end before these steps."""
        return False


@dataclass(frozen=True)
class ConstantRate(Schedule):
    """The learning rate as given."""

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return 1 for each step."""
        return np.ones_like(steps.done)
