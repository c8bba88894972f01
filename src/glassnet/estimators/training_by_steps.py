"""The training of an estimator by steps: its plan by the parameters, its rules, its order."""

from abc import abstractmethod
from dataclasses import replace
from math import inf, isnan
from typing import cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from glassnet.arrays.sparse import Inputs
from glassnet.core.array import Array
from glassnet.engine.interface import Steps
from glassnet.estimators.epoch_loss import EpochLoss, LossScale
from glassnet.estimators.examples import Examples
from glassnet.estimators.fit_journal import FitJournal
from glassnet.estimators.fitted_network import FittedNetwork
from glassnet.estimators.initial_weights import InSequence
from glassnet.estimators.scoring import score_by
from glassnet.estimators.stopping_rules import StoppingRules
from glassnet.estimators.warn import warn
from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.history import History
from glassnet.training.interruption import interruption
from glassnet.training.loop import Run
from glassnet.training.plan import Callback
from glassnet.training.schedule import ConstantRate, Schedule

__all__ = ["TrainingBySteps"]


class TrainingBySteps(FittedNetwork):
    """What an estimator does to learn by steps, and what it remembers of them."""

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
        self._warn_of_large_batch(examples.rows)
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
        scale = self._loss_scale(examples.targets)
        starts = Steps.batch_starts_of(rows, self._batch_size(rows))
        loss = EpochLoss(starts, scale, examples.weights, *self._penalty_strengths())

        def loss_of_epoch(history: History) -> float:
            last = order.last if order else slice(None)
            weights = self.network_.weights
            return loss.of_epoch(history.step_losses, history.squared_weights, last, weights)

        def validation_loss(mean: float) -> float:
            assert validation is not None
            return self._loss_scale(validation.targets).mean(mean)

        kept = self._no_improvement_count, self._rate, self._best_parameters
        rules = StoppingRules(self, loss_of_epoch, validation_loss, rows, *kept, schedule)
        run = self._steps(
            examples.inputs,
            self._target_rows(examples.targets),
            examples.weights,
            epochs=epochs,
            order=order,
            schedule=rules,
            validation=validation,
            callbacks=rules.after_epoch,
        )
        return run, rules

    def _steps(
        self,
        x: Inputs,
        target_rows: Array,
        sample_weight: Array | None,
        *,
        epochs: int,
        order: InSequence | None,
        schedule: Schedule,
        validation: Examples | None = None,
        callbacks: Callback | tuple[()] = (),
    ) -> Run:
        """Return the steps that the parameters ask for, before the first one."""
        options = FitOptions(
            optimizer=self._optimizer(),
            epochs=epochs,
            batch_size=self._batch_size(len(x)),
            sample_weight=sample_weight,
            penalties=self._penalties(),
            dropout=self.dropout or None,
            validation=validation and (validation.inputs, self._target_rows(validation.targets)),
            schedule=schedule,
            threads=self._threads(),
            shuffle=self.shuffle,
            callbacks=callbacks,
        )
        run = cast("Run", self._prepared(x, target_rows, options))
        _, l2 = self._penalty_strengths()
        run.plan = replace(
            run.plan,
            order=order or run.plan.order,
            measures_weights=l2 > 0,
            may_diverge=True,
        )
        run.training.largest_term = self._largest_term()
        return run

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

    def _prepared(self, x: Inputs, target_rows: Array, options: FitOptions) -> Run | FullBatchRun:
        network = self.network_
        # The targets are arrays already; labels need not be looked up in classes.
        labels, network.classes = network.classes, None
        try:
            return Fitting.prepare(network, network.loss, x, target_rows, options).run
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

    @abstractmethod
    def _target_rows(self, targets: Array) -> Array:
        """Return the targets, numbers of shape (examples, outputs)."""

    @abstractmethod
    def _loss_scale(self, targets: Array) -> LossScale:
        """Return how scikit-learn's loss follows from the network's."""

    def _largest_term(self) -> float:
        """Return what an output adds to scikit-learn's loss of an example at most."""
        return inf

    @abstractmethod
    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        """Return what early stopping looks at without `scoring`."""
