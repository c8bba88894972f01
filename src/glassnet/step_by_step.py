"""``gn.StepByStep``: a training taken step by step, forward and back, and touched in between."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.arrays.targets import Targets
from glassnet.core.array import Array
from glassnet.core.validation import real_number, whole_number
from glassnet.engine.interface import Steps, Training
from glassnet.errors import DivergedError
from glassnet.network import Network
from glassnet.nn.losses.loss import Loss
from glassnet.optim.dropout import Dropout
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.history import History
from glassnet.training.journal.thinning import thinned
from glassnet.training.loop import FIRST_MULTIPLY_ADDS, MIN_MULTIPLY_ADDS, Run, all_finite
from glassnet.training.recorded_steps import RecordedStep

__all__ = ["StepByStep"]

#: Kept states take at most so many bytes, and are at most so many.
MOST_BYTES, MOST_STATES = 64 * 2**20, 400


class StepByStep:
    """A training that is taken step by step, forward and back, and can be touched in between.

    As long as nothing is touched, its steps are those of ``Network.fit`` with the same options,
    bit for bit. Steps that are taken back and taken again have the same bits, too. What is changed
    by hand belongs to its step: going forward over that step changes it again. A change before it
    begins a new course, without what was changed later.

    Parameters
    ----------
    net : Network
        It always has the weights of the present step.
    X, y, loss, optimizer, batch_size, sample_weight, penalties, dropout, clip_norm
        As of ``Network.fit``, like `threads` and `shuffle`.
    validation : float or (X, y), optional
        As of ``Network.fit``: a part that is held out is not learned from.

    Raises
    ------
    ValueError, TypeError
        If the data or an option are wrong, or the optimizer is L-BFGS, which takes no steps.

    Examples
    --------
    >>> from glassnet.optim.sgd import SGD
    >>> net = Network([2, 2, 2], hidden="sigmoid", output="softmax", seed=7)
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> training = StepByStep(net, X, y, optimizer=SGD(0.5), batch_size=1)
    >>> losses = training.forward(10)
    >>> before = net.parameters.copy()
    >>> _ = training.forward()
    >>> training.back()
    >>> training.step, bool((net.parameters == before).all())
    (10, True)
    >>> training.learning_rate = 0.1
    >>> training.recorded().learning_rate, training.recorded(3).learning_rate
    (0.1, 0.5)
    """

    def __init__(
        self,
        net: Network,
        X: ArrayLike,
        y: ArrayLike | Targets,
        *,
        loss: str | Loss | None = None,
        optimizer: str | Optimizer | None = None,
        batch_size: int = 32,
        sample_weight: ArrayLike | None = None,
        penalties: Penalty | Sequence[Penalty] = (),
        dropout: float | Dropout | None = None,
        clip_norm: float | None = None,
        validation: float | tuple[ArrayLike, ArrayLike | Targets] | None = None,
        threads: int | None = None,
        shuffle: bool = True,
    ) -> None:
        options = FitOptions(
            optimizer=optimizer,
            batch_size=batch_size,
            sample_weight=sample_weight,
            penalties=penalties,
            dropout=dropout,
            clip_norm=clip_norm,
            validation=validation,
            threads=threads,
            shuffle=shuffle,
        )
        if isinstance(options.chosen_optimizer, LBFGS):
            raise ValueError("L-BFGS takes no steps that could be taken one by one")
        fitting = Fitting.prepare(net, net.chosen_loss(loss), X, y, options)
        assert isinstance(fitting.run, Run)  # L-BFGS is refused
        net.adopt(fitting, History(), X)
        self.net, self._run = net, fitting.run
        self._rates = {0: options.chosen_optimizer.learning_rate}
        self._values: dict[int, dict[int, float]] = {}
        self._kept = [_State.of(self._training)]

    @property
    def step(self) -> int:
        """How many steps are taken: the index of the next one."""
        return self._training.steps_done

    @property
    def steps_in_epoch(self) -> int:
        """How many steps an epoch has."""
        return self._run.steps_in_epoch

    @property
    def learning_rate(self) -> float:
        """That of the next step. Set, it holds from there on."""
        return self._rate(self.step)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        checked = real_number("the learning rate", rate, 0, include_minimum=False)
        self._begin_new_course()
        self._rates[self.step] = checked

    def change(self, parameter: int, value: float) -> None:
        """Give one weight or bias a value, before the next step.

        Parameters
        ----------
        parameter : int
            Where it stands in ``net.parameters``.
        value : float

        Raises
        ------
        ValueError, TypeError
            If there is no such parameter, or the value is no finite number.
        """
        place = whole_number("the parameter", parameter, 0, len(self.net.parameters) - 1)
        number = real_number("the value", value)
        self._begin_new_course()
        self._values.setdefault(self.step, {})[place] = number
        self.net.parameters[place] = number

    def forward(self, steps: int = 1) -> NDArray[np.float64]:
        """Take some steps; return the mean loss of each batch before its step.

        Raises
        ------
        ValueError, TypeError
            If `steps` is no whole number from 1 on.
        DivergedError
            If a loss or a weight becomes infinite or not a number; the training then stands
            before the step that did it.
        """
        end = self.step + whole_number("steps", steps, 1)
        losses = []
        while self.step < end:
            taken = self._advance(self._training, end)
            if not (all_finite(taken) and all_finite(self.net.parameters)):
                self._stand_before_divergence()
            losses.append(taken)
            self._keep()
        self._count_epochs()
        return np.concatenate(losses)

    def back(self, steps: int = 1) -> None:
        """Take some steps back, to the first one at most.

        Raises
        ------
        ValueError, TypeError
            If `steps` is no whole number from 1 on.
        """
        self.go_to(max(self.step - whole_number("steps", steps, 1), 0))

    def go_to(self, step: int) -> None:
        """Go forward or back to where so many steps are taken.

        Raises
        ------
        ValueError, TypeError
            If `step` is no whole number from 0 on.
        DivergedError
            As of :meth:`forward`.
        """
        if whole_number("step", step, 0) < self.step:
            self._stand_at(self._last_kept(step), self._training)
            self._count_epochs()
        if step > self.step:
            self.forward(step - self.step)

    def recorded(self, step: int | None = None) -> RecordedStep:
        """Return a step as it was before it was taken, for ``gn.explain``; or the next one.

        Raises
        ------
        ValueError, TypeError
            If that step lies further ahead than the next one.
        """
        wanted = self.step if step is None else whole_number("step", step, 0, self.step)
        training = replace(self._training, parameters=self.net.parameters.copy())
        self._stand_at(self._last_kept(wanted), training)
        while training.steps_done < wanted:
            self._advance(training, wanted)
        batch = self._steps(wanted, wanted + 1).order
        recorded = RecordedStep.of(self._run.program, training, batch, self._rate(wanted))
        return replace(recorded, classes=self.net.classes, feature_names=self.net.feature_names)

    @property
    def _training(self) -> Training:
        return self._run.training

    def _advance(self, training: Training, end: int) -> NDArray[np.float64]:
        """Take steps up to an end or the next change; return the mean loss of each batch."""
        first = training.steps_done
        work = 3 * self._run.plan.batch_size * len(training.parameters)
        last = min(end, first + max(FIRST_MULTIPLY_ADDS // max(work, MIN_MULTIPLY_ADDS), 1))
        last = min([last, *(step for step in (*self._rates, *self._values) if step > first)])
        steps = self._steps(first, last)
        losses = self._run.program.run(training, steps)
        self._redo_changes(training)
        weights = self._batch_weights(steps)
        return np.divide(losses, weights, out=np.zeros(len(losses)), where=weights != 0)

    def _batch_weights(self, steps: Steps) -> NDArray[np.float64]:
        """The sum of the examples' weights in each batch."""
        training, starts = self._training, steps.batch_starts
        if training.sample_weight is None:
            return np.diff(starts).astype(np.float64)
        batches = np.split(steps.order, starts[1:-1])
        return np.array([training.batch_weight(batch) for batch in batches])

    def _count_epochs(self) -> None:
        """Tell the network how many whole epochs it has learned, as ``fit`` does."""
        self.net.epochs_trained = self._run.plan.first_epoch + self.step // self.steps_in_epoch

    def _steps(self, first: int, last: int) -> Steps:
        """The steps from one to before another, between two changes."""
        plan, rows, in_epoch = self._run.plan, self._run.rows, self.steps_in_epoch
        epochs = range(first // in_epoch, -(-last // in_epoch))
        numbers = range(plan.first_epoch + epochs.start, plan.first_epoch + epochs.stop)
        starts = Steps.batch_starts_of(rows, plan.batch_size, len(epochs))
        before = epochs.start * in_epoch
        batches = starts[first - before : last - before + 1]
        order = plan.order(numbers, rows)[batches[0] : batches[-1]]
        rates = np.full(last - first, self._rate(first))
        return Steps(self._run.chosen(order), batches - batches[0], rates)

    def _rate(self, step: int) -> float:
        return self._rates[max(since for since in self._rates if since <= step)]

    def _stand_at(self, state: "_State", training: Training) -> None:
        """Bring a training to a state, with what was changed by hand there."""
        state.bring_back(training)
        self._redo_changes(training)

    def _redo_changes(self, training: Training) -> None:
        """Give weights the values that they were given at the step where a training stands."""
        for place, value in self._values.get(training.steps_done, {}).items():
            training.parameters[place] = value

    def _begin_new_course(self) -> None:
        """Forget what was changed and kept after the present step."""
        now = self.step
        self._rates = {step: rate for step, rate in self._rates.items() if step <= now}
        self._values = {step: values for step, values in self._values.items() if step <= now}
        self._kept = [state for state in self._kept if state.step <= now]

    def _last_kept(self, step: int) -> "_State":
        """The last state that was kept up to a step."""
        return self._kept[bisect_right(self._kept, step, key=_step_of) - 1]

    def _keep(self) -> None:
        """Keep the present state; of those kept before the older, the fewer."""
        if self.step <= self._kept[-1].step:
            return
        self._kept.append(_State.of(self._training))
        size = self._kept[-1].size
        most = min(max(MOST_BYTES // size, 2), MOST_STATES)
        steps = [state.step for state in self._kept]
        self._kept = [self._kept[at] for at in thinned(steps, [1] * len(steps), set(), most)]

    def _stand_before_divergence(self) -> None:
        """Go to the last step with finite numbers, and say so."""
        self._stand_at(self._last_kept(self.step), self._training)
        while True:
            before = _State.of(self._training)
            losses = self._advance(self._training, before.step + 1)
            if not (all_finite(losses) and all_finite(self.net.parameters)):
                break
        self._stand_at(before, self._training)
        raise DivergedError(
            f"the loss or a weight becomes infinite or not a number in step {self.step + 1} "
            f"(index {self.step}); the training stands before it. Go back some steps, or try a "
            f"learning rate below {self.learning_rate:g}"
        )


@dataclass(frozen=True)
class _State:
    """What a training is before a step."""

    step: int
    parameters: Array
    optimizer_state: Array

    @classmethod
    def of(cls, training: Training) -> "_State":
        return cls(training.steps_done, training.parameters.copy(), training.state.copy())

    @property
    def size(self) -> int:
        return self.parameters.nbytes + self.optimizer_state.nbytes

    def bring_back(self, training: Training) -> None:
        training.parameters[...] = self.parameters
        training.state[...] = self.optimizer_state
        training.steps_done = self.step


def _step_of(state: _State) -> int:
    return state.step
