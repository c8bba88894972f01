"""What both estimators have in common: parameters, the training, and the network it makes."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, validate_data

from glassnet.core.array import Array
from glassnet.estimators.examples import Examples
from glassnet.estimators.fit_callbacks import (
    CallbackSupportMixin,
    FitTasks,
    ask_callbacks,
    with_callbacks,
)
from glassnet.estimators.fit_journal import FitJournal
from glassnet.estimators.training_by_steps import TrainingBySteps
from glassnet.estimators.unchanged import unchanged_if_it_fails
from glassnet.estimators.warn import warn
from glassnet.optim.penalties import L2
from glassnet.training.fit import FitOptions
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.history import History
from glassnet.training.interruption import interruption

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
class MultilayerPerceptron(CallbackSupportMixin, TrainingBySteps):  # type: ignore[misc]  # no types
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
                examples, validation = self._split(examples, random)
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

    @abstractmethod
    def _checked(
        self, X: Any, y: Any, *, first: bool, classes: Any, partial: bool = False
    ) -> tuple[Array, Array]:
        """Return inputs and targets; sets what is known of the targets."""

    @abstractmethod
    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        """Return how much each example counts, or None where all count alike."""

    def _split(
        self, examples: Examples, random: np.random.RandomState
    ) -> tuple[Examples, Examples]:
        """Return the examples to learn from, and those that early stopping looks at."""
        stratify = self._stratifies and self.n_outputs_ == 1
        return examples.split(self.validation_fraction, stratify=stratify, random=random)

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
        rows = self._target_rows(examples.targets)
        run = cast("FullBatchRun", self._prepared(examples.inputs, rows, options))
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
