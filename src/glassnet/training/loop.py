"""The training loop: steps, validation, the best weights, stopping."""

import math
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.inputs import require_finite_inputs
from glassnet.core.array import Array
from glassnet.core.memory import is_mapped, release
from glassnet.core.random import BLOCKS_IN_GROUP, ROWS_IN_BLOCK
from glassnet.engine.interface import Program, Steps, Training
from glassnet.errors import DivergedError
from glassnet.training.early_stopping import EarlyStopping
from glassnet.training.example_order import Order
from glassnet.training.history import History
from glassnet.training.plan import Plan, Progress, Validation
from glassnet.training.recorded_steps import RecordedStep
from glassnet.training.rollback import Rollback
from glassnet.training.schedule import Factors, UpcomingSteps

__all__ = ["Keeper", "Run", "all_finite", "requests_stop"]

# The compiled loop returns about this often, for progress and Ctrl-C.
SECONDS_BETWEEN_LOOKS = 0.1


# So many multiply-adds are done in less than that by any processor that has them in one piece.
FIRST_MULTIPLY_ADDS = 100_000_000


# And a step takes at least as long as so many.
MIN_MULTIPLY_ADDS = 10_000


# Where the rows within which an order jumps take more bytes of a file than this, only so many are
# looked at before their memory is given back: each brings up to a megabyte around it.
MAX_MAPPED, ROWS_MAPPED = 64 * 2**20, 256


class Keeper(Protocol):
    """What keeps a training, so that it can go on from there: the journal."""

    def reached(self, run: Any) -> Progress | None:
        """Return how far a training is that was left; None if it is about to begin."""

    def restore(self, run: Any) -> None:
        """Bring a training that is about to begin to where it was left."""

    def look(self, run: Any) -> None:
        """Look at a training between two steps, about ten times a second and after each epoch."""

    def keep_step(self, run: Any) -> None:
        """Keep the training as it is before a step that is recorded."""

    def end(self, run: Any) -> None:
        """Keep the training as it is after its last step."""


