"""Import from scikit-learn: logistic regression and perceptrons, optionally after scalers."""

import warnings
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.interop.comparison import Outputs
from glassnet.interop.network_builder import NetworkBuilder, fitting_loss
from glassnet.network import Network
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_sklearn"]

PERCEPTRONS = ("MLPClassifier", "MLPRegressor")
LINEAR = ("LogisticRegression", "LogisticRegressionCV", "Perceptron")
LOSSES = {"squared_error": "mean_squared_error", "poisson": "poisson"}


def from_sklearn(estimator: Any, *, loss: str | Loss | None = None) -> Network:
    """Convert a fitted scikit-learn estimator to a Network.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, LogisticRegression, Perceptron or Pipeline
        A pipeline may contain StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler before the
        estimator; they become layers. A Perceptron has no probabilities: a sigmoid or softmax is
        added, which keeps its predicted classes.
    loss : str or Loss, optional
        That of the estimator, if not given.

    Returns
    -------
    Network
        In the precision of the estimator's weights, with its classes and feature names. The squared
        error loss of scikit-learn is half of Glassnet's. Its penalty is named, as one gives it to
        :func:`glassnet.explain` and :meth:`Network.fit`, in ``Network.not_imported``. Layers made
        of scalers do not learn.

    Raises
    ------
    LimitError
        If the estimator is not supported, which the message names, or if the network's outputs
        are not those of the estimator.
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
    perceptrons = type(last).__name__ in PERCEPTRONS
    found = (_perceptrons if perceptrons else _linear)(builder, last)
    chosen, _ = fitting_loss(builder, loss, found, logits=False)
    several = builder.output_activation.name == "sigmoid" and builder.units > 1  # multilabel
    classes = None if several else getattr(last, "classes_", None)
    net = builder.network(chosen, classes, features, outputs=_outputs_of(before, last))
    net.not_imported = _penalty_of(last)
    return net


def _outputs_of(scalers: list[Any], estimator: Any) -> Outputs:
    def outputs(rows: Array) -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the rows have no names of features
            for scaler in scalers:
                rows = scaler.transform(rows)
            if type(estimator).__name__ == "Perceptron":
                net_inputs = np.asarray(estimator.decision_function(rows), dtype=np.float64)
                return _probabilities(net_inputs.reshape(len(rows), -1))
            if not hasattr(estimator, "predict_proba"):
                predicted: Array = np.asarray(estimator.predict(rows))
                return predicted
            probabilities: Array = np.asarray(estimator.predict_proba(rows))
        of_two = probabilities.shape[1] == 2 and len(estimator.classes_) == 2
        both = of_two and getattr(estimator, "n_outputs_", 1) == 1
        return probabilities[:, 1:] if both else probabilities

    return outputs


def _probabilities(net_inputs: Array) -> Array:
    """The probabilities that the network makes of a Perceptron's values."""
    name = "sigmoid" if net_inputs.shape[1] == 1 else "softmax"
    probabilities: Array = activation_named(name).value(net_inputs)
    return probabilities


def _penalty_of(estimator: Any) -> tuple[str, ...]:
    """The penalty that the estimator was fitted with, in words."""
    strength = getattr(estimator, "alpha", None)
    setting = f"alpha={strength}"
    if type(estimator).__name__.startswith("LogisticRegression"):
        # The loss is summed there, and multiplied by C.
        strength = 1 / float(np.mean(estimator.C_ if hasattr(estimator, "C_") else estimator.C))
        setting = f"penalty of C={1 / strength:.6g}"
    elif type(estimator).__name__ == "Perceptron":
        strength = strength if estimator.penalty else None
    kind, ratio = getattr(estimator, "penalty", "l2"), getattr(estimator, "l1_ratio", None)
    if not strength or kind is None:
        return ()
    if kind not in ("l2", "deprecated") or ratio:
        return (f"the {setting} ({kind}, l1_ratio={ratio}) of scikit-learn",)
    shown = f"gn.L2({strength:.6g}, over_examples=True)"
    return (f"the {setting} of scikit-learn: give explain and fit penalties={shown}",)


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
    kind = type(scaler).__name__
    if getattr(scaler, "clip", False):
        raise LimitError(
            f"a {kind} with clip=True is not supported: no layer cuts off values; fit it without"
        )
    match kind:
        case "StandardScaler":
            _standardise(builder, scaler.mean_ if scaler.with_mean else None, scaler.scale_)
        case "RobustScaler":
            _standardise(builder, scaler.center_, scaler.scale_)
        case "MinMaxScaler":
            builder.scale(scaler.scale_, scaler.min_)
        case "MaxAbsScaler":
            builder.scale(1 / np.asarray(scaler.scale_), None)
        case _:
            raise _unknown(scaler)


def _standardise(builder: NetworkBuilder, centre: Any, scale: Any) -> None:
    """Add (y − centre) / scale, where None is 0 and 1."""
    by = np.ones(builder.units) if scale is None else np.asarray(scale)
    builder.scale(1 / by, None if centre is None else -np.asarray(centre) / by)


def _perceptrons(builder: NetworkBuilder, estimator: Any) -> Loss | None:
    layers = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    for number, (W, b) in enumerate(layers, start=1):
        builder.dense(W, b)
        last = number == len(layers)
        name = estimator.out_activation_ if last else estimator.activation
        builder.activate_known_as(name)
    if builder.output_activation.name == "sigmoid" and builder.units > 1:
        return loss_named("summed_binary_crossentropy")  # as scikit-learn's for several labels
    loss = getattr(estimator, "loss", "")
    return loss_named(LOSSES[loss]) if loss in LOSSES else None


def _linear(builder: NetworkBuilder, estimator: Any) -> None:
    W = np.atleast_2d(estimator.coef_).T
    two, logistic = W.shape[1] == 1, type(estimator).__name__ != "Perceptron"
    # Up to scikit-learn 1.7 there was a choice; liblinear has always fitted one class at a time.
    chosen = getattr(estimator, "multi_class", "auto") if logistic else "auto"
    one_by_one = chosen == "ovr" or (logistic and estimator.solver == "liblinear")
    if one_by_one and not two and chosen != "multinomial":
        raise LimitError(
            "a one-vs-rest LogisticRegression has no softmax; fit it without multi_class='ovr' "
            "and with another solver than liblinear"
        )
    builder.dense(W, np.broadcast_to(estimator.intercept_, W.shape[1:]))
    if two and chosen == "multinomial":
        builder.scale(2.0, None)  # a softmax over −z and z
    builder.activate("sigmoid" if two else "softmax")
