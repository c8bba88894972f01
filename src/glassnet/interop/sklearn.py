"""From scikit-learn: perceptrons, logistic regression, multi-layer perceptrons, behind scalers."""

from typing import Any

import numpy as np

from glassnet.errors import LimitError
from glassnet.interop.network_builder import Assembly
from glassnet.network import Network
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_sklearn"]

PERCEPTRONS = ("MLPClassifier", "MLPRegressor")
LINEAR = ("LogisticRegression", "LogisticRegressionCV", "Perceptron")
ACTIVATIONS = {
    "identity": "identity",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
    "exp": "exponential",
}
LOSSES = {"squared_error": "mean_squared_error", "poisson": "poisson"}


def from_sklearn(estimator: Any) -> Network:
    """Return the network that a fitted estimator of scikit-learn is.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, LogisticRegression, Perceptron or Pipeline
        A pipeline may have StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler before it;
        they become layers. A Perceptron has no probabilities: its outputs get a sigmoid or a
        softmax, so that the predicted classes are its own.

    Returns
    -------
    Network
        In the precision of the estimator's weights, with its classes and feature names. The squared
        error of scikit-learn is half of Glassnet's.

    Raises
    ------
    LimitError
        If it is another estimator; the message names it.
    ValueError
        If it is not fitted.

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
    assembly = Assembly(inputs, np.dtype(coefficients[0].dtype).name)
    for scaler in before:
        _add_scaler(assembly, scaler)
    made_of = _perceptrons if type(last).__name__ in PERCEPTRONS else _linear
    return made_of(assembly, last, features)


def _require_fitted(estimator: Any) -> None:
    if type(estimator).__name__ not in (*PERCEPTRONS, *LINEAR):
        raise _unknown(estimator)
    if not hasattr(estimator, "coef_") and not hasattr(estimator, "coefs_"):
        raise ValueError(f"the {type(estimator).__name__} is not fitted; call its fit first")


def _unknown(estimator: Any) -> LimitError:
    return LimitError(
        f"a {type(estimator).__name__} is no fully connected network that could be read. Supported "
        "are MLPClassifier, MLPRegressor, LogisticRegression and Perceptron, also in a Pipeline "
        "behind StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler"
    )


def _add_scaler(assembly: Assembly, scaler: Any) -> None:
    units = assembly.units
    match type(scaler).__name__:
        case "StandardScaler" | "RobustScaler" as kind:
            middle = scaler.mean_ if kind == "StandardScaler" else scaler.center_
            by = np.ones(units) if scaler.scale_ is None else np.asarray(scaler.scale_)
            centre = np.zeros(units) if middle is None else np.asarray(middle)
            assembly.scale(1 / by, -centre / by)
        case "MinMaxScaler" if not scaler.clip:
            assembly.scale(scaler.scale_, scaler.min_)
        case "MaxAbsScaler" if not getattr(scaler, "clip", False):
            assembly.scale(1 / np.asarray(scaler.scale_), None)
        case _:
            raise _unknown(scaler)


def _perceptrons(assembly: Assembly, estimator: Any, features: Any) -> Network:
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    for number, (W, b) in enumerate(layers, start=1):
        assembly.dense(W, b)
        last = number == len(layers)
        name = estimator.out_activation_ if last else estimator.activation
        assembly.activate(ACTIVATIONS[name])
    loss = getattr(estimator, "loss", "")
    loss = loss_named(LOSSES[loss]) if loss in LOSSES else None
    classes = getattr(estimator, "classes_", None)
    several = assembly.ends_in == "sigmoid" and assembly.units > 1  # labels beside each other
    return assembly.network(loss, None if several else classes, features)


def _linear(assembly: Assembly, estimator: Any, features: Any) -> Network:
    W = np.atleast_2d(estimator.coef_).T
    one_against_rest = getattr(estimator, "multi_class", "") == "ovr" and W.shape[1] > 1
    if one_against_rest and type(estimator).__name__ != "Perceptron":
        raise LimitError(
            "a LogisticRegression of one class against the rest has no softmax; fit it without "
            "multi_class='ovr'"
        )
    assembly.dense(W, np.broadcast_to(estimator.intercept_, W.shape[1:]))
    assembly.activate("sigmoid" if W.shape[1] == 1 else "softmax")
    return assembly.network(None, estimator.classes_, features)
