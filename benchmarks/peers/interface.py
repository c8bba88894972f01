"""What every library implements: a training or a prediction, run as often as it is timed."""

from abc import ABC, abstractmethod

from benchmarks.problem import Array, Problem
from benchmarks.workloads import Prediction, Training


class Trainer(ABC):
    """A library's training of one workload. Only `run` is timed."""

    def __init__(self, work: Training, problem: Problem, threads: int) -> None:
        self.work, self.problem, self.threads = work, problem, threads

    @abstractmethod
    def reset(self) -> None:
        """Reset to the initial weights."""

    @abstractmethod
    def run(self) -> None:
        """Train; return when the weights are computed."""

    @abstractmethod
    def parameters(self) -> Array:
        """Return the current weights, flat as in :class:`Problem`."""


class Predictor(ABC):
    """A library's prediction of one workload. Only `run` is timed."""

    def __init__(self, work: Prediction, problem: Problem, threads: int) -> None:
        self.work, self.problem, self.threads = work, problem, threads

    @abstractmethod
    def run(self) -> None:
        """Predict all rows, `work.calls` times."""

    @abstractmethod
    def probabilities(self) -> Array:
        """Return what the last call predicted."""
