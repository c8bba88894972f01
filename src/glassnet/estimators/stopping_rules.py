"""Loss curve, learning rate and stopping by scikit-learn's rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from glassnet.core.array import Array
from glassnet.core.elementary import power
from glassnet.errors import DivergedError, FileFormatError
from glassnet.estimators.fit_callbacks import ask_callbacks, several
from glassnet.network import Network
from glassnet.optim.optimizer import Optimizer
from glassnet.training.history import History
from glassnet.training.loop import all_finite
from glassnet.training.schedule import Factors, Schedule, UpcomingSteps
from glassnet.training.schedules import Adaptive

if TYPE_CHECKING:
    from glassnet.training.journal.checkpoint import HasState

__all__ = ["EstimatorState", "StoppingRules", "state_of_part"]

# scikit-learn's "adaptive" learning rate.
ADAPTIVE = Adaptive()
# What the rules write to the estimator besides counts, as numbers.
WRITTEN = (
    *("loss_curve_", "validation_loss_curve_", "validation_scores_"),
    *("best_loss_", "best_validation_score_"),
)


class EstimatorState(Protocol):
    """The attributes of an estimator that the stopping rules read and write."""

    network_: Network
    solver: str | Optimizer
    learning_rate: str | Schedule
    learning_rate_init: float
    power_t: float
    tol: float
    verbose: bool | int
    early_stopping: bool
    restore_best: bool
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


@dataclass(repr=False)
class StoppingRules(Schedule):
    """Bookkeeping after each epoch of an estimator's training.

    Parameters
    ----------
    estimator : EstimatorState
    loss_of_epoch : callable
        Returns scikit-learn's loss of the last epoch of a history, with the penalty.
    to_validation_loss : callable
        Converts the mean validation loss of the history to scikit-learn's.
    examples : int
        Number of examples in an epoch.
    stalled : int
        How many epochs in a row improved by less than `tol` until now.
    rate : float
        Factor on the learning rate.
    best_parameters : array of shape (parameters,), optional
        Those of the best validation score until now.
    schedule : Schedule
        What multiplies the learning rate besides.
    """

    estimator: EstimatorState
    loss_of_epoch: Callable[[History], float]
    to_validation_loss: Callable[[float], float]
    examples: int
    stalled: int
    rate: float
    best_parameters: Array | None
    schedule: Schedule
    depends_on_losses = True

    def __post_init__(self) -> None:
        self._learning_rate = self.rate * self.estimator.learning_rate_init

    def __repr__(self) -> str:
        """Return the schedule that was given."""
        return repr(self.schedule)

    def factors(self, steps: UpcomingSteps) -> Factors:
        """Return the current factor of the learning rate."""
        return self.rate * self.schedule.factors(steps)

    def has_ended(self, steps: UpcomingSteps) -> bool:
        """Return whether the schedule ends the training."""
        return self.schedule.has_ended(steps)

    def after_epoch(self, history: History) -> bool:
        """Record the epoch; return whether training ends.

        Raises
        ------
        DivergedError
            If a weight is not finite, and no better weights will come back.
        """
        estimator = self.estimator
        measures = bool(history.validation_losses)
        if not (measures and estimator.restore_best):
            self._require_finite()
        estimator.n_iter_ += 1
        estimator.t_ += self.examples
        estimator.loss_ = self.loss_of_epoch(history)
        estimator.loss_curve_.append(estimator.loss_)
        self._tell(f"Iteration {estimator.n_iter_}, loss = {estimator.loss_:.8f}")
        if measures:
            self._record_validation(history)
        self._count_stalled(by_score=measures and estimator.early_stopping)
        if estimator.solver == "sgd" and estimator.learning_rate == "invscaling":
            divisor = float(power(estimator.t_ + 1, estimator.power_t))
            self._set_rate(estimator.learning_rate_init / divisor)
        asked_to_stop = ask_callbacks(estimator)
        stalls = self.stalled > estimator.n_iter_no_change
        return (stalls and self._is_over()) or asked_to_stop

    def _require_finite(self) -> None:
        if not all_finite(self.estimator.network_.parameters):
            raise DivergedError("the weights became infinite or not a number")

    def _record_validation(self, history: History) -> None:
        """Keep the loss and the score, and the weights if they are the best."""
        estimator, score = self.estimator, history.metrics["score"][-1]
        loss = self.to_validation_loss(history.validation_losses[-1])
        estimator.validation_loss_curve_.append(loss)
        if estimator.validation_scores_ is None:
            estimator.validation_scores_ = []
        estimator.validation_scores_.append(score)
        self._tell(f"Validation score: {score:.6f}")

    def _count_stalled(self, *, by_score: bool) -> None:
        """Count the epochs in a row that improved by less than `tol`; NaN counts as improved."""
        estimator = self.estimator
        if by_score:
            score, best = (estimator.validation_scores_ or [np.nan])[-1], self._best_score()
            stalled = score < best + estimator.tol
        else:
            lowest = np.inf if estimator.best_loss_ is None else estimator.best_loss_
            stalled = estimator.loss_ > lowest - estimator.tol
            estimator.best_loss_ = min(lowest, estimator.loss_)
        self.stalled = self.stalled + 1 if stalled else 0
        self._keep_best()

    def _keep_best(self) -> None:
        estimator = self.estimator
        scores = estimator.validation_scores_
        if scores and scores[-1] > self._best_score():
            estimator.best_validation_score_ = scores[-1]
            self.best_parameters = estimator.network_.parameters.copy()

    def _best_score(self) -> float:
        best = self.estimator.best_validation_score_
        return -np.inf if best is None else best

    def _is_over(self) -> bool:
        """Whether a training that stalls ends, and does not go on at a lower learning rate."""
        estimator = self.estimator
        measured = "Validation score" if estimator.early_stopping else "Training loss"
        words = (
            f"{measured} did not improve more than tol={estimator.tol:f} for "
            f"{estimator.n_iter_no_change} consecutive epochs."
        )
        if estimator.solver != "sgd" or estimator.learning_rate != "adaptive":
            self._tell(f"{words} Stopping.")
            return True
        if self._learning_rate <= ADAPTIVE.smallest:
            self._tell(f"{words} Learning rate too small. Stopping.")
            return True
        self._set_rate(self._learning_rate / ADAPTIVE.divisor)
        self.stalled = 0
        self._tell(f"{words} Setting learning rate to {self._learning_rate:f}")
        return False

    def _set_rate(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate
        self.rate = learning_rate / self.estimator.learning_rate_init

    def _tell(self, words: str) -> None:
        if self.estimator.verbose:
            print(words)  # noqa: T201 - verbose=True asks for it, as in scikit-learn

    def state(self) -> dict[str, Any]:
        """Return what the rules remember and what they wrote to the estimator, for a journal."""
        estimator = self.estimator
        known = {name: getattr(estimator, name) for name in WRITTEN}
        known["rates"] = [self.rate, self._learning_rate]
        # As arrays, since JSON has neither infinities nor NaN.
        state: dict[str, Any] = {
            name: np.atleast_1d(np.array(numbers, np.float64))
            for name, numbers in known.items()
            if numbers is not None
        }
        state |= {"stalled": self.stalled, "epochs": estimator.n_iter_, "examples": estimator.t_}
        if self.best_parameters is not None:
            state["best_parameters"] = self.best_parameters
        for prefix, part in self._parts_with_state():
            state |= {f"{prefix}.{name}": value for name, value in part.state().items()}
        return state

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take over what :meth:`state` returned.

        Raises
        ------
        FileFormatError
            If it is no such state.
        """
        try:
            self._take(state)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise FileFormatError(
                "a checkpoint of the journal does not fit the estimator"
            ) from None
        for name, part in self._parts_with_state():
            part.set_state(state_of_part(name, state))

    def _take(self, state: Mapping[str, Any]) -> None:
        estimator = self.estimator
        self.rate, self._learning_rate = state["rates"].tolist()
        self.stalled = int(state["stalled"])
        estimator.n_iter_, estimator.t_ = int(state["epochs"]), int(state["examples"])
        for name in WRITTEN:
            # There is no array of an empty list, nor of None.
            numbers = state[name].tolist() if name in state else []
            if not name.startswith("best"):
                none = name == "validation_scores_" and not numbers and not estimator.early_stopping
                setattr(estimator, name, None if none else numbers)
            elif numbers:
                setattr(estimator, name, numbers[0])
        if estimator.loss_curve_:
            estimator.loss_ = estimator.loss_curve_[-1]
        best, like = state.get("best_parameters"), estimator.network_.parameters
        if best is not None and (best.shape, best.dtype) != (like.shape, like.dtype):
            raise ValueError("they are those of another network")
        self.best_parameters = best

    def _parts_with_state(self) -> Iterator[tuple[str, "HasState"]]:
        """The schedule and the callbacks that were given and remember something."""
        from glassnet.training.journal.checkpoint import HasState

        parts: dict[str, Any] = {"schedule": self.schedule}
        parts |= {f"callback {n}": one for n, one in enumerate(several(self.estimator.callbacks))}
        for name, part in parts.items():
            if isinstance(part, HasState):
                yield name, part


def state_of_part(name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return, of the state of :class:`StoppingRules`, that of its schedule or of a callback."""
    return {
        key.removeprefix(f"{name}."): value
        for key, value in state.items()
        if key.startswith(f"{name}.")
    }
