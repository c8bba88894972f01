"""Loss curve, learning rate and stopping by scikit-learn's rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from glassnet.network import Network
from glassnet.training.history import History
from glassnet.training.loop import requests_stop
from glassnet.training.schedule import Factors, Schedule, UpcomingSteps
from glassnet.training.schedules import Adaptive, Patience

__all__ = ["EstimatorState", "StoppingRules", "several"]

# scikit-learn's "adaptive" learning rate.
ADAPTIVE = Adaptive()


class EstimatorState(Protocol):
    """The attributes of an estimator that the stopping rules read and write."""

    network_: Network
    solver: str
    alpha: float
    learning_rate: str
    learning_rate_init: float
    power_t: float
    tol: float
    verbose: bool | int
    early_stopping: bool
    n_iter_no_change: float
    callbacks: Any

    n_iter_: int
    t_: int
    loss_: float
    best_loss_: float | None
    loss_curve_: list[float]
    validation_loss_curve_: list[float]
    validation_scores_: list[float] | None
    best_validation_score_: float | None


@dataclass
class StoppingRules(Schedule):
    """Bookkeeping after each epoch of an estimator's training.

    Parameters
    ----------
    estimator : EstimatorState
    to_sklearn_loss : callable
        Converts the mean loss of the history to scikit-learn's loss, without the penalty.
    examples, batch_size : int
        Number of examples in an epoch, and in a batch.
    weight : float
        Total weight of all examples.
    patience : Patience
    """

    estimator: EstimatorState
    to_sklearn_loss: Callable[[float], float]
    examples: int
    batch_size: int
    weight: float
    patience: Patience
    rate: float = 1.0
    best_parameters: Any = None
    depends_on_losses = True

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the current factor of the learning rate."""
        return np.full_like(steps.done, self.rate)

    def after_epoch(self, history: History) -> bool:
        """Record the epoch; return whether training ends."""
        estimator = self.estimator
        estimator.n_iter_ += 1
        estimator.t_ += self.examples
        estimator.loss_ = self.to_sklearn_loss(history.losses[-1]) + self._penalty()
        estimator.loss_curve_.append(estimator.loss_)
        self._tell(f"Iteration {estimator.n_iter_}, loss = {estimator.loss_:.8f}")
        if history.validation_losses:
            self._record_validation(history)
        stalls = self._stalls()
        if estimator.solver == "sgd" and estimator.learning_rate == "invscaling":
            self.rate = (estimator.t_ + 1) ** -estimator.power_t
        # All callbacks are called, even if one of them ends the training.
        asked_to_stop = [
            requests_stop(callback(estimator)) for callback in several(estimator.callbacks)
        ]
        return (stalls and self._is_over()) or any(asked_to_stop)

    def _penalty(self) -> float:
        """The penalty ½ α Σ w² in the units of the loss, with the weights at the end of the epoch.

        Each batch divides alpha by its own weight; batches are taken as equally large.
        """
        weights = [w for w in self.estimator.network_.weights if w is not None]
        squares = sum(float(np.vdot(w, w)) for w in weights) if self.estimator.alpha else 0.0
        batches = -(-self.examples // self.batch_size)
        return 0.5 * self.estimator.alpha * (batches / self.weight) * squares

    def _record_validation(self, history: History) -> None:
        estimator, score = self.estimator, history.metrics["score"][-1]
        estimator.validation_loss_curve_.append(self.to_sklearn_loss(history.validation_losses[-1]))
        if estimator.validation_scores_ is None:
            estimator.validation_scores_ = []
        estimator.validation_scores_.append(score)
        self._tell(f"Validation score: {score:.6f}")

    def _stalls(self) -> bool:
        """Whether too many epochs in a row improved by less than `tol`; keeps the best weights."""
        estimator = self.estimator
        scores, best = estimator.validation_scores_, estimator.best_validation_score_
        best = -np.inf if best is None else best
        if scores and scores[-1] > best:
            estimator.best_validation_score_ = scores[-1]
            self.best_parameters = estimator.network_.parameters.copy()
        if estimator.early_stopping and scores:
            self.patience.lowest = -best
            return self.patience.is_over(-scores[-1])
        self.patience.lowest = np.inf if estimator.best_loss_ is None else estimator.best_loss_
        over = self.patience.is_over(estimator.loss_)
        estimator.best_loss_ = self.patience.lowest
        return over

    def _is_over(self) -> bool:
        """Whether a training that stalls ends, and does not go on at a lower learning rate."""
        estimator = self.estimator
        measured = "Validation score" if estimator.early_stopping else "Training loss"
        words = (
            f"{measured} did not improve more than tol={estimator.tol:f} for "
            f"{estimator.n_iter_no_change} consecutive epochs."
        )
        adaptive = estimator.solver == "sgd" and estimator.learning_rate == "adaptive"
        if adaptive and self.rate * estimator.learning_rate_init > ADAPTIVE.smallest:
            self.rate /= ADAPTIVE.divisor
            rate = self.rate * estimator.learning_rate_init
            self._tell(f"{words} Setting learning rate to {rate:f}")
            return False
        self._tell(f"{words} Stopping.")
        return True

    def _tell(self, words: str) -> None:
        if self.estimator.verbose:
            print(words)  # noqa: T201 - verbose=True asks for it, as in scikit-learn


def several(callbacks: Any) -> list[Callable[[Any], object]]:
    """Return callbacks as a list, given none, one, or several."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
