"""Linear models, and what stands around an estimator."""

from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

import glassnet as gn
from glassnet.errors import PartialImportWarning

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
VALUES = X @ np.array([[1.0, 0.5], [0.0, -1.0], [2.0, 0.0]]) + 3
POSITIVE = np.exp(VALUES[:, 0] / 4)
CLASSES = np.array(["ant", "bee", "cat"])[RANDOM.integers(0, 3, size=60)]
TWO = CLASSES == "ant"

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def perceptrons() -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (LinearRegression(), VALUES),
        (LinearRegression(fit_intercept=False), VALUES[:, 0]),
        (Ridge(), VALUES),
        (Lasso(0.1), VALUES),
        (ElasticNet(0.1), VALUES[:, 0]),
        (SGDRegressor(), VALUES[:, 0]),
        (HuberRegressor(), VALUES[:, 0]),
        (BayesianRidge(), VALUES[:, 0]),
        (QuantileRegressor(alpha=0.1), VALUES[:, 0]),
        (PoissonRegressor(), POSITIVE),
        (GammaRegressor(), POSITIVE),
        (TransformedTargetRegressor(perceptrons()), VALUES),
        (TransformedTargetRegressor(perceptrons(), transformer=StandardScaler()), VALUES[:, 0]),
        (TransformedTargetRegressor(perceptrons(), transformer=MinMaxScaler()), VALUES),
        (TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp), POSITIVE),
        (TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1), POSITIVE),
        (
            make_pipeline(
                StandardScaler(),
                TransformedTargetRegressor(
                    make_pipeline(MinMaxScaler(), Ridge()), transformer=StandardScaler()
                ),
            ),
            VALUES,
        ),
        (make_pipeline(StandardScaler(), GridSearchCV(Ridge(), {"alpha": [1, 2]})), VALUES),
    ],
    ids=str,
)
def test_regressors_predict_the_same(estimator: Any, y: Any, dtype: Any) -> None:
    rows = X.astype(dtype)
    theirs = estimator.fit(rows, y).predict(rows)
    assert gn.from_sklearn(estimator).predict(rows) == pytest.approx(theirs, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("y", [CLASSES, TWO], ids=["three", "two"])
@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(fit_intercept=False),
        LogisticRegressionCV(
            cv=2, l1_ratios=(0.0,), use_legacy_attributes=False, scoring="accuracy"
        ),
        LinearDiscriminantAnalysis(),
        GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=2),
        RandomizedSearchCV(MLPClassifier((4,), max_iter=5), {"alpha": [0.1, 1]}, n_iter=1, cv=2),
    ],
    ids=str,
)
def test_classifiers_predict_the_same(estimator: Any, y: Any) -> None:
    estimator.fit(X, y)
    net, theirs = gn.from_sklearn(estimator), estimator.predict_proba(X)
    assert net.predict_proba(X) == pytest.approx(theirs if y is CLASSES else theirs[:, 1:])
    assert net.predict(X).tolist() == estimator.predict(X).tolist()


@pytest.mark.parametrize("y", [CLASSES, TWO], ids=["three", "two"])
@pytest.mark.parametrize(
    "estimator", [SGDClassifier(), RidgeClassifier(), LinearSVC(), Perceptron()], ids=str
)
def test_a_decision_function_keeps_its_classes(estimator: Any, y: Any) -> None:
    pipeline = make_pipeline(StandardScaler(), estimator).fit(X, y)
    with pytest.warns(PartialImportWarning, match="no probabilities: those of the network are a"):
        net = gn.from_sklearn(pipeline)
    assert net.predict(X).tolist() == pipeline.predict(X).tolist()
    assert "the loss" in net.not_imported[0]


def test_probabilities_that_are_no_softmax_are_refused() -> None:
    two = SGDClassifier(loss="log_loss").fit(X, TWO)
    assert gn.from_sklearn(two).predict_proba(X) == pytest.approx(two.predict_proba(X)[:, 1:])
    with pytest.raises(gn.LimitError, match="of 3 classes with loss='log_loss' are no softmax"):
        gn.from_sklearn(SGDClassifier(loss="log_loss").fit(X, CLASSES))
    with pytest.raises(gn.LimitError, match="with loss='modified_huber' are no softmax"):
        gn.from_sklearn(SGDClassifier(loss="modified_huber").fit(X, TWO))


def test_what_cannot_be_a_network_is_refused_in_words() -> None:
    with pytest.raises(gn.LimitError, match="was fitted to one class, 'ant', which it predicts"):
        gn.from_sklearn(MLPClassifier((2,), max_iter=2).fit(X, ["ant"] * 60))
    with pytest.raises(gn.LimitError, match=r"gives .* not imported"):
        gn.from_sklearn(SVC(kernel="linear").fit(X, CLASSES))  # one against another
    with pytest.raises(ValueError, match="has no best estimator; fit it with refit=True"):
        gn.from_sklearn(GridSearchCV(Ridge(), {}, refit=False).fit(X, VALUES))
    with pytest.raises(ValueError, match="the GridSearchCV is not fitted; call fit first"):
        gn.from_sklearn(GridSearchCV(Ridge(), {}))
    with pytest.raises(TypeError, match="Ridge is a class; give from_sklearn a fitted estimator"):
        gn.from_sklearn(Ridge)


@pytest.mark.parametrize(
    ("regressor", "message"),
    [
        (
            TransformedTargetRegressor(Ridge(), func=np.square, inverse_func=np.sqrt),
            "targets that sqrt brings back .* regressor_",
        ),
        (
            TransformedTargetRegressor(Ridge(), transformer=QuantileTransformer(n_quantiles=9)),
            "targets transformed by a QuantileTransformer are not supported; .* regressor_",
        ),
    ],
    ids=str,
)
def test_other_targets_are_refused(regressor: Any, message: str) -> None:
    with pytest.raises(gn.LimitError, match=message):
        gn.from_sklearn(regressor.fit(X, POSITIVE))
    inner = regressor.regressor_
    theirs = inner.predict(X)
    assert gn.from_sklearn(inner).predict(X).reshape(theirs.shape) == pytest.approx(theirs)