@dataclass
class Run:
    """A training under way.

    :meth:`follow` it, or consume :meth:`progress` to the end or stop doing so; then call
    :meth:`finish`.

    Attributes
    ----------
    history : History
    best_parameters : array or None
        Those of the best epoch on the validation data.
    losses, squared_weights : array of float64
        Of the steps since the last whole epoch.
    keeper : Keeper or None
    """

    program: Program
    training: Training
    plan: Plan
    history: History = field(default_factory=History)
    best_parameters: Array | None = None
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    squared_weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    keeper: Keeper | None = None
    _steps_at_once: int = 0
    _most_at_once: float = math.inf

    def __post_init__(self) -> None:
        step = 3 * self.plan.batch_size * self.program.architecture.parameter_count
        self._steps_at_once = max(FIRST_MULTIPLY_ADDS // max(step, MIN_MULTIPLY_ADDS), 1)
        x = self.training.x
        rows = ROWS_IN_BLOCK * BLOCKS_IN_GROUP
        if isinstance(x, np.ndarray) and is_mapped(x) and x.strides[0] * rows > MAX_MAPPED:
            self._most_at_once = max(ROWS_MAPPED // self.plan.batch_size, 1)

    def follow(self, watch: Callable[[Progress], bool]) -> None:
        """Train until the end, or until `watch`, called about ten times a second, says to stop."""
        for progress in self.progress():
            if watch(progress):
                break

    def progress(self) -> Iterator[Progress]:
        """Train, and yield before the first step and then about ten times a second.

        Raises
        ------
        DivergedError
            If the loss is no longer a finite number, unless the plan lets it; the parameters are
            as before the training.
        """
        with Rollback(self.training.parameters) as before:
            now = self.reached
            if self.keeper is not None:
                self.keeper.restore(self)
            # A first step may take a while: an earlier Ctrl-C need not wait for it.
            yield now
            if self.history.epochs and not len(self.losses):  # it goes on between two epochs
                self._end_where_schedule_does()
            while not self.has_ended:
                for losses, progress in self._epochs():
                    self._require_finite(losses, before)
                    yield progress
                self._require_finite(self.training.parameters, before)
                self._end_where_schedule_does()

    def _end_where_schedule_does(self) -> None:
        self.history.stopped_early |= self.plan.schedule.has_ended(self._upcoming_steps(1))

    def _require_finite(self, numbers: Array, before: Rollback) -> None:
        if self.plan.may_diverge or all_finite(numbers):
            return
        before.restore()
        require_finite_inputs(self.training.x, "X")
        raise DivergedError(
            "the loss or the weights became infinite or not a number, and the weights were set "
            f"back to what they were before; try a learning rate below "
            f"{self.training.rule.optimizer.learning_rate:g}"
        )

    def finish(self, interrupted: bool = False) -> History:
        """Return the history; after early stopping or an interruption the best weights come back.

        The best weights are those of the lowest validation loss. Without validation data, an
        interrupted training keeps the weights of its last step. What had ended before was not
        interrupted.
        """
        if self.keeper is not None:
            self.keeper.end(self)
        interrupted = interrupted and not self.has_ended
        self.history.interrupted = interrupted
        if self.best_parameters is not None and (interrupted or self.plan.stopping):
            self.training.parameters[...] = self.best_parameters
            self.history.restored = True
        return self.history

    @property
    def reached(self) -> Progress:
        """How far it is before its first step: where it goes on, if it was left."""
        found = None if self.keeper is None else self.keeper.reached(self)
        return found or Progress(0.0, self.plan.epochs, math.nan, None)

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing left to train."""
        return self.history.epochs >= self.plan.epochs or self.history.stopped_early

    @property
    def steps_taken(self) -> int:
        """How many steps are done."""
        return self.history.epochs * self.steps_in_epoch + len(self.losses)

    @property
    def rows(self) -> int:
        """How many examples an epoch has."""
        return len(self.training.x if self.plan.rows is None else self.plan.rows)

    @property
    def steps_in_epoch(self) -> int:
        """How many steps an epoch has."""
        return -(-self.rows // self.plan.batch_size)

    def chosen(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        """The examples that an order of those to learn from stands for."""
        return order if self.plan.rows is None else self.plan.rows[order]

    def _upcoming_steps(self, epochs: int) -> UpcomingSteps:
        """The steps of the epochs to come, as the schedule sees them."""
        return self._steps_after(self.history.losses, epochs, self.plan.epochs)

    def _steps_after(self, losses: list[float], epochs: int, planned: int) -> UpcomingSteps:
        """The steps of some epochs after those of some losses, as the schedule sees them."""
        first, in_epoch = len(losses), self.steps_in_epoch
        steps = np.arange(epochs * in_epoch) + first * in_epoch
        return UpcomingSteps(
            steps / (planned * in_epoch),
            steps // in_epoch,
            self.rows,
            self.training.rule.optimizer.learning_rate,
            losses,
        )

    def has_rates_of(self, planned: int, losses: list[float]) -> bool:
        """Return whether the learning rates until now are those of a plan of so many epochs.

        Parameters
        ----------
        planned : int
        losses : list of float
            Of the epochs until now; the one after them counts, too.
        """

        def factors(epoch: int, planned: int) -> Factors:
            return self.plan.schedule.factors(self._steps_after(losses[:epoch], 1, planned))

        return all(
            np.array_equal(factors(epoch, planned), factors(epoch, self.plan.epochs))
            for epoch in range(min(len(losses) + 1, planned))
        )

    def _epochs(self) -> Iterator[tuple[NDArray[np.float64], Progress]]:
        """Train one epoch, or several tiny ones at once where nobody looks in between."""
        plan, training = self.plan, self.training
        rows, steps_in_epoch = self.rows, self.steps_in_epoch
        epochs, first = self._epochs_at_once(), self.history.epochs
        before = first * steps_in_epoch
        order = plan.order(range(plan.first_epoch + first, plan.first_epoch + first + epochs), rows)
        starts = Steps.batch_starts_of(rows, plan.batch_size, epochs)
        rates = self._learning_rates(epochs)
        if training.sample_weight is not None:
            order = order[:]
        losses, squares = np.zeros(len(rates)), np.zeros(len(rates))
        done, recorded = len(self.losses), 0  # it may go on within an epoch
        losses[:done], squares[:done] = self.losses, self.squared_weights
        began = time.perf_counter()
        while done < len(rates):
            part = slice(done, self._until(before, done, len(rates)))
            batches = starts[part.start : part.stop + 1]
            measured = squares[part] if plan.measures_weights else None
            examples = self.chosen(order[batches[0] : batches[-1]])
            steps = Steps(examples, batches - batches[0], rates[part], measured)
            self._keep_step(before + done, steps)
            losses[part] = self._timed_run(steps)
            examples_weight = training.batch_weight(steps.order)
            done = part.stop
            unfinished = slice(done // steps_in_epoch * steps_in_epoch, done)
            self.losses, self.squared_weights = losses[unfinished], squares[unfinished]
            # The caller may stop here: what is complete is in the history before.
            if complete := done // steps_in_epoch - recorded:
                whole = slice(recorded * steps_in_epoch, (recorded + complete) * steps_in_epoch)
                by_epoch = losses[whole].reshape(complete, -1)
                sums, self.history.step_losses = by_epoch.sum(axis=1), by_epoch[-1]
                self.history.squared_weights = squares[whole].reshape(complete, -1)[-1]
                seconds = (time.perf_counter() - began) / complete
                self._record(
                    sums / self._weights(order, recorded, complete),
                    rates[whole][steps_in_epoch - 1 :: steps_in_epoch],
                    seconds,
                )
                self._look()
                recorded, began = recorded + complete, time.perf_counter()
            if self.keeper is not None:
                self.keeper.look(self)
            validated = self.history.validation_losses
            last = validated[-1] if validated else None
            loss = float(losses[part].sum() / examples_weight) if examples_weight else 0.0
            yield losses[part], Progress(first + done / steps_in_epoch, plan.epochs, loss, last)

    def _weights(self, order: Order, first: int, epochs: int) -> NDArray[np.float64]:
        """The weight of all examples in each of some epochs, in whose order it is rounded."""
        rows = self.rows
        if self.training.sample_weight is None:
            return np.full(epochs, float(rows))
        each = [order[epoch * rows : (epoch + 1) * rows] for epoch in range(first, first + epochs)]
        return np.array([self.training.batch_weight(self.chosen(one)) for one in each])

    def _learning_rates(self, epochs: int) -> NDArray[np.float64]:
        factors = self.plan.schedule.factors(self._upcoming_steps(epochs))
        return self.training.rule.optimizer.learning_rate * factors

    def _keep_step(self, number: int, steps: Steps) -> None:
        """Keep the first of some steps in the history, if it is to be recorded."""
        if self._next_recorded(number) == number:
            if self.keeper is not None:
                self.keeper.keep_step(self)
            batch, rate = steps.order[: steps.batch_starts[1]], float(steps.learning_rates[0])
            self.history.steps[number] = RecordedStep.of(self.program, self.training, batch, rate)

    def _until(self, before: int, done: int, steps: int) -> int:
        """Where the next call of the engine ends; a step to record begins one of its own."""
        end = min(done + int(min(self._steps_at_once, self._most_at_once)), steps)
        return min(self._next_recorded(before + done + 1) - before, end)

    def _next_recorded(self, number: int) -> int:
        """The first step to record from a number on; far behind the last one if there is none."""
        place = bisect_left(self.plan.record, number)
        return self.plan.record[place] if place < len(self.plan.record) else sys.maxsize

    def _record(
        self, losses: NDArray[np.float64], rates: NDArray[np.float64], seconds: float
    ) -> None:
        self.history.losses += losses.tolist()
        all_alike = bool((rates == rates[0]).all())  # then one number does, many times
        alike = [float(rates[0])] * len(rates) if all_alike else rates.tolist()
        self.history.learning_rates += alike
        self.history.seconds += [seconds] * len(losses)

    def _epochs_at_once(self) -> int:
        if self.plan.validation or self.plan.callbacks or self.plan.schedule.depends_on_losses:
            return 1
        left = self.plan.epochs - self.history.epochs
        return min(max(self._steps_at_once // self.steps_in_epoch, 1), left)

    def _timed_run(self, steps: Steps) -> NDArray[np.float64]:
        began = time.perf_counter()
        losses = self.program.run(self.training, steps)
        release(self.training.x)
        release(self.training.targets)
        seconds = time.perf_counter() - began
        if seconds < SECONDS_BETWEEN_LOOKS / 4 and 2 * len(steps) > self._steps_at_once:
            self._steps_at_once *= 2  # not where a step to record cut it short
        elif seconds > SECONDS_BETWEEN_LOOKS:
            self._steps_at_once = max(self._steps_at_once // 2, 1)
        return losses

    def _look(self) -> None:
        """Measure on the validation data; keep the best weights; decide whether to stop."""
        self._measure()
        for callback in self.plan.callbacks:
            self.history.stopped_early |= requests_stop(callback(self.history))

    def _measure(self) -> None:
        validation, history = self.plan.validation, self.history
        if validation is None:
            return
        loss, metrics = self._measured_on(validation)
        history.validation_losses.append(loss)
        for name, value in metrics.items():
            history.metrics.setdefault(name, []).append(value)
        stopping = self.plan.stopping or EarlyStopping()
        epoch, best = history.epochs - 1, history.best_epoch
        accuracies = history.metrics.get("accuracy", [0.0] * history.epochs)
        if best is None or stopping.is_better(
            loss, history.validation_losses[best], accuracies[-1], accuracies[best]
        ):
            history.best_epoch = epoch
            self.best_parameters = self.training.parameters.copy()
        elif self.plan.stopping and stopping.should_stop(epoch, best):
            history.stopped_early = True

    def _measured_on(self, validation: Validation) -> tuple[float, dict[str, float]]:
        """The mean loss and metrics, summed over pieces that need little memory."""
        training = self.training
        loss, metrics = 0.0, dict.fromkeys(validation.metrics, 0.0)
        for x, targets in validation.chunks:
            predicted, losses = self.program.evaluate(
                training.parameters, x, targets, training.threads
            )
            loss += float(losses.sum())
            for name, metric in validation.metrics.items():
                metrics[name] += metric(predicted, targets) * (len(x) / len(validation))
            release(validation.x)
            release(validation.targets)
        return loss / len(validation), metrics


def requests_stop(answer: object) -> bool:
    """Return whether a callback's answer ends the training: True does, NumPy's too, nothing else.

    Examples
    --------
    >>> requests_stop(np.True_), requests_stop(None), requests_stop(1)
    (True, False, False)
    """
    return isinstance(answer, bool | np.bool_) and bool(answer)


def all_finite(numbers: Array) -> bool:
    """Return whether no number is infinite or not a number; needs no memory of their size."""
    return bool(np.isfinite(numbers.min()) and np.isfinite(numbers.max()))
