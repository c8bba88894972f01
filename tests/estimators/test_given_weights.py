"""Weights and biases that are set, before a training or of another network."""

import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.exceptions import NotFittedError

from glassnet import estimators as ours

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).normal(size=(20, 4))
NUMBERS = np.sin(X).sum(axis=1)


def arrays(*units: int) -> tuple[list[Any], list[Any]]:
    random = np.random.default_rng(sum(units))
    shapes = list(pairwise(units))
    return [random.normal(size=shape) for shape in shapes], [
        random.normal(size=shape[1]) for shape in shapes
    ]


@pytest.mark.parametrize("units", [(4, 1), (4, 5, 1), (4, 3, 2, 3)])
@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_a_regressor_of_given_weights_predicts(units: tuple[int, ...], activation: str) -> None:
    own, other = (each.MLPRegressor(activation=activation) for each in (ours, theirs))
    for model in (own, other):
        model.coefs_, model.intercepts_ = arrays(*units)
        model.n_layers_, model.out_activation_ = len(units), "identity"
    assert own.predict(X) == pytest.approx(other.predict(X), rel=1e-12)
    assert pickle.loads(pickle.dumps(own)).predict(X) == pytest.approx(other.predict(X))  # noqa: S301 - our own


@pytest.mark.parametrize(("outputs", "classes"), [(1, 2), (3, 3)])
def test_a_classifier_of_given_weights_predicts(outputs: int, classes: int) -> None:
    model = ours.MLPClassifier()
    model.coefs_, model.intercepts_ = arrays(4, 5, outputs)
    assert model.predict_proba(X).shape == (20, classes)
    assert set(model.predict(X)) <= set(range(classes))
    model = ours.MLPClassifier()
    model.classes_ = np.array(["a", "b", "c"][:classes])
    model.coefs_, model.intercepts_ = arrays(4, 5, outputs)
    assert set(model.predict(X)) <= {"a", "b", "c"}


def test_a_smaller_network_can_be_put_in() -> None:
    own, other = (
        each.MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, random_state=0).fit(X, NUMBERS)
        for each in (ours, theirs)
    )
    for model in (own, other):
        model.coefs_, model.intercepts_ = arrays(4, 2, 1)
    assert own.predict(X) == pytest.approx(other.predict(X), rel=1e-12)
    assert list(own.network_.architecture.units) == [4, 2, 1]
    own.coefs_ = arrays(4, 5, 1)[0]
    with pytest.raises(ValueError, match="do not fit each other; expected"):
        own.predict(X)


@pytest.mark.parametrize("form", ["partial_fit", "warm_start"])
def test_a_training_goes_on_from_given_weights(form: str) -> None:
    found = []
    for each in (ours, theirs):
        model = each.MLPRegressor(hidden_layer_sizes=(5,), max_iter=1, warm_start=True, tol=1.0)
        model.coefs_, model.intercepts_ = arrays(4, 5, 1)
        model.n_layers_, model.out_activation_, model.t_, model.n_iter_ = 3, "identity", 0, 0
        model.best_loss_, model.loss_curve_, model._no_improvement_count = np.inf, [], 0
        model.random_state = 0
        (model.partial_fit if form == "partial_fit" else model.fit)(X, NUMBERS)
        found.append([*model.coefs_, *model.intercepts_])
    for own, other in zip(*found, strict=True):
        assert own == pytest.approx(other, abs=1e-12)


def test_a_fit_from_the_start_forgets_given_weights() -> None:
    model = ours.MLPRegressor(hidden_layer_sizes=(5,), max_iter=2, random_state=0)
    model.coefs_, model.intercepts_ = arrays(4, 2, 1)
    expected = ours.MLPRegressor(hidden_layer_sizes=(5,), max_iter=2, random_state=0)
    assert model.fit(X, NUMBERS).coefs_[0].tolist() == expected.fit(X, NUMBERS).coefs_[0].tolist()


def test_what_is_not_there_is_missing_as_in_scikit_learn() -> None:
    for name in ("coefs_", "intercepts_"):
        for each in (ours, theirs):
            with pytest.raises(
                AttributeError, match=f"'MLPClassifier' object has no attribute '{name}'"
            ):
                getattr(each.MLPClassifier(), name)
    model = ours.MLPRegressor()
    model.coefs_ = arrays(4, 1)[0]
    with pytest.raises(NotFittedError):
        model.predict(X)
