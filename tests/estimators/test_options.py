"""Options that scikit-learn's estimators have not: scoring, optimizers, schedules, L1."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import log_loss, make_scorer, mean_absolute_error
from sklearn.multioutput import MultiOutputClassifier
from sklearn.preprocessing import scale

import glassnet as gn
from glassnet.estimators import MLPClassifier, MLPRegressor

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("error:X does not have valid feature names"),
]


def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True)
    return scale(X), y


def diabetes() -> tuple[Any, Any]:
    X, y = load_diabetes(return_X_y=True)
    return scale(X), scale(y)


def test_early_stopping_by_a_scorer() -> None:
    X, y = iris()
    names, frame = np.array(["a", "b", "c"])[y], pd.DataFrame(X, columns=list("pqrs"))
    weights = np.linspace(0.1, 2, 150)
    by: dict[str, Any] = {
        "early_stopping": True,
        "scoring": "neg_log_loss",
        "max_iter": 60,
        "random_state": 0,
    }
    model = MLPClassifier(**by).fit(
        frame, names, X_val=frame, y_val=names, sample_weight_val=weights
    )
    best = -log_loss(names, model.predict_proba(frame), sample_weight=weights)
    assert model.best_validation_score_ == pytest.approx(best)
    assert model.validation_scores_ is not None
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert len(model.validation_scores_) == model.n_iter_


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regressor_is_scored_on_what_it_predicts(outputs: int) -> None:
    X, y = diabetes()
    y = np.column_stack([y, -y])[:, :outputs].squeeze()
    shapes = set()

    def score(model: Any, X: Any, y: Any) -> float:
        shapes.add((y.shape, model.predict(X).shape))
        return -float(mean_absolute_error(y, model.predict(X)))

    of_error = make_scorer(mean_absolute_error, greater_is_better=False)
    for scoring in ("neg_mean_absolute_error", of_error, score):
        model = MLPRegressor(scoring=scoring, early_stopping=True, max_iter=20, random_state=0)
        model.fit(X, y, X_val=X, y_val=y)
        assert model.best_validation_score_ == pytest.approx(
            -mean_absolute_error(y, model.predict(X))
        )
    assert shapes == {(y.shape, y.shape)}


@pytest.mark.parametrize("scoring", ["no such score", 3, ["accuracy"]])
def test_what_is_no_scorer_is_refused(scoring: Any) -> None:
    with pytest.raises(ValueError, match=r"scoring must be a name of .*get_scorer_names\(\), or"):
        MLPClassifier(scoring=scoring).fit(*iris())


def test_a_score_that_is_no_number_is_refused() -> None:
    model = MLPClassifier(scoring=lambda model, X, y: "good", early_stopping=True)
    with pytest.raises(TypeError, match="scoring must return a number, not 'good'"):
        model.fit(*iris())


@pytest.mark.parametrize(
    ("options", "optimizer"),
    [
        (
            {"solver": "adamw", "learning_rate_init": 0.02, "beta_1": 0.8, "beta_2": 0.9},
            gn.AdamW(0.02, beta1=0.8, beta2=0.9),
        ),
        ({"solver": gn.AdamW(0.02, weight_decay=0.3)}, gn.AdamW(0.02, weight_decay=0.3)),
        ({"solver": gn.SGD(0.05), "learning_rate": gn.Cosine()}, gn.SGD(0.05)),
    ],
)
def test_optimizers_and_schedules_are_those_of_a_network(
    options: dict[str, Any], optimizer: Any
) -> None:
    X, y = iris()
    common: dict[str, Any] = {"batch_size": 50, "shuffle": False, "random_state": 0, "alpha": 0.0}
    start = MLPClassifier((5,), max_iter=1, learning_rate_init=1e-30, **common).fit(X, y)
    model = clone(MLPClassifier((5,), max_iter=8, **common, **options)).fit(X, y)
    net = start.network_
    net.fit(
        *(X, y),
        optimizer=optimizer,
        epochs=8,
        batch_size=50,
        shuffle=False,
        schedule=options.get("learning_rate"),
    )
    assert model.coefs_[0] == pytest.approx(net.weights[0], abs=1e-12)
    assert model.partial_fit(X, y).t_ == 9 * 150


@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
def test_a_part_of_alpha_is_an_l1_penalty(l1_ratio: float) -> None:
    X, y = diabetes()
    common: dict[str, Any] = {"alpha": 20.0, "batch_size": 100, "random_state": 0, "max_iter": 10}
    model = MLPRegressor("squared_error", (5,), l1_ratio=l1_ratio, **common).fit(X, y)
    without = MLPRegressor("squared_error", (5,), **common).fit(X, y)
    net = MLPRegressor("squared_error", (5,), max_iter=1, random_state=0, learning_rate_init=1e-30)
    size = [sum(np.abs(w).sum() for w in each.coefs_) for each in (model, without)]
    assert size[0] != size[1]
    # Of one epoch with steps of nothing, the loss is that of the weights that it starts with.
    net.set_params(alpha=20.0, l1_ratio=l1_ratio, batch_size=len(X)).fit(X, y)
    w = np.concatenate([each.ravel() for each in net.coefs_])
    penalty = 20.0 * (l1_ratio * np.abs(w).sum() + (1 - l1_ratio) / 2 * np.square(w).sum())
    loss = np.square(net.predict(X) - y).mean() / 2 + penalty / len(X)
    assert net.loss_ == pytest.approx(loss)


def test_lbfgs_takes_no_l1_penalty() -> None:
    with pytest.raises(ValueError, match="one smooth loss; it needs l1_ratio=0"):
        MLPRegressor(solver="lbfgs", l1_ratio=0.5).fit(*diabetes())


def test_a_warm_start_can_keep_the_optimizer_state() -> None:
    X, y = iris()
    options: dict[str, Any] = {"max_iter": 10, "shuffle": False, "random_state": 0, "tol": 0.0}
    at_once = MLPClassifier(**options | {"max_iter": 20}).fit(X, y)
    kept, new = (
        MLPClassifier(warm_start=True, keep_optimizer_state=keep, **options).fit(X, y).fit(X, y)
        for keep in (True, False)
    )
    assert kept.coefs_[0] == pytest.approx(at_once.coefs_[0], abs=1e-12)
    assert np.abs(new.coefs_[0] - at_once.coefs_[0]).max() > 1e-6


@pytest.mark.parametrize(
    "y",
    [
        np.column_stack([np.arange(60) % 2, np.arange(60) % 3]),
        [["a", "x"], ["b", "y"]] * 30,
        [(1, 2)] * 30 + [(2, 1)] * 30,
        np.array([[0, 1], [2, 1]] * 30, dtype=object),
        pd.DataFrame({"p": [0, 1, 2] * 20, "q": [5, 6] * 30}),
    ],
)
def test_columns_of_classes_are_for_a_network_each(y: Any) -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    model = MLPClassifier((5,), max_iter=5, random_state=0)
    with pytest.raises(ValueError, match=r"2 columns of classes \(.*MultiOutputClassifier\(MLPCl"):
        model.fit(X, y)
    if isinstance(y, np.ndarray) and y.dtype.kind == "O":  # scikit-learn refuses these as well
        return
    predicted = MultiOutputClassifier(model).fit(X, y).predict(X)
    assert predicted.shape == (60, 2)
    for found, given in zip(predicted.T, np.asarray(y).T, strict=True):
        assert set(found) <= set(given)


@pytest.mark.parametrize("y", [[[1], [0], [1]] * 10, [["no"], ["yes"]] * 15])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
def test_one_column_is_one_target(y: Any) -> None:
    X = np.random.default_rng(0).normal(size=(30, 3))
    assert MLPClassifier(max_iter=2).fit(X, y).predict(X).shape == (30,)
