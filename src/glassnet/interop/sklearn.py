"""Import from scikit-learn: perceptrons and linear models, and what stands around them."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from glassnet.core.array import Array
from glassnet.errors import PartialImportWarning
from glassnet.interop.comparison import Outputs
from glassnet.interop.network_builder import NetworkBuilder, fitting_loss
from glassnet.interop.sklearn_columns import Columns, transformed
from glassnet.interop.sklearn_estimators import Parts, add_estimator, decides_only, taken_apart
from glassnet.interop.sklearn_target import add_inverse
from glassnet.interop.sklearn_training import loss_of, not_imported
from glassnet.interop.skops_file import read_skops
from glassnet.network import Network
from glassnet.nn.activations.registry import activation_named
from glassnet.nn.losses.loss import Loss
from glassnet.nn.losses.registry import loss_named

__all__ = ["from_sklearn"]

#: Of the files that it reads.
SUFFIXES = (".skops",)


def from_sklearn(estimator: Any, *, loss: str | Loss | None = None) -> Network:
    """Convert a fitted scikit-learn estimator to a Network.

    Parameters
    ----------
    estimator : scikit-learn estimator, or path of a ``.skops`` file
        MLPClassifier, MLPRegressor, or a linear model: LogisticRegression, LinearRegression,
        Ridge, Lasso, ElasticNet, SGDClassifier, SGDRegressor, Perceptron and others of the kind.
        Also in a Pipeline, a GridSearchCV or another search, a TransformedTargetRegressor. Scalers,
        ColumnTransformer, FeatureUnion, OneHotEncoder of numbers, PCA and selections of columns
        before it become layers. A SimpleImputer is passed over: the network refuses missing values.
    loss : str or Loss, optional
        That of the estimator, if not given.

    Returns
    -------
    Network
        In the precision of the estimator's weights, with its classes and feature names. The squared
        error loss of scikit-learn is half of Glassnet's. Its penalty is named, as one gives it to
        :func:`glassnet.explain` and :meth:`Network.fit`, in ``Network.not_imported``. Layers made
        of transformers do not learn.

    Warns
    -----
    PartialImportWarning
        If the estimator has a decision function and no probabilities, such as a Perceptron: a
        sigmoid or softmax is added, which keeps its predicted classes. If columns are one-hot
        encoded: values that are none of the encoder's categories are not refused.

    Raises
    ------
    LimitError
        If the estimator or a transformer is not supported, which the message names, or if the
        network's outputs are not those of the estimator.
    ValueError
        If the estimator is not fitted.
    FileFormatError
        If a file is damaged, or holds types that could run code.
    MissingPackageError
        If a file is given and the package skops is not installed.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> estimator = LogisticRegression().fit([[0.0], [5.0], [6.0]], ["a", "b", "b"])
    >>> from_sklearn(estimator).predict([[0.0], [6.0]]).tolist()
    ['a', 'b']
    """
    if isinstance(estimator, str | os.PathLike):
        estimator = read_skops(Path(estimator))
    parts = taken_apart(estimator)
    last, whole = parts.estimator, [estimator, *parts.before, parts.estimator]
    inputs = next(int(each.n_features_in_) for each in whole if hasattr(each, "n_features_in_"))
    names = [each.feature_names_in_ for each in whole if hasattr(each, "feature_names_in_")]
    features = names[0] if names and len(names[0]) == inputs else None
    builder, columns = NetworkBuilder(inputs, _precision(last)), Columns.of(inputs)
    for transformer in parts.before:
        columns = transformed(columns, transformer)
    columns.add_to(builder)
    add_estimator(builder, last)
    several = builder.output_activation.name == "sigmoid" and builder.units > 1  # multilabel
    found = loss_named("summed_binary_crossentropy") if several else loss_of(last)
    for transformer in parts.after:
        add_inverse(builder, transformer)
    chosen, _ = fitting_loss(builder, loss, found, logits=False)
    classes = None if several else getattr(last, "classes_", None)
    outputs = _outputs_of(estimator, last, features)
    net = builder.network(chosen, classes, features, outputs=outputs, known=columns.known)
    net.not_imported = _not_imported(parts)
    _warn(last, columns)
    return net


def _precision(estimator: Any) -> str:
    weights = estimator.coefs_[0] if hasattr(estimator, "coefs_") else estimator.coef_
    return "float32" if np.asarray(weights).dtype == np.float32 else "float64"


def _not_imported(parts: Parts) -> tuple[str, ...]:
    """What the training of the estimator has, and the network has not."""
    kinds = [type(each).__name__ for each in parts.after if not _is_identity(each)]
    if not kinds:
        return not_imported(parts.estimator)
    return (f"the loss and penalty for targets that a {kinds[0]} transformed",)


def _is_identity(transformer: Any) -> bool:
    return type(transformer).__name__ == "FunctionTransformer" and transformer.func is None


def _warn(estimator: Any, columns: Columns) -> None:
    kind = type(estimator).__name__
    if decides_only(estimator):
        warnings.warn(
            f"a {kind} has a decision function and no probabilities: those of the network are a "
            "sigmoid or softmax of it, which keeps the predicted classes",
            PartialImportWarning,
            stacklevel=3,
        )
    if columns.known:
        warnings.warn(
            "one-hot encoded columns are as in scikit-learn for the categories that the encoder "
            "knows; other values, which it refuses or ignores, may get a share in several",
            PartialImportWarning,
            stacklevel=3,
        )


def _outputs_of(estimator: Any, last: Any, features: Any) -> Outputs:
    def outputs(rows: Array) -> Array:
        given: Any = rows if features is None else pl.DataFrame(rows, schema=list(features))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of overflows far away from the training rows
            if decides_only(last):
                net_inputs = np.asarray(estimator.decision_function(given), dtype=np.float64)
                return _probabilities(net_inputs.reshape(len(rows), -1))
            if not hasattr(estimator, "predict_proba"):
                predicted: Array = np.asarray(estimator.predict(given))
                return predicted
            probabilities: Array = np.asarray(estimator.predict_proba(given))
        of_two = probabilities.shape[1] == 2 and len(last.classes_) == 2
        both = of_two and getattr(last, "n_outputs_", 1) == 1
        return probabilities[:, 1:] if both else probabilities

    return outputs


def _probabilities(net_inputs: Array) -> Array:
    """The probabilities that the network makes of the values of a decision function."""
    name = "sigmoid" if net_inputs.shape[1] == 1 else "softmax"
    probabilities: Array = activation_named(name).value(net_inputs)
    return probabilities
