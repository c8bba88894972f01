"""Import from scikit-learn: logistic regression and perceptrons, optionally after scalers."""

from typing import Any

import numpy as np

from glassnet.errors import LimitError
from glassnet.interop.network_builder import NetworkBuilder
from glassnet.network import Network
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_sklearn"]

PERCEPTRONS = ("MLPClassifier", "MLPRegressor")
LINEAR = ("LogisticRegression", "LogisticRegressionCV", "Perceptron")
LOSSES = {"squared_error": "mean_squared_error", "poisson": "poisson"}


def from_sklearn(estimator: Any) -> Network:
    """Convert a fitted scikit-learn estimator to a Network.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, LogisticRegression, Perceptron or Pipeline
        A pipeline may contain StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler before the
        estimator; they become layers. A Perceptron has no probabilities: a sigmoid or softmax is
        added, which keeps its predicted classes.

    Returns
    -------
    Network
        In the precision of the estimator's weights, with its classes and feature names. The squared
        error loss of scikit-learn is half of Glassnet's.

    Raises
    ------
    LimitError
        If the estimator is not supported; the message names it.
    ValueError
        If the estimator is not fitted.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> estimator = LogisticRegression().fit([[0.0], [5.0], [6.0]], ["a", "b", "b"])
    >>> from_sklearn(estimator).predict([[0.0], [6.0]]).tolist()
    ['a', 'b']
    """
    steps = [step for _, step in getattr(estimator, "steps", [("", estimator)])]
    steps = [step for step in steps if not isinstance(step, str | None)]
    if not steps:
        raise _unknown(estimator)
    *before, last = steps
    _require_fitted(last)
    coefficients = getattr(last, "coefs_", None) or [np.atleast_2d(last.coef_)]
    features = getattr(steps[0], "feature_names_in_", None)
    inputs = int((before[0] if before else last).n_features_in_)
    builder = NetworkBuilder(inputs, np.dtype(coefficients[0].dtype).name)
    for scaler in before:
        _add_scaler(builder, scaler)
    made_of = _perceptrons if type(last).__name__ in PERCEPTRONS else _linear
    return made_of(builder, last, features)


def _require_fitted(estimator: Any) -> None:
    if type(estimator).__name__ not in (*PERCEPTRONS, *LINEAR):
        raise _unknown(estimator)
    if not hasattr(estimator, "coef_") and not hasattr(estimator, "coefs_"):
        raise ValueError(f"the {type(estimator).__name__} is not fitted; call fit first")


def _unknown(estimator: Any) -> LimitError:
    return LimitError(
        f"a {type(estimator).__name__} is not supported. Supported are MLPClassifier, "
        "MLPRegressor, LogisticRegression and Perceptron, also in a Pipeline after "
        "StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler"
    )


def _add_scaler(builder: NetworkBuilder, scaler: Any) -> None:
    units = builder.units
    match type(scaler).__name__:
        case "StandardScaler" | "RobustScaler" as kind:
            middle = scaler.mean_ if kind == "StandardScaler" else scaler.center_
            by = np.ones(units) if scaler.scale_ is None else np.asarray(scaler.scale_)
            centre = np.zeros(units) if middle is None else np.asarray(middle)
            builder.scale(1 / by, -centre / by)
        case "MinMaxScaler" if not scaler.clip:
            builder.scale(scaler.scale_, scaler.min_)
        case "MaxAbsScaler" if not getattr(scaler, "clip", False):
            builder.scale(1 / np.asarray(scaler.scale_), None)
        case _:
            raise _unknown(scaler)


def _perceptrons(builder: NetworkBuilder, estimator: Any, features: Any) -> Network:
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    for number, (W, b) in enumerate(layers, start=1):
        builder.dense(W, b)
        last = number == len(layers)
        name = estimator.out_activation_ if last else estimator.activation
        builder.activate_known_as(name)
    loss = getattr(estimator, "loss", "")
    loss = loss_named(LOSSES[loss]) if loss in LOSSES else None
    classes = getattr(estimator, "classes_", None)
    several = builder.output_activation.name == "sigmoid" and builder.units > 1  # multilabel
    return builder.network(loss, None if several else classes, features)


def _linear(builder: NetworkBuilder, estimator: Any, features: Any) -> Network:
    W = np.atleast_2d(estimator.coef_).T
    one_against_rest = getattr(estimator, "multi_class", "") == "ovr" and W.shape[1] > 1
    if one_against_rest and type(estimator).__name__ != "Perceptron":
        raise LimitError(
            "a one-vs-rest LogisticRegression has no softmax; fit it without multi_class='ovr'"
        )
    builder.dense(W, np.broadcast_to(estimator.intercept_, W.shape[1:]))
    builder.activate("sigmoid" if W.shape[1] == 1 else "softmax")
    return builder.network(None, estimator.classes_, features)
