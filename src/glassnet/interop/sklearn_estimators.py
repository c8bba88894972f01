"""The layers of scikit-learn's estimators, and what stands around them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

from glassnet.errors import LimitError
from glassnet.interop.network_builder import NetworkBuilder

__all__ = ["Parts", "add_estimator", "decides_only", "taken_apart"]

PERCEPTRONS = ("MLPClassifier", "MLPRegressor")
# Linear models: those whose probabilities are a softmax, and whose outputs are exponentials.
SOFTMAX = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis")
EXPONENTIAL = ("PoissonRegressor", "GammaRegressor")


@dataclass(frozen=True)
class Parts:
    """What a nested estimator consists of.

    Attributes
    ----------
    before : list
        The transformers of the inputs, in order.
    estimator
        What predicts.
    after : list
        The transformers of the targets, the innermost first; their inverse follows the estimator.
    """

    before: list[Any]
    estimator: Any
    after: list[Any]


def taken_apart(estimator: Any) -> Parts:
    """Return the parts of pipelines, searches for parameters and regressors of other targets.

    Raises
    ------
    LimitError
        If a part is neither a perceptron nor a linear model.
    ValueError
        If it is not fitted.
    TypeError
        If it is a class.
    """
    kind = type(estimator).__name__
    if isinstance(estimator, type):
        raise TypeError(f"{estimator.__name__} is a class; give from_sklearn a fitted estimator")
    if kind == "Pipeline":
        steps = [step for _, step in estimator.steps if not isinstance(step, str | None)]
        if not steps:
            raise _unknown(kind)
        inner = taken_apart(steps[-1])
        return Parts([*steps[:-1], *inner.before], inner.estimator, inner.after)
    if kind.endswith("SearchCV"):
        if estimator.refit is False:
            raise ValueError(f"the {kind} has no best estimator; fit it with refit=True")
        return taken_apart(_fitted_part(estimator, "best_estimator_"))
    if kind == "FrozenEstimator":
        return taken_apart(estimator.estimator)
    if kind == "TransformedTargetRegressor":
        inner = taken_apart(_fitted_part(estimator, "regressor_"))
        return Parts(inner.before, inner.estimator, [*inner.after, estimator.transformer_])
    _require_layers(estimator)
    return Parts([], estimator, [])


def _fitted_part(estimator: Any, name: str) -> Any:
    if not hasattr(estimator, name):
        raise ValueError(f"the {type(estimator).__name__} is not fitted; call fit first")
    return getattr(estimator, name)


def _require_layers(estimator: Any) -> None:
    kind = type(estimator).__name__
    names = ("coefs_", "intercepts_") if kind in PERCEPTRONS else ("coef_", "intercept_")
    if all(hasattr(estimator, name) for name in names):
        return
    if hasattr(estimator, "fit") and not hasattr(estimator, "n_features_in_"):
        raise ValueError(f"the {kind} is not fitted; call fit first")
    raise _unknown(kind)


def _unknown(kind: str) -> LimitError:
    return LimitError(
        f"a {kind} is not supported. Supported are MLPClassifier, MLPRegressor and linear models, "
        "also in a Pipeline, in a search such as GridSearchCV, and in a TransformedTargetRegressor"
    )


def decides_only(estimator: Any) -> bool:
    """Return whether an estimator has a decision function and no probabilities."""
    return is_classifier(estimator) and not hasattr(estimator, "predict_proba")


def add_estimator(builder: NetworkBuilder, estimator: Any) -> None:
    """Add the layers of a fitted estimator.

    Raises
    ------
    LimitError
        If it was fitted to one class, or layers cannot give its outputs.
    """
    kind = type(estimator).__name__
    _require_classes(estimator)
    if kind in PERCEPTRONS:
        _add_perceptrons(builder, estimator)
    elif is_classifier(estimator):
        _add_classifier(builder, estimator)
    elif is_regressor(estimator):
        _add_linear(builder, estimator)
        if kind in EXPONENTIAL:
            builder.activate("exponential")
    else:
        raise _unknown(kind)


def _require_classes(estimator: Any) -> None:
    """Refuse a classifier that knows one class only."""
    classes = getattr(estimator, "classes_", None)
    if isinstance(classes, np.ndarray) and classes.size == 1:
        (only,) = classes.tolist()
        raise LimitError(
            f"the {type(estimator).__name__} was fitted to one class, {only!r}, which it predicts "
            "for every row; fit it to rows of two classes or more"
        )


def _add_perceptrons(builder: NetworkBuilder, estimator: Any) -> None:
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    for number, (W, b) in enumerate(layers, start=1):
        builder.dense(W, b)
        last = number == len(layers)
        builder.activate_known_as(estimator.out_activation_ if last else estimator.activation)


def _add_linear(builder: NetworkBuilder, estimator: Any) -> None:
    W = np.atleast_2d(estimator.coef_).T
    builder.dense(W, np.broadcast_to(estimator.intercept_, W.shape[1:]))


def _add_classifier(builder: NetworkBuilder, estimator: Any) -> None:
    _add_linear(builder, estimator)
    two, chosen = builder.units == 1, getattr(estimator, "multi_class", "auto")
    if not decides_only(estimator) and not _has_softmax(estimator, two=two):
        kind = type(estimator).__name__
        raise LimitError(
            f"a one-vs-rest {kind} has no softmax; fit it without multi_class='ovr' and with "
            "another solver than liblinear"
            if kind in SOFTMAX
            else f"the probabilities of a {kind} of {len(estimator.classes_)} classes"
            f"{_with_loss(estimator)} are no softmax, and not supported; fit a LogisticRegression"
        )
    if two and chosen == "multinomial" and type(estimator).__name__ in SOFTMAX:
        builder.scale(2.0, None)  # a softmax over −z and z
    builder.activate("sigmoid" if two else "softmax")


def _with_loss(estimator: Any) -> str:
    return f" with loss={estimator.loss!r}" if hasattr(estimator, "loss") else ""


def _has_softmax(estimator: Any, *, two: bool) -> bool:
    """Whether the probabilities of a linear model are a softmax, or of two classes a sigmoid."""
    if type(estimator).__name__ == "SGDClassifier":
        return two and estimator.loss == "log_loss"
    if type(estimator).__name__ not in SOFTMAX:
        return False
    # Up to scikit-learn 1.7 there was a choice; liblinear has always fitted one class at a time.
    chosen = getattr(estimator, "multi_class", "auto")
    liblinear = getattr(estimator, "solver", "") == "liblinear"
    return two or chosen == "multinomial" or not (chosen == "ovr" or liblinear)
