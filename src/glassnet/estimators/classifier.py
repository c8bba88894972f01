"""MLPClassifier: multiclass, binary and multilabel classification."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from glassnet.core.array import Array
from glassnet.core.elementary import log
from glassnet.estimators.epoch_loss import LossScale
from glassnet.estimators.parameters import takes_steps
from glassnet.estimators.perceptron import MultilayerPerceptron
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["MLPClassifier"]


@dataclass(eq=False, repr=False)
class MLPClassifier(ClassifierMixin, MultilayerPerceptron):  # type: ignore[misc]  # no types
    """A multilayer perceptron for classification, with scikit-learn's parameters and more.

    A drop-in replacement for scikit-learn's estimator of the same name. With the same
    `random_state` it starts from the same weights, takes the same steps and stops after the same
    epoch; in float64 the results differ by rounding only, but for what the notes say.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int
        Units of each hidden layer.
    activation : str, Activation, or sequence of them
        Activation of all hidden layers, or of each: ``"identity"``, ``"logistic"``, ``"tanh"``,
        ``"relu"`` as in scikit-learn, or any other accepted by :class:`glassnet.Dense`.
    solver : {"adam", "sgd", "lbfgs", "adamw"} or Optimizer
        Or any optimizer of Glassnet's, with its own learning rate:
        ``gn.AdamW(0.001, weight_decay=0.1)``.
    alpha : float
        Strength of the L2 penalty: alpha/2 · Σ w², divided by the number of examples in the batch,
        is added to the loss.
    l1_ratio : float
        The part of `alpha` that is the strength of an L1 penalty instead, alpha · Σ |w|: from 0 to
        1, as in scikit-learn's ElasticNet.
    batch_size : int or "auto"
        ``"auto"`` is 200, or all examples if there are fewer.
    learning_rate : {"constant", "invscaling", "adaptive"} or Schedule
        Schedule of the solver ``"sgd"``: constant; divided by t to the power `power_t`; divided by
        5 when the training stalls. Or a schedule of Glassnet's for :meth:`fit` with any solver
        that takes steps, over `max_iter` epochs: ``gn.Cosine()``.
    learning_rate_init, power_t : float
    max_iter : int
        Maximum number of epochs.
    shuffle : bool
        Whether to shuffle the examples in each epoch.
    random_state : int, RandomState or None
    tol : float
        An epoch stalls if it improves the loss, or the validation score, by less than this.
    verbose : bool
        Whether to print the loss of each epoch.
    warm_start : bool
        Whether :meth:`fit` continues from the current weights.
    momentum, nesterovs_momentum
        Of the solver ``"sgd"``.
    early_stopping : bool
        Whether to stop by the score on a validation split of the training examples.
    validation_fraction : float
        Share of the examples in the validation split.
    beta_1, beta_2, epsilon : float
        Of the solver ``"adam"``.
    n_iter_no_change : int
        Training ends when more than this many epochs in a row stall.
    max_fun : int
        Maximum number of loss evaluations of the solver ``"lbfgs"``.
    dropout : float
        Dropout rate of the hidden units.
    restore_best : bool
        Whether to restore the weights with the best validation score at the end.
    scoring : str or callable, optional
        The score of the validation examples by which `early_stopping` judges an epoch, as
        ``sklearn.metrics.get_scorer`` takes it: ``"neg_log_loss"``, ``"roc_auc"``, or a function
        of estimator, X and y. Accuracy, of a regressor R², if not given.
    keep_optimizer_state : bool
        Whether :meth:`fit` with `warm_start` goes on with the optimizer's state, such as Adam's
        moments, instead of a new one as in scikit-learn.
    callbacks : callable or sequence of callable, optional
        Called with the estimator after every epoch; returning True ends the training. Those of
        ``sklearn.callback`` (scikit-learn 1.9) are for ``set_callbacks``.
    n_jobs : int, optional
        Number of threads; chosen automatically if not given.
    journal : path or Journal, optional
        A file from which :meth:`fit` goes on after any death: the same call once more, in whatever
        process, ends with exactly the bits of the undisturbed fit. A fit that is finished is not
        trained again; a larger `max_iter` goes on with it. Where `random_state` is no number, the
        journal keeps what it began with, and the later call draws the same. With ``"lbfgs"`` the
        fit starts anew, and ends with the same bits. `callbacks` see the epochs since the last
        checkpoint once more. ``gn.open_run`` shows any step of it. Not with `warm_start` and
        :meth:`partial_fit`.
    class_weight : dict, list of dict or "balanced", optional
        Weights of the classes, as elsewhere in scikit-learn.
    loss : str or Loss
        ``"log_loss"``, or a Glassnet loss that fits the outputs, such as
        ``CategoricalCrossentropy(label_smoothing=0.1)``.

    Attributes
    ----------
    network_ : Network
        The trained network, which can be passed to ``gn.explain``.
    classes_ : array of shape (classes,)
    coefs_, intercepts_ : lists of arrays
        Weights and biases of each layer; views into the network, which setting one changes.
    loss_, best_loss_, loss_curve_ : float, float or None, list of float
        The training loss with the penalty: of an epoch the mean over its batches, each before its
        step.
    validation_scores_, best_validation_score_ : list of float, float
        Accuracy, or the score by `scoring`, after each epoch; None without validation data.
    validation_loss_curve_ : list of float
        The validation loss after each epoch, without the penalty.
    n_iter_, t_ : int
        Epochs of the last :meth:`fit`; total number of examples processed.
    n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    What scikit-learn 1.9 does otherwise:

    - With ``solver="lbfgs"`` and several outputs it descends the squared error along the gradient
      of another function (its issue 8349). Here both are those of half the squared error, summed
      over the outputs; ``loss_`` is the mean over the outputs in both.
    - The loss that it descends with ``"lbfgs"`` takes each probability as at least 2^-52 (in
      float32, 2^-23), so that it is flat where inputs are large, and the training ends there. Here
      it is exact. ``loss_curve_`` of the other solvers has that limit as well, but not the digits
      that ln(1 - p) loses where p is near 1.
    - A second ``fit`` with `warm_start` and `early_stopping` trains the best weights of the first
      in place, so that they cannot come back. Here they can.
    - :meth:`partial_fit` ignores a `solver`, a `learning_rate_init` or a `momentum` that was
      changed since the optimizer was made. Here they count; another solver starts with a state of
      its own. A training also goes on after one by ``"lbfgs"``.
    - A batch whose sample weights are all 0 ends in a ZeroDivisionError. Here it changes nothing.
    - A training that diverges leaves weights that are not finite. Here the estimator is what it
      was before.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    >>> xor = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=1)
    >>> xor.fit(X, ["same", "different", "different", "same"]).predict([[1, 0]]).tolist()
    ['different']
    """

    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    class_weight: Any = None
    loss: str | Loss = "log_loss"

    _stratifies: ClassVar[bool] = True

    @available_if(takes_steps)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Learn from some more examples for one epoch; the optimizer goes on where it was.

        Parameters
        ----------
        X, y, sample_weight
            As of :meth:`fit`.
        classes : array-like of shape (classes,), optional
            Every label that may ever come; needed in the first call.
        """
        return self._learn_on(X, y, sample_weight, classes)

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each example, or 0/1 for each label."""
        return self._labels(self._outputs(X))

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (examples, classes), or of each label."""
        outputs = self._outputs(X)
        if outputs.shape[1] > 1:
            return outputs
        probabilities: Array = np.hstack([1 - outputs, outputs])
        return probabilities

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithms of :meth:`predict_proba`; −∞ for a probability of 0."""
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms

    def _labels(self, outputs: Array) -> Array:
        if self._many_labels:
            yes = (outputs > 0.5).astype(np.int64)
            return csr_matrix(yes) if self._sparse_labels else yes
        if outputs.shape[1] == 1:
            places = (outputs[:, 0] > 0.5).astype(np.int64)
        else:
            places = outputs.argmax(axis=1)
        labels: Array = self.classes_[np.minimum(places, len(self.classes_) - 1)]
        return labels

    def _checked(
        self, X: Any, y: Any, *, first: bool, classes: Any, partial: bool = False
    ) -> tuple[Array, Array]:
        if partial and classes is not None and self.class_weight == "balanced":
            raise ValueError("class_weight='balanced' is not supported by partial_fit")
        if first and partial and classes is None:
            raise ValueError("classes must be given in the first call of partial_fit")
        x, y = self._checked_arrays(X, y, first=first, numbers=False)
        sparse = hasattr(y, "toarray")
        y = y.toarray() if sparse else y
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        _refuse_columns_of_classes(y)
        check_classification_targets(y)
        found = unique_labels(y) if classes is None else unique_labels(classes)
        if first:
            kind = str(type_of_target(y))
            self._many_labels, self.classes_ = kind.startswith("multilabel"), found
            self._sparse_labels = sparse  # predictions are then sparse as well
        elif not partial and set(found.tolist()) != set(self.classes_.tolist()):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.classes_}, `y` has {found}"
            )
        elif classes is not None and not np.array_equal(found, self.classes_):
            raise ValueError(
                f"classes is {found.tolist()}; in the first call of partial_fit it was "
                f"{self.classes_.tolist()}"
            )
        return x, self._targets(y)

    def _targets(self, y: Array) -> Array:
        unknown = [] if self._many_labels else np.setdiff1d(y, self.classes_).tolist()
        if unknown:
            raise ValueError(
                f"y holds the class {unknown[0]!r}; the classes are {self.classes_.tolist()}"
            )
        return y

    def _output(self) -> tuple[int, str, Loss]:
        classes = len(self.classes_)
        if not self._many_labels and classes > 2:
            outputs, activation, loss = classes, "softmax", "categorical_crossentropy"
        else:
            outputs = classes if self._many_labels else 1
            activation, loss = "sigmoid", "summed_binary_crossentropy"
        return outputs, activation, loss_named(loss if self.loss == "log_loss" else self.loss)

    def _know_outputs(self, outputs: int) -> None:
        labels = outputs > 1 and getattr(self, "out_activation_", "softmax") == "logistic"
        self._many_labels, self._sparse_labels = labels, getattr(self, "_sparse_labels", False)
        known = len(self.classes_) if hasattr(self, "classes_") else 0
        if known != outputs and not (outputs == 1 and known in (1, 2)):
            self.classes_ = np.arange(max(outputs, 2))

    def _output_labels(self) -> Array | None:
        named = not self._many_labels and len(self.classes_) > 1
        return self.classes_ if named else None

    def _target_rows(self, targets: Array) -> Array:
        if self._many_labels:
            return targets.astype(np.float64)
        if len(self.classes_) == 1:  # a single class
            return np.zeros((len(targets), 1))
        one_hot = targets[:, np.newaxis] == self.classes_
        rows: Array = (one_hot[:, 1:] if self.n_outputs_ == 1 else one_hot).astype(np.float64)
        return rows

    def _weights(self, sample_weight: Any, targets: Array, x: Array) -> Array | None:
        weights = self._sample_weight(sample_weight, x)
        if self.class_weight is None:
            return weights
        given = self.class_weight
        if isinstance(given, Mapping) and not self._many_labels:
            unknown = [label for label in given if label not in self.classes_.tolist()]
            if unknown:
                raise ValueError(
                    f"class_weight names the class {unknown[0]!r}; the classes are "
                    f"{self.classes_.tolist()}"
                )
            given = {label: given.get(label, 1.0) for label in self.classes_.tolist()}
        of_classes: Array = compute_sample_weight(given, targets).astype(x.dtype)
        return of_classes if weights is None else weights * of_classes

    def _largest_term(self) -> float:
        # scikit-learn takes a probability as at least the machine epsilon.
        smallest = float(np.finfo(self.network_.dtype).eps)
        return float(-log(smallest)) if self.loss == "log_loss" else math.inf

    def _loss_scale(self, targets: Array) -> LossScale:
        return LossScale()

    def _score_of(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        return float(accuracy_score(targets, self._labels(outputs), sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the estimator for scikit-learn."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _refuse_columns_of_classes(y: Array) -> None:
    """Refuse several columns that are not 0 or 1 for each label."""
    kind = str(type_of_target(y))
    if y.ndim < 2 or kind == "continuous-multioutput":
        return
    found = np.unique(y.astype(str) if kind == "unknown" else y)
    if kind == "multilabel-indicator" and set(found.tolist()) <= {0, 1}:
        return
    shown = ", ".join(map(repr, found[:5].tolist())) + (", ..." if len(found) > 5 else "")
    raise ValueError(
        f"y has {y.shape[1]} columns of classes ({shown}); expected one column of classes, or 0 "
        "and 1 in a column for each label. For a class in each column, "
        "sklearn.multioutput.MultiOutputClassifier(MLPClassifier(...)) trains a network for each"
    )
