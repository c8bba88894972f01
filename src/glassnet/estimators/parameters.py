"""The common parameters of both estimators: validation and conversion to training options."""

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator

from glassnet.core.validation import one_of, real_number, whole_number
from glassnet.estimators.fit_callbacks import several
from glassnet.estimators.initial_weights import hidden_activations
from glassnet.estimators.scoring import require_scorer
from glassnet.estimators.warn import warn
from glassnet.nn.losses.loss import Loss
from glassnet.optim.adam import AdamW
from glassnet.optim.adam_epsilon_hat import AdamEpsilonHat
from glassnet.optim.lbfgs import LBFGS
from glassnet.optim.momentum import Momentum, Nesterov
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import L1, L2, Penalty
from glassnet.training.journal.settings import Journal, JournalPath
from glassnet.training.schedule import ConstantRate, Schedule

__all__ = ["Parameters", "takes_steps"]

SWITCHES = (
    *("shuffle", "warm_start", "nesterovs_momentum", "early_stopping", "restore_best"),
    "keep_optimizer_state",
)
# scikit-learn's learning rates.
RATES = ("constant", "invscaling", "adaptive")
# SciPy's default for L-BFGS, which scikit-learn uses: 1e7 times the float64 epsilon.
MIN_IMPROVEMENT = 1e7 * float(np.finfo(np.float64).eps)


@dataclass(eq=False, repr=False)
class Parameters(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The parameters of both estimators; :class:`MLPClassifier` documents them."""

    # Those that an estimator takes by position, it names again in scikit-learn's order.
    _: KW_ONLY
    loss: str | Loss
    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    solver: str | Optimizer = "adam"
    alpha: float = 0.0001
    batch_size: Any = "auto"
    learning_rate: str | Schedule = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: bool | int = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10
    max_fun: int = 15_000
    dropout: float = 0.0
    l1_ratio: float = 0.0
    restore_best: bool = True
    scoring: Any = None
    keep_optimizer_state: bool = False
    callbacks: Any = None
    n_jobs: int | None = None
    journal: JournalPath | None = None

    def _require_valid_parameters(self) -> None:
        for name in SWITCHES:
            if not isinstance(value := getattr(self, name), bool | np.bool_):
                raise ValueError(f"{name} must be True or False, not {value!r}")
        if not isinstance(self.solver, Optimizer):
            one_of("solver", self.solver, ("lbfgs", "sgd", "adam", "adamw"))
        if not isinstance(self.learning_rate, Schedule):
            one_of("learning_rate", self.learning_rate, RATES)
        real_number("alpha", self.alpha, 0)
        real_number("l1_ratio", self.l1_ratio, 0, 1)
        if self.solver == "lbfgs" and self.l1_ratio:
            raise ValueError("solver='lbfgs' descends one smooth loss; it needs l1_ratio=0")
        hidden_activations(self.activation, len(self._hidden()))
        whole_number("max_iter", self.max_iter, 1)
        whole_number("max_fun", self.max_fun, 1)
        real_number("power_t", self.power_t, 0)
        real_number("tol", self.tol, 0)
        require_scorer(self.scoring)
        if self.journal is not None:
            Journal.of(self.journal)
        fraction, none_too = self.validation_fraction, not self.early_stopping
        real_number(
            "validation_fraction", fraction, 0, 1, include_minimum=none_too, include_maximum=False
        )
        for callback in several(self.callbacks):
            if not callable(callback):
                raise TypeError(f"a callback must be a function of the estimator, not {callback!r}")
        if self.n_iter_no_change != np.inf:
            whole_number("n_iter_no_change", self.n_iter_no_change, 1)
        if self.batch_size != "auto":
            whole_number("batch_size", self.batch_size, 1)

    def _hidden(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        if isinstance(sizes, Iterator):
            raise ValueError(
                "hidden_layer_sizes must be a whole number or a list of them, not "
                f"{type(sizes).__name__}, which gives its numbers only once"
            )
        several = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
        return [whole_number("each of hidden_layer_sizes", size, 1) for size in several]

    def _optimizer(self) -> Optimizer | LBFGS:
        if isinstance(self.solver, Optimizer):
            return self.solver
        if self.solver == "lbfgs":
            return LBFGS(
                tolerance=self.tol,
                most_evaluations=self.max_fun,
                min_improvement=MIN_IMPROVEMENT,
            )
        if self.solver == "adam":
            return AdamEpsilonHat(self.learning_rate_init, self.beta_1, self.beta_2, self.epsilon)
        if self.solver == "adamw":
            return AdamW(
                self.learning_rate_init,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
            )
        kind = Nesterov if self.nesterovs_momentum else Momentum
        return kind(self.learning_rate_init, self.momentum)

    def _solver_name(self) -> str:
        return self.solver if isinstance(self.solver, str) else self.solver.name

    def _penalty_strengths(self) -> tuple[float, float]:
        """Return those of the L1 and the L2 penalty."""
        return self.alpha * self.l1_ratio, self.alpha * (1 - self.l1_ratio)

    def _penalties(self) -> list[Penalty]:
        l1, l2 = self._penalty_strengths()
        penalties: list[Penalty] = [L2(l2, over_examples=True)]
        return [*penalties, L1(l1, over_examples=True)] if l1 else penalties

    def _schedule(self) -> Schedule:
        return self.learning_rate if isinstance(self.learning_rate, Schedule) else ConstantRate()

    def _batch_size(self, examples: int) -> int:
        return min(200 if self.batch_size == "auto" else int(self.batch_size), examples)

    def _warn_of_large_batch(self, examples: int) -> None:
        if self.batch_size != "auto" and self.batch_size > examples:
            warn(
                f"batch_size={self.batch_size} is larger than the {examples} examples; using one "
                "batch of all examples"
            )

    def _threads(self) -> int | None:
        return None if self.n_jobs is None else int(effective_n_jobs(self.n_jobs))


def takes_steps(estimator: "Parameters") -> bool:
    """Return True, or raise the AttributeError of a solver without partial_fit."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is for solvers that take steps, not 'lbfgs', which needs all examples at "
            "once"
        )
    return True
