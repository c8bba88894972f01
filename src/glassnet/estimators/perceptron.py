"""What both estimators have in common: parameters, the training, and the network it makes."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from math import inf, isnan
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, validate_data

from glassnet.core.array import Array
from glassnet.engine.interface import Steps
from glassnet.estimators.epoch_loss import EpochLoss, LossScale
from glassnet.estimators.examples import Examples
from glassnet.estimators.fit_callbacks import (
    CallbackSupportMixin,
    FitTasks,
    ask_callbacks,
    with_callbacks,
)
from glassnet.estimators.fit_journal import FitJournal
from glassnet.estimators.fitted_network import FittedNetwork
from glassnet.estimators.initial_weights import InSequence
from glassnet.estimators.scoring import score_by
from glassnet.estimators.stopping_rules import StoppingRules
from glassnet.estimators.unchanged import unchanged_if_it_fails
from glassnet.estimators.warn import warn
from glassnet.optim.penalties import L2
from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.history import History
from glassnet.training.interruption import interruption
from glassnet.training.loop import Run
from glassnet.training.schedule import ConstantRate, Schedule

__all__ = ["MultilayerPerceptron"]

# What is known of a training by steps; one by L-BFGS has none of it.
CURVES = (
    "loss_curve_",
    "validation_loss_curve_",
    "validation_scores_",
    "best_loss_",
    "best_validation_score_",
)


@dataclass(eq=False, repr=False)
class MultilayerPerceptron(CallbackSupportMixin, FittedNetwork):  # type: ignore[misc]  # no types
    """What both estimators do: learn, and hold the network that came of it."""

    #: Whether a split for early stopping keeps the parts of the classes.
    _stratifies: ClassVar[bool] = False

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Learn from examples.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (examples, features)
            float64 and float32 are computed in as they are, other numbers in float64. A sparse
            matrix stays sparse: the first layer computes with its numbers that are not 0.
        y : array-like of shape (examples,) or (examples, outputs)
        sample_weight : array-like of shape (examples,), optional
            How much each example counts.
        X_val, y_val : array-like, optional
            Validation examples to measure on after each epoch, instead of a split of the others.
            ``Pipeline(..., transform_input=["X_val"])`` transforms them as it does X.
        sample_weight_val : array-like, optional
            How much each validation example counts in the score.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If the data or a parameter are wrong.
        DivergedError
            If the weights became infinite or not a number; it is a ValueError, too. Whatever is
            raised, the estimator is what it was before.
        JournalError
            If the journal is of another fit or of other data, or is being written.
        """
        self._require_valid_parameters()
        with FitTasks(self, X, y, sample_weight), unchanged_if_it_fails(self):
            continues = self.warm_start and self.__sklearn_is_fitted__()
            random = (journal := FitJournal(self)).random
            examples = self._start(X, y, sample_weight, random, continues=continues)
            validation = self._given_validation(X_val, y_val, sample_weight_val)
            if self.solver == "lbfgs":
                self._minimise(examples, journal)
                return self
            if validation is None and self.early_stopping:
                stratify = self._stratifies and self.n_outputs_ == 1
                examples, validation = examples.split(
                    self.validation_fraction, stratify=stratify, random=random
                )
            if not (continues and self.keep_optimizer_state):
                self._begin_optimizer()
            self._train(examples, validation, random, self.max_iter, journal)
        return self

    def _learn_on(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Self:
        """Learn from some more examples for one epoch; the optimizer goes on where it was."""
        self._require_valid_parameters()
        with unchanged_if_it_fails(self):
            if self.early_stopping:
                raise ValueError("partial_fit does not support early_stopping=True")
            random = (journal := FitJournal(self, partial=True)).random
            continues = self.__sklearn_is_fitted__()
            examples = self._start(
                X, y, sample_weight, random, continues=continues, classes=classes, partial=True
            )
            self._train(examples, None, random, None, journal)
        return self

    def _start(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        random: np.random.RandomState,
        *,
        continues: bool,
        classes: Any = None,
        partial: bool = False,
    ) -> Examples:
        """Check everything, and make the network ready; return the examples."""
        first = not (continues and hasattr(self, "network_"))
        x, targets = self._checked(X, y, first=first, classes=classes, partial=partial)
        examples = Examples(x, targets, self._weights(sample_weight, targets, x))
        if continues:
            self._take_given_arrays()
            self._go_on()
        else:
            self.__dict__.pop("_given_arrays", None)
            self._begin(x, random)
            self.t_ = 0
            for name in CURVES:
                self.__dict__.pop(name, None)
        if self.solver != "lbfgs" and not {"loss_curve_", "_best_parameters"} <= vars(self).keys():
            self._begin_curves()
        self.n_iter_ = 0
        return examples

    def _begin_curves(self) -> None:
        self.loss_curve_: list[float] = []
        self.validation_loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.best_loss_ = None if self.early_stopping else np.inf
        self.best_validation_score_: float | None = -np.inf if self.early_stopping else None
        self._no_improvement_count = 0
        self._best_parameters: Array | None = None
        self._begin_optimizer()

    def _begin_optimizer(self) -> None:
        self._rate = 1.0
        self._optimizer_state: tuple[str, Array, int] | None = None

    @abstractmethod
    def _checked(
        self, X: Any, y: Any, *, first: bool, classes: Any, partial: bool = False
    ) -> tuple[Array, Array]:
        """Return inputs and targets; sets what is known of the targets."""

    @abstractmethod
    def _target_rows(self, targets: Array) -> Array:
        """Return the targets, numbers of shape (examples, outputs)."""

    @abstractmethod
    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        """Return how much each example counts, or None where all count alike."""

    @abstractmethod
    def _loss_scale(self, targets: Array) -> LossScale:
        """Return how scikit-learn's loss follows from the network's."""

    def _largest_term(self) -> float:
        """Return what an output adds to scikit-learn's loss of an example at most."""
        return inf

    @abstractmethod
    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        """Return what early stopping looks at without `scoring`."""

    def _checked_arrays(self, X: Any, y: Any, *, first: bool, numbers: bool) -> tuple[Any, Any]:
        x, targets = validate_data(
            self,
            X,
            y,
            accept_sparse=("csr", "csc"),
            multi_output=True,
            y_numeric=numbers,
            dtype=(np.float64, np.float32),
            order="C",
            reset=first,
        )
        return x, targets

    def _sample_weight(self, sample_weight: Any, x: Array) -> Array | None:
        if sample_weight is None:
            return None
        weights: Array = _check_sample_weight(sample_weight, x, dtype=x.dtype)
        return weights

    def _given_validation(self, X: Any, y: Any, sample_weight: Any) -> Examples | None:
        if X is None and y is None and sample_weight is None:
            return None
        if X is None or y is None:
            missing = "X_val" if X is None else "y_val"
            raise ValueError(f"{missing} is missing; X_val and y_val belong together")
        if self.solver == "lbfgs":
            raise ValueError("solver='lbfgs' has no epochs to measure X_val and y_val after")
        x, targets = self._checked(X, y, first=False, classes=None, partial=True)
        return Examples(x, targets, self._sample_weight(sample_weight, x))

    def _train(
        self,
        examples: Examples,
        validation: Examples | None,
        random: np.random.RandomState,
        epochs: int | None,
        journal: FitJournal,
    ) -> None:
        """Train by steps until the rules say to stop; without `epochs`, for one that is a part."""
        if validation is not None and self._best_parameters is None:
            self._best_parameters = self.network_.parameters.copy()
        schedule = self._schedule() if epochs else ConstantRate()
        run, rules = self._run(examples, validation, random, epochs or 1, schedule)
        if validation is not None:
            self._measure_score(run, validation)
        with journal.keeping(run, validation and validation.weights):
            self._follow(run)
        self._no_improvement_count, self._rate = rules.stalled, rules.rate
        self._best_parameters = rules.best_parameters
        if validation is not None and self.restore_best:
            self.network_.parameters[...] = rules.best_parameters
        if run.history.interrupted:
            warn("Training interrupted by user.")
        else:
            self._warn_of_no_end(run.history, epochs)

    def _run(
        self,
        examples: Examples,
        validation: Examples | None,
        random: np.random.RandomState,
        epochs: int,
        schedule: Schedule,
    ) -> tuple[Run, StoppingRules]:
        rows = examples.rows
        order = InSequence(random, rows) if self.shuffle else None
        batch_size = self._batch_size(rows)
        scale = self._loss_scale(examples.targets)
        starts = Steps.batch_starts_of(rows, batch_size)
        l1, l2 = self.alpha * self.l1_ratio, self.alpha * (1 - self.l1_ratio)
        loss = EpochLoss(starts, scale, examples.weights, l1, l2)

        def loss_of_epoch(history: History) -> float:
            last = order.last if order else slice(None)
            weights = self.network_.weights
            return loss.of_epoch(history.step_losses, history.squared_weights, last, weights)

        def validation_loss(mean: float) -> float:
            assert validation is not None
            return self._loss_scale(validation.targets).mean(mean)

        kept = self._no_improvement_count, self._rate, self._best_parameters
        rules = StoppingRules(self, loss_of_epoch, validation_loss, rows, *kept, schedule)
        options = FitOptions(
            optimizer=self._optimizer(),
            epochs=epochs,
            batch_size=batch_size,
            sample_weight=examples.weights,
            penalties=self._penalties(),
            dropout=self.dropout or None,
            validation=validation and (validation.inputs, self._target_rows(validation.targets)),
            schedule=rules,
            threads=self._threads(),
            shuffle=self.shuffle,
            callbacks=rules.after_epoch,
        )
        run = cast("Run", self._prepared(examples, options))
        run.plan = replace(
            run.plan,
            order=order or run.plan.order,
            measures_weights=l2 > 0,
            may_diverge=True,
        )
        run.training.largest_term = self._largest_term()
        return run, rules

    def _follow(self, run: Run) -> None:
        """Take the steps, from the optimizer's state to the optimizer's state."""
        kept, solver = self._optimizer_state, self._solver_name()
        if kept is not None and kept[0] == solver:
            _, run.training.state[...], run.training.steps_done = kept
        with interruption() as interrupted:
            run.follow(lambda _: interrupted())
            run.finish().interrupted = interrupted()
        self.network_.epochs_trained += run.history.epochs
        self._optimizer_state = (solver, run.training.state, run.training.steps_done)

    def _warn_of_no_end(self, history: History, epochs: int | None) -> None:
        """Warn if the epochs are over before the training converges, or if it diverged."""
        scores, words = history.metrics.get("score", []), []
        if epochs and not history.stopped_early:
            reached = f"Maximum iterations ({epochs}) reached"
            words = [f"Stochastic Optimizer: {reached} and the optimization hasn't converged yet."]
        if lost := sum(map(isnan, scores)):
            words.append(
                f"The training diverged: after {lost} of {len(scores)} epochs the validation score "
                "is not a number. The best weights came back. Scale the inputs, or choose a "
                "smaller learning_rate_init."
            )
        elif words:
            words.append("Allow more, scale the inputs, or choose a larger learning_rate_init.")
        if words:
            warn(" ".join(words), ConvergenceWarning)

    def _prepared(self, examples: Examples, options: FitOptions) -> Run | FullBatchRun:
        network = self.network_
        # The targets are arrays already; labels need not be looked up in classes.
        labels, network.classes = network.classes, None
        try:
            targets = self._target_rows(examples.targets)
            return Fitting.prepare(network, network.loss, examples.inputs, targets, options).run
        finally:
            network.classes = labels

    def _measure_score(self, run: Run, validation: Examples) -> None:
        _, targets, weights = validation
        assert run.plan.validation is not None

        def usual(outputs: Array, _: Array) -> float:
            return self._score_of(outputs, targets, weights)

        by = self.scoring
        score = usual if by is None else score_by(self, by, validation)
        # A score like R² is no mean over examples: all are measured at once.
        rows = validation.rows
        measured = replace(run.plan.validation, metrics={"score": score}, chunk_size=rows)
        run.plan = replace(run.plan, validation=measured)

    def _minimise(self, examples: Examples, journal: FitJournal) -> None:
        """Train by L-BFGS."""
        if np.any(self.dropout):
            raise ValueError("solver='lbfgs' descends one smooth loss; dropout has no place there")
        scale, penalty = self._loss_scale(examples.targets), L2(self.alpha, over_examples=True)

        def sklearn_loss() -> float:
            weights = [w for w in self.network_.weights if w is not None]
            added = sum(penalty.value(w, examples.total_weight) for w in weights)
            return scale.mean(run.total - added, examples.weights) + added

        def after_iteration(history: History) -> bool:
            self.n_iter_, self.loss_ = history.epochs, sklearn_loss()
            return ask_callbacks(self)

        options = FitOptions(
            optimizer=self._optimizer(),
            epochs=self.max_iter,
            sample_weight=examples.weights,
            penalties=penalty,
            threads=self._threads(),
            callbacks=after_iteration,
        )
        run = cast("FullBatchRun", self._prepared(examples, options))
        with journal.keeping(run), interruption() as interrupted:
            run.follow(lambda _: interrupted())
            self.n_iter_ = run.finish(interrupted()).epochs
        self.network_.epochs_trained += self.n_iter_
        self.loss_ = sklearn_loss()
        self._begin_optimizer()
        if not (run.converged or run.history.stopped_early or interrupted()):
            warn(
                f"lbfgs failed to converge after {self.n_iter_} iterations, with "
                f"max_iter={self.max_iter} and max_fun={self.max_fun}. Allow more, or scale the "
                "inputs.",
                ConvergenceWarning,
            )

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn may expect of the estimator."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
