"""What both estimators have in common: parameters, the training, and the network it makes."""

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from glassnet.core.array import Array
from glassnet.engine import Training
from glassnet.estimators.examples import Examples
from glassnet.estimators.initial_weights import InSequence, draw_parameters, hidden_activations
from glassnet.estimators.parameters import Parameters, takes_steps
from glassnet.estimators.sparse import dense, dense_parts
from glassnet.estimators.stopping_rules import StoppingRules, several
from glassnet.network import Network
from glassnet.nn.layers import Dense
from glassnet.nn.losses.loss import Loss
from glassnet.nn.parameters import ParameterViews
from glassnet.optim.penalties import L2
from glassnet.training.fit import FitOptions, Fitting
from glassnet.training.full_batch import FullBatchRun
from glassnet.training.history import History
from glassnet.training.interruption import interruption
from glassnet.training.loop import Run, requests_stop
from glassnet.training.schedules import Patience

__all__ = ["MultilayerPerceptron"]

# scikit-learn's name of each output activation.
OUTPUT_NAMES = {"softmax": "softmax", "sigmoid": "logistic", "exponential": "exp"}


@dataclass(eq=False, repr=False)
class MultilayerPerceptron(Parameters):
    """What both estimators do: learn, and hold the network that came of it."""

    #: Whether a split for early stopping keeps the parts of the classes.
    _stratifies: ClassVar[bool] = False

    def _begin(self, x: Array, random: np.random.RandomState) -> None:
        """Make the network, and set all that is known of a training to what it is before one."""
        hidden = self._hidden()
        activations = hidden_activations(self.activation, len(hidden))
        outputs, output, loss = self._output()
        layers = [
            Dense(units, name, initial="zero")
            for units, name in zip([*hidden, outputs], [*activations, output], strict=True)
        ]
        self.network_ = Network([x.shape[1], *layers], dtype=x.dtype)
        draw_parameters(self.network_, activations, random)
        if self.dropout:
            self.network_.seed = int(random.randint(2**31))
        self.network_.loss, self.network_.classes = loss, self._output_labels()
        names = getattr(self, "feature_names_in_", None)
        self.network_.feature_names = None if names is None else names.tolist()
        self.n_layers_ = len(layers) + 1
        self.n_outputs_ = outputs
        self.out_activation_ = OUTPUT_NAMES.get(output, output)
        self.t_ = 0
        if self.solver == "lbfgs":
            return
        self.loss_curve_: list[float] = []
        self.validation_loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.best_loss_ = None if self.early_stopping else np.inf
        self.best_validation_score_: float | None = -np.inf if self.early_stopping else None
        self._waited, self._rate = 0, 1.0
        self._best_parameters: Array | None = None
        self._optimizer_state: tuple[str, Array, int] | None = None

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, validation_data: Any = None
    ) -> Self:
        """Learn from examples.

        Parameters
        ----------
        X : array-like, sparse matrix or data frame of shape (examples, features)
            float64 and float32 are computed in as they are, other numbers in float64.
        y : array-like of shape (examples,) or (examples, outputs)
        sample_weight : array-like of shape (examples,), optional
            How much each example counts.
        validation_data : (X, y) or (X, y, sample_weight), optional
            To measure on after each epoch, instead of a split of the examples.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If the data or a parameter are wrong.
        """
        continues = self.warm_start and hasattr(self, "network_")
        self._require_valid_parameters()
        x, targets = self._checked(X, y, first=not continues, classes=None)
        examples = Examples(x, targets, self._weights(sample_weight, targets, x))
        random = check_random_state(self.random_state)
        if not continues:
            self._begin(x, random)
        self.n_iter_ = 0
        if self.solver == "lbfgs":
            if validation_data is not None:
                raise ValueError("solver='lbfgs' has no epochs to measure validation_data after")
            self._minimise(examples)
            return self
        validation = self._given_validation(validation_data)
        if validation is None and self.early_stopping:
            stratify = self._stratifies and self.n_outputs_ == 1
            examples, validation = examples.split(
                self.validation_fraction, stratify=stratify, random=random
            )
        rules = self._stopping_rules(examples)
        rules.best_parameters = self._best_parameters
        self._train(examples, validation, rules, random, self.max_iter)
        if validation is not None and rules.best_parameters is not None and self.restore_best:
            self.network_.parameters[...] = rules.best_parameters
        self._waited, self._best_parameters = rules.patience.waited, rules.best_parameters
        return self

    @available_if(takes_steps)  # type: ignore[untyped-decorator]
    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, classes: Any = None
    ) -> Self:
        """Learn from some more examples for one epoch; the optimizer goes on where it was.

        Parameters
        ----------
        X, y, sample_weight
            As of :meth:`fit`.
        classes : array-like of shape (classes,), optional
            Every label that may ever come; a classifier needs them in the first call.
        """
        first = not hasattr(self, "network_")
        self._require_valid_parameters()
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        x, targets = self._checked(X, y, first=first, classes=classes, partial=True)
        examples = Examples(x, targets, self._weights(sample_weight, targets, x))
        random = check_random_state(self.random_state)
        if first:
            self._begin(x, random)
        self.n_iter_ = 0
        rules = self._stopping_rules(examples)
        rules.rate = self._rate
        kept = self._optimizer_state
        before = kept[1:] if kept is not None and kept[0] == self.solver else None
        training = self._train(examples, None, rules, random, 1, before)
        self._optimizer_state = (self.solver, training.state.copy(), training.steps_done)
        self._waited, self._rate = rules.patience.waited, rules.rate
        return self

    @property
    def coefs_(self) -> ParameterViews:
        """Weights of each layer, (units before, units); views that can be set."""
        return self._fitted("coefs_").weights

    @coefs_.setter
    def coefs_(self, values: Sequence[Any]) -> None:
        self._fitted("coefs_").weights = values

    @property
    def intercepts_(self) -> ParameterViews:
        """Biases of each layer, (units,); views that can be set."""
        return self._fitted("intercepts_").biases

    @intercepts_.setter
    def intercepts_(self, values: Sequence[Any]) -> None:
        self._fitted("intercepts_").biases = values

    def _fitted(self, name: str) -> Network:
        if "network_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no {name} before it is fitted")
        return self.network_

    @abstractmethod
    def _checked(
        self, X: Any, y: Any, *, first: bool, classes: Any, partial: bool = False
    ) -> tuple[Array, Array]:
        """Return inputs and targets; sets what is known of the targets."""

    @abstractmethod
    def _output(self) -> tuple[int, str, Loss]:
        """Return the number of outputs, their activation and the loss."""

    @abstractmethod
    def _output_labels(self) -> Array | None:
        """Return the labels that the network's outputs stand for, or None."""

    @abstractmethod
    def _target_rows(self, targets: Array) -> Array:
        """Return the targets, numbers of shape (examples, outputs)."""

    @abstractmethod
    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        """Return how much each example counts, or None where all count alike."""

    @abstractmethod
    def _sklearn_loss(self, targets: Array, weights: Array | None) -> tuple[float, float]:
        """Return a factor and an addend from the network's loss to scikit-learn's loss."""

    @abstractmethod
    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        """Return what early stopping looks at."""

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
        return dense(x), targets

    def _checked_inputs(self, X: Any) -> Array:
        check_is_fitted(self)
        x = validate_data(self, X, accept_sparse=("csr", "csc"), reset=False)
        return cast("Array", x)

    def _outputs(self, X: Any) -> Array:
        """Return the network's outputs, (examples, outputs)."""
        x = self._checked_inputs(X)
        threads = self._threads()
        if not hasattr(x, "toarray"):
            rows = np.ascontiguousarray(x, dtype=self.network_.dtype)
            return self.network_.predict_proba(rows, threads=threads)
        parts = [self.network_.predict_proba(part, threads=threads) for part in dense_parts(x)]
        return np.concatenate(parts)

    def _sample_weight(self, sample_weight: Any, x: Array) -> Array | None:
        if sample_weight is None:
            return None
        weights: Array = _check_sample_weight(sample_weight, x, dtype=x.dtype)
        return weights

    def _given_validation(self, validation_data: Any) -> Examples | None:
        if validation_data is None:
            return None
        if not isinstance(validation_data, tuple | list) or len(validation_data) not in (2, 3):
            raise TypeError("validation_data must be (X, y) or (X, y, sample_weight)")
        X, y, *rest = validation_data
        x, targets = self._checked(X, y, first=False, classes=None, partial=True)
        return Examples(x, targets, self._sample_weight(rest[0] if rest else None, x))

    def _stopping_rules(self, examples: Examples) -> StoppingRules:
        factor, addend = self._sklearn_loss(examples.targets, examples.weights)
        return StoppingRules(
            self,
            lambda loss: factor * loss + addend,
            len(examples.x),
            self._batch_size(len(examples.x)),
            examples.total_weight,
            Patience(self.n_iter_no_change, self.tol, waited=self._waited),
        )

    def _train(
        self,
        examples: Examples,
        validation: Examples | None,
        rules: StoppingRules,
        random: np.random.RandomState,
        epochs: int,
        before: tuple[Array, int] | None = None,
    ) -> Training:
        """Train by steps until the rules say to stop; `before` is an optimizer's state."""
        options = FitOptions(
            optimizer=self._optimizer(),
            epochs=epochs,
            batch_size=rules.batch_size,
            sample_weight=examples.weights,
            penalties=L2(self.alpha, over_examples=True),
            dropout=self.dropout or None,
            validation=validation and (validation.x, self._target_rows(validation.targets)),
            schedule=rules,
            threads=self._threads(),
            shuffle=self.shuffle,
            callbacks=rules.after_epoch,
        )
        run = self._prepared(examples, options)
        assert isinstance(run, Run)
        if self.shuffle:
            run.plan = replace(run.plan, order=InSequence(random))
        if validation is not None:
            self._measure_score(run, validation)
        if before is not None:
            run.training.state[...], run.training.steps_done = before
        with interruption() as interrupted:
            run.follow(lambda _: interrupted())
        history = run.finish()
        self.network_.epochs_trained += history.epochs
        if interrupted():
            warnings.warn("Training interrupted by user.", stacklevel=3)
        elif epochs > 1 and not history.stopped_early:
            self._warn_of_no_end(f"max_iter={self.max_iter} epochs are over")
        return run.training

    def _prepared(self, examples: Examples, options: FitOptions) -> Run | FullBatchRun:
        network = self.network_
        # The targets are arrays already; labels need not be looked up in classes.
        labels, network.classes = network.classes, None
        try:
            targets = self._target_rows(examples.targets)
            return Fitting.prepare(network, network.loss, examples.x, targets, options).run
        finally:
            network.classes = labels

    def _measure_score(self, run: Run, validation: Examples) -> None:
        x, targets, weights = validation
        assert run.plan.validation is not None

        def score(outputs: Array, _: Array) -> float:
            return self._score_of(outputs, targets, weights)

        # A score like R² is no mean over examples: all are measured at once.
        measured = replace(run.plan.validation, metrics={"score": score}, chunk_size=len(x))
        run.plan = replace(run.plan, validation=measured)

    def _minimise(self, examples: Examples) -> None:
        """Train by L-BFGS."""
        if np.any(self.dropout):
            raise ValueError("solver='lbfgs' descends one smooth loss; dropout has no place there")
        factor, addend = self._sklearn_loss(examples.targets, examples.weights)

        def after_iteration(history: History) -> bool:
            self.n_iter_, self.loss_ = history.epochs, factor * run.total + addend
            # All are called, also where one of them ends the training.
            answers = [requests_stop(callback(self)) for callback in several(self.callbacks)]
            return any(answers)

        options = FitOptions(
            optimizer=self._optimizer(),
            epochs=self.max_iter,
            sample_weight=examples.weights,
            penalties=L2(self.alpha, over_examples=True),
            threads=self._threads(),
            callbacks=after_iteration,
        )
        run = cast("FullBatchRun", self._prepared(examples, options))
        with interruption() as interrupted:
            run.follow(lambda _: interrupted())
        self.n_iter_ = run.finish().epochs
        self.network_.epochs_trained += self.n_iter_
        self.loss_ = factor * run.total + addend
        if not (run.converged or run.history.stopped_early or interrupted()):
            self._warn_of_no_end(f"max_iter={self.max_iter} or max_fun={self.max_fun} is reached")

    def _warn_of_no_end(self, reason: str) -> None:
        warnings.warn(
            f"{reason} and the training has not converged yet; allow more, scale the inputs, or "
            "choose a larger learning_rate_init",
            ConvergenceWarning,
            stacklevel=4,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return plain values and arrays: the network as its record and its arrays by name."""
        from glassnet.core.file_record import as_json
        from glassnet.nn.schema import NetworkRecord

        state: dict[str, Any] = dict(super().__getstate__())
        if "network_" in state:
            network: Network = state.pop("network_")
            arrays = {name: np.array(array) for name, array in network.to_arrays().items()}
            record = NetworkRecord(**network.record_fields())
            state["network_record"], state["network_arrays"] = as_json(record), arrays
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what :meth:`__getstate__` returned."""
        from glassnet.core.file_record import read_record
        from glassnet.nn.schema import NetworkRecord

        rest = dict(state)
        if "network_record" in rest:
            record = read_record(rest.pop("network_record"), NetworkRecord, "a network")
            rest["network_"] = Network.from_record(record, rest.pop("network_arrays"))
        super().__setstate__(rest)

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn may expect of the estimator."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
