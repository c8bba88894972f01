"""Validation examples that are given: through pipelines, with weights."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from glassnet.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, X_VAL, Y, Y_VAL = train_test_split(*load_wine(return_X_y=True), random_state=0)


@pytest.fixture
def _routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def pipeline(model: Any) -> Pipeline:
    steps = [("scale", StandardScaler()), ("model", model)]
    return Pipeline(steps, transform_input=["X_val"])


@pytest.mark.usefixtures("_routing")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_pipeline_transforms_them(early_stopping: bool) -> None:
    model = MLPClassifier(max_iter=50, random_state=0, early_stopping=early_stopping)
    model.set_fit_request(X_val=True, y_val=True, sample_weight_val=True)
    whole = pipeline(model).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    assert whole[-1].best_validation_score_ == whole.score(X_VAL, Y_VAL) > 0.9
    scaled = StandardScaler().fit(X)
    alone = MLPClassifier(max_iter=50, random_state=0, early_stopping=early_stopping)
    alone.fit(scaled.transform(X), Y, X_val=scaled.transform(X_VAL), y_val=Y_VAL)
    assert alone.network_.parameters.tobytes() == whole[-1].network_.parameters.tobytes()


@pytest.mark.usefixtures("_routing")
def test_a_search_passes_them_on() -> None:
    model = MLPRegressor(max_iter=5, random_state=0).set_fit_request(X_val=True, y_val=True)
    search = GridSearchCV(pipeline(model), {"model__alpha": [0.1, 1.0]}, cv=2, refit=True)
    search.fit(X, Y.astype(float), X_val=X_VAL, y_val=Y_VAL.astype(float))
    assert len(search.best_estimator_[-1].validation_scores_) == 5


def test_their_weights_count_in_the_score() -> None:
    weights = np.random.default_rng(0).uniform(0, 2, len(Y_VAL))
    scaled = StandardScaler().fit(X)
    x, x_val = scaled.transform(X), scaled.transform(X_VAL)
    model = MLPClassifier(max_iter=3, random_state=0, restore_best=False)
    model.fit(x, Y, X_val=x_val, y_val=Y_VAL, sample_weight_val=weights)
    expected = accuracy_score(Y_VAL, model.predict(x_val), sample_weight=weights)
    assert model.validation_scores_ is not None
    assert model.validation_scores_[-1] == pytest.approx(expected)


def test_the_validation_loss_is_that_of_the_validation_examples() -> None:
    y, y_val = (Y + 1.0), (Y_VAL + 1.0)
    model = MLPRegressor("poisson", (4,), max_iter=2, alpha=0, random_state=0, restore_best=False)
    model.fit(X / X.max(axis=0), y, X_val=X_VAL / X.max(axis=0), y_val=y_val)
    p = model.predict(X_VAL / X.max(axis=0))
    expected = (y_val * np.log(y_val / p) - y_val + p).mean()
    assert model.validation_loss_curve_[-1] == pytest.approx(expected)


def test_their_mistakes_are_named() -> None:
    for options, message in [
        ({"X_val": X_VAL}, "y_val is missing"),
        ({"y_val": Y_VAL}, "X_val is missing"),
        ({"X_val": X_VAL[:, :3], "y_val": Y_VAL}, "3 features"),
        ({"X_val": X_VAL[:5], "y_val": Y_VAL}, "inconsistent numbers of samples"),
        ({"X_val": X_VAL, "y_val": Y_VAL, "sample_weight_val": [1.0]}, "sample_weight"),
    ]:
        with pytest.raises(ValueError, match=message):
            MLPClassifier().fit(X, Y, **options)
