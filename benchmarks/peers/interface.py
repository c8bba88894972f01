"""What every library does here: train, or predict, once each time its turn comes."""

from abc import ABC, abstractmethod

from benchmarks.task import Array, Task
from benchmarks.workloads import Prediction, Training


class Trainer(ABC):
    """A library's training of one workload. Only `run` is timed."""

    def __init__(self, work: Training, task: Task, threads: int) -> None:
        self.work, self.task, self.threads = work, task, threads

    @abstractmethod
    def restart(self) -> None:
        """Go back to the start weights."""

    @abstractmethod
    def run(self) -> None:
        """Train; return when the weights are there."""

    @abstractmethod
    def parameters(self) -> Array:
        """Return the weights now, flat as in :class:`Task`."""


class Predictor(ABC):
    """A library's prediction of one workload. Only `run` is timed."""

    def __init__(self, work: Prediction, task: Task, threads: int) -> None:
        self.work, self.task, self.threads = work, task, threads

    @abstractmethod
    def run(self) -> None:
        """Predict all rows, `work.calls` times."""

    @abstractmethod
    def probabilities(self) -> Array:
        """Return what the last call answered."""
