"""Training by L-BFGS: SciPy's minimiser with the engine's gradient over all examples."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.arrays.inputs import require_finite_inputs
from glassnet.core.array import Array
from glassnet.engine.interface import Program, Training, parameter_groups
from glassnet.errors import DivergedError
from glassnet.optim.lbfgs import LBFGS
from glassnet.training.history import History
from glassnet.training.loop import Keeper, requests_stop
from glassnet.training.plan import Callback, Progress
from glassnet.training.rollback import Rollback

__all__ = ["FullBatchRun"]

# SciPy's status where a callback ended the minimisation.
STOPPED = 99


@dataclass
class FullBatchRun:
    """A training run by L-BFGS: call :meth:`follow`, then :meth:`finish`.

    Attributes
    ----------
    total : float
        The final mean loss, including the penalty.
    converged : bool
        Whether it ended because the loss could not be lowered further.
    """

    program: Program
    training: Training
    method: LBFGS
    epochs: int
    callbacks: tuple[Callback, ...] = ()
    history: History = field(default_factory=History)
    total: float = math.nan
    converged: bool = False
    keeper: Keeper | None = None
    _has_ended: bool = False
    _loss: float = 0.0
    _examples: float = field(init=False)

    def __post_init__(self) -> None:
        self._examples = self.training.batch_weight(np.arange(len(self.training.x)))

    def follow(self, watch: Callable[[Progress], bool]) -> None:
        """Train until the end, or until `watch`, called after each iteration, returns True.

        Raises
        ------
        DivergedError
            If the loss is no longer finite; the parameters are set back to those before training.
        """
        from scipy.optimize import minimize

        parameters = self.training.parameters
        began = time.perf_counter()

        def iterated(intermediate_result: Any) -> None:
            nonlocal began
            self.total = float(intermediate_result.fun)
            self.history.losses.append(self._loss)
            self.history.seconds.append(time.perf_counter() - began)
            began = time.perf_counter()
            for callback in self.callbacks:
                self.history.stopped_early |= requests_stop(callback(self.history))
            if self.keeper is not None:
                self.keeper.look(self)
            ended = watch(Progress(self.history.epochs, self.epochs, self._loss, None))
            if ended or self.history.stopped_early:
                raise StopIteration

        with Rollback(parameters) as before:
            if self.keeper is not None:
                self.keeper.restore(self)
            result = minimize(
                lambda point: self._loss_and_gradient(point, before),
                parameters.astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                callback=iterated,
                options={
                    "maxcor": self.method.memory,
                    "gtol": self.method.tolerance,
                    "maxfun": self.method.most_evaluations,
                    "maxiter": self.epochs,
                    "ftol": self._min_improvement(),
                },
            )
            parameters[...] = result.x
            self.total, self.converged = float(result.fun), result.status == 0
            self._has_ended = result.status != STOPPED or self.history.stopped_early

    def _min_improvement(self) -> float:
        given = self.method.min_improvement
        return 64 * float(np.finfo(self.training.parameters.dtype).eps) if given is None else given

    def finish(self, interrupted: bool = False) -> History:
        """Return the history; the network has the best weights found."""
        if self.keeper is not None:
            self.keeper.end(self)
        self.history.interrupted = interrupted and not self._has_ended
        return self.history

    @property
    def reached(self) -> Progress:
        """How far it is before its first iteration: at the beginning, also where it was left."""
        return Progress(0.0, self.epochs, math.nan, None)

    def _loss_and_gradient(
        self, point: Array, before: Rollback
    ) -> tuple[float, NDArray[np.float64]]:
        """The mean loss including the penalty at a point, and its gradient."""
        self.training.parameters[...] = point
        self._loss, gradient = self.program.gradient(self.training)
        if not np.isfinite(self._loss):
            before.restore()
            require_finite_inputs(self.training.x, "X")
            raise DivergedError(
                "the loss became infinite or NaN, and the weights were set back to those before "
                "training; scale the inputs, or start from smaller weights"
            )
        total, derivatives = self._loss, gradient.astype(np.float64)
        for group in parameter_groups(self.program.architecture):
            w = point[group.place]
            for penalty in self.training.rule.loss_penalties(biases=group.biases):
                total += penalty.value(w, self._examples)
                derivatives[group.place] += penalty.derivative(w, self._examples)
            if not group.rate:  # it is kept fixed
                derivatives[group.place] = 0
        return total, derivatives
