"""Losses and penalties of scikit-learn's estimators: at their minimum, no step is taken."""

from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    MultiTaskLasso,
    PoissonRegressor,
    Ridge,
    SGDRegressor,
)
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

import glassnet as gn

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
VALUES = X @ np.array([[1.0, 0.5], [0.0, -1.0], [2.0, 0.3]]) + RANDOM.normal(size=(60, 2))
COUNTS = np.round(np.exp(VALUES[:, 0] / 2))
TWO = VALUES[:, 0] > 0


def linear_perceptrons() -> MLPRegressor:
    options = {"activation": "identity", "solver": "lbfgs", "tol": 1e-14, "max_iter": 9999}
    return MLPRegressor(hidden_layer_sizes=(2,), alpha=7.0, random_state=0, **options)


def penalties_of(net: gn.Network) -> Any:
    """What the import says to give."""
    if not net.not_imported:
        return ()
    (words,) = net.not_imported
    return eval(words.partition("penalties=")[2], {"gn": gn})  # noqa: S307 - our own words


@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (LinearRegression(), VALUES),
        (Ridge(3.0), VALUES[:, 0]),
        (Ridge(3.0), VALUES),
        (Lasso(0.05, tol=1e-12), VALUES[:, 0]),
        (Lasso(0.05, tol=1e-12), VALUES),
        (ElasticNet(0.05, l1_ratio=0.3, tol=1e-12), VALUES),
        (PoissonRegressor(alpha=0.3, tol=1e-10, max_iter=1000), COUNTS),
        (LogisticRegression(C=0.2, tol=1e-10), TWO),
        (LogisticRegression(C=2.0, l1_ratio=0.5, solver="saga", tol=1e-10, max_iter=9999), TWO),
        (linear_perceptrons(), VALUES[:, 0]),
    ],
    ids=lambda value: "" if isinstance(value, np.ndarray) else str(value),
)
def test_at_the_minimum_no_step_is_taken(estimator: Any, y: Any) -> None:
    net = gn.from_sklearn(estimator.fit(X, y))
    step = gn.explain(net, X, y, learning_rate=1.0, penalties=penalties_of(net)).step
    assert step.new_parameters == pytest.approx(net.parameters, abs=1e-4)


def test_several_outputs_of_perceptrons_share_a_penalty() -> None:
    """scikit-learn's gradients are of ½ Σ_j, Glassnet's of the mean over the outputs j."""
    estimator = linear_perceptrons().set_params(max_iter=3).fit(X, VALUES)
    assert penalties_of(gn.from_sklearn(estimator)) == gn.L2(2 * 7.0 / 2, over_examples=True)


def test_what_cannot_be_given_is_named() -> None:
    net = gn.from_sklearn(MultiTaskLasso(0.1).fit(X, VALUES))
    assert net.not_imported == ("the penalty of the MultiTaskLasso of scikit-learn",)
    several = Ridge([1.0, 2.0]).fit(X, VALUES)
    assert gn.from_sklearn(several).not_imported == ("the penalty of the Ridge of scikit-learn",)
    targets = TransformedTargetRegressor(Ridge(), transformer=StandardScaler()).fit(X, VALUES)
    words = "the loss and penalty for targets that a StandardScaler transformed"
    assert gn.from_sklearn(targets).not_imported == (words,)
    insensitive = SGDRegressor(loss="epsilon_insensitive").fit(X, VALUES[:, 0])
    words = "the loss 'epsilon_insensitive' of the SGDRegressor"
    assert gn.from_sklearn(insensitive).not_imported == (words,)
