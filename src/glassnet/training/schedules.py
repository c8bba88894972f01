"""Learning rate schedules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from glassnet.core.elementary import cos_pi, log2, power
from glassnet.core.validation import real_number, whole_number
from glassnet.training.schedule import ConstantRate, Factors, Schedule, UpcomingSteps

__all__ = [
    "Adaptive",
    "CosLog4",
    "Cosine",
    "ExponentialDecay",
    "InverseScaling",
    "OneCycle",
    "StepDecay",
    "WarmUp",
]


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiplied by `factor` after every `epochs` epochs.

    Examples
    --------
    >>> steps = UpcomingSteps(np.zeros(3), np.array([0, 10, 25]))
    >>> StepDecay(epochs=10, factor=0.5).factors(steps).tolist()
    [1.0, 0.5, 0.25]
    """

    epochs: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        whole_number("epochs", self.epochs, 1)
        real_number("factor", self.factor, 0, 1, include_minimum=False)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return factor to the power of the number of decays so far."""
        factors: Factors = power(self.factor, steps.epochs // self.epochs)
        return factors


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Exponential decay from 1 to `final`.

    Examples
    --------
    >>> halfway = UpcomingSteps(np.array([0.0, 0.5]), np.array([0, 50]))
    >>> ExponentialDecay(final=0.01).factors(halfway).tolist()
    [1.0, 0.1]
    """

    final: float = 0.01

    def __post_init__(self) -> None:
        real_number("final", self.final, 0, 1, include_minimum=False)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return final to the power of the fraction of steps done."""
        factors: Factors = power(self.final, steps.done)
        return factors


@dataclass(frozen=True)
class Cosine(Schedule):
    """From 1 down to `final` along half a cosine: Loshchilov and Hutter 2017, equation 5.

    Examples
    --------
    >>> halfway = UpcomingSteps(np.array([0.0, 0.5]), np.array([0, 50]))
    >>> Cosine().factors(halfway).round(3).tolist()
    [1.0, 0.5]
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        real_number("final", self.final, 0, 1)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return final + (1 − final) (1 + cos π done) / 2."""
        return _cosine(1.0, self.final, steps.done)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up from `start` to 1 and down to `final`, both along half a cosine.

    Smith and Topin 2019, "Super-convergence"; with cosines as PyTorch's OneCycleLR has them.

    Parameters
    ----------
    warm_up : float
        The fraction of training with a rising rate, above 0 and below 1.
    start, final : float
        The first and the last factor.
    """

    warm_up: float = 0.3
    start: float = 0.04
    final: float = 4e-6

    def __post_init__(self) -> None:
        real_number("warm_up", self.warm_up, 0, 1, include_minimum=False, include_maximum=False)
        real_number("start", self.start, 0, 1)
        real_number("final", self.final, 0, 1)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the rising factors, then the falling ones."""
        up = np.minimum(steps.done / self.warm_up, 1)
        down = np.maximum(steps.done - self.warm_up, 0) / (1 - self.warm_up)
        rising = steps.done < self.warm_up
        factors: Factors = np.where(
            rising, _cosine(self.start, 1.0, up), _cosine(1.0, self.final, down)
        )
        return factors


@dataclass(frozen=True)
class WarmUp(Schedule):
    """Linear warm-up from 0, then another schedule for the rest (Goyal et al. 2017, §2.2).

    Parameters
    ----------
    part : float
        The fraction of training with a rising rate, above 0 and below 1.
    then : Schedule
        The schedule for the rest of training.
    """

    part: float = 0.05
    then: Schedule = field(default_factory=ConstantRate)

    def __post_init__(self) -> None:
        real_number("part", self.part, 0, 1, include_minimum=False, include_maximum=False)
        if not isinstance(self.then, Schedule):
            raise TypeError(f"then must be a Schedule, like gn.Cosine(), not {self.then!r}")

    @property
    def depends_on_losses(self) -> bool:  # type: ignore[override]  # as the following schedule
        """Whether the following schedule depends on the losses so far."""
        return self.then.depends_on_losses

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return done / part, then the other schedule's factors."""
        rest = np.maximum(steps.done - self.part, 0) / (1 - self.part)
        later = UpcomingSteps(rest, steps.epochs, steps.rows, steps.learning_rate, steps.losses)
        rising = steps.done / self.part
        factors: Factors = np.where(rising < 1, rising, self.then.factors(later))
        return factors

    def has_ended(self, steps: UpcomingSteps) -> bool:
        """Return whether the following schedule has ended."""
        return self.then.has_ended(steps)


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """Divided by (examples seen + 1) to the power `power`, like scikit-learn's "invscaling".

    Examples are counted after whole epochs, so the rate is constant within an epoch.
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        real_number("power", self.power, 0)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return (epochs · rows + 1)^−power."""
        factors: Factors = power(steps.epochs * steps.rows + 1, -self.power)
        return factors


@dataclass
class Patience:
    """Counts the epochs in a row whose loss is not far enough below the lowest so far."""

    epochs: float
    min_improvement: float
    lowest: float = math.inf
    waited: int = 0

    def is_over(self, loss: float) -> bool:
        """Take in an epoch's loss; return whether there were too many, and begin anew if so."""
        self.waited = self.waited + 1 if loss > self.lowest - self.min_improvement else 0
        self.lowest = min(self.lowest, loss)
        if self.waited <= self.epochs:
            return False
        self.waited = 0
        return True


@dataclass(frozen=True)
class Adaptive(Schedule):
    """Divided by `divisor` when the training loss stops falling, like scikit-learn's "adaptive".

    Parameters
    ----------
    patience : int
        The number of epochs in a row with too small an improvement that are allowed.
    min_improvement : float
        How far an epoch's loss must be below the lowest loss so far.
    divisor : float
    smallest : float
        Training ends instead when the learning rate is no longer above this.
    """

    patience: int = 10
    min_improvement: float = 1e-4
    divisor: float = 5.0
    smallest: float = 1e-6
    depends_on_losses = True

    def __post_init__(self) -> None:
        whole_number("patience", self.patience, 1)
        real_number("min_improvement", self.min_improvement, 0)
        real_number("divisor", self.divisor, 1, include_minimum=False)
        real_number("smallest", self.smallest, 0)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return divisor^−(number of times the loss stopped falling)."""
        return np.full_like(steps.done, 1 / power(self.divisor, self._pauses(steps.losses)))

    def has_ended(self, steps: UpcomingSteps) -> bool:
        """Return whether the learning rate would become too small."""
        pauses = self._pauses(steps.losses)
        before_last = steps.learning_rate / power(self.divisor, pauses - 1)
        return bool(pauses > 0 and before_last <= self.smallest)

    def _pauses(self, losses: Sequence[float]) -> int:
        patience = Patience(self.patience, self.min_improvement)
        return sum(patience.is_over(loss) for loss in losses)


@dataclass(frozen=True)
class CosLog4(Schedule):
    """Four periods of a cosine over logarithmic time, each longer than the one before.

    (1 − cos(2π log₂(1 + 15 done))) / 2: Holzmüller, Grinsztajn and Steinwart 2024, "Better by
    default", section 3, "coslog4".
    """

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return (1 − cos(2π log₂(1 + 15 done))) / 2."""
        factors: Factors = (1 - cos_pi(2 * log2(1 + 15 * steps.done))) / 2
        return factors


def _cosine(start: float, end: float, part: Factors) -> Factors:
    """From start to end along half a cosine."""
    factors: Factors = end + (start - end) * (1 + cos_pi(part)) / 2
    return factors
