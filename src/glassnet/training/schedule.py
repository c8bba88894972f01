"""The base of schedules, which change the learning rate during training.

The module ``schedules`` has the schedules themselves.
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
    """The next steps, as schedules need them.

    Attributes
    ----------
    done : array of float64
        For each step, the fraction of all steps that come before it: from 0 to below 1.
    epochs : array of int64
        For each step, the number of whole epochs before it.
    rows : int
        The number of examples in an epoch.
    learning_rate : float
        The optimizer's learning rate.
    losses : sequence of float
        The mean training loss of each epoch so far.
    """

    done: Factors
    epochs: NDArray[np.int64]
    rows: int = 1
    learning_rate: float = 1.0
    losses: Sequence[float] = ()


class Schedule(ABC):
    """A factor on the optimizer's learning rate for each step of a training run."""

    #: Whether the factors depend on the losses so far and must be computed after every epoch.
    depends_on_losses = False

    @abstractmethod
    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the factor of each step."""

    def has_ended(self, steps: UpcomingSteps) -> bool:
        """Return whether training should end before these steps."""
        return False


@dataclass(frozen=True)
class ConstantRate(Schedule):
    """A constant learning rate."""

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return 1 for each step."""
        return np.ones_like(steps.done)
