"""The callbacks of scikit-learn 1.9, told of a fit and its epochs."""

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale

from glassnet.estimators import MLPClassifier, MLPRegressor

of_scikit_learn = pytest.importorskip("sklearn.callback", reason="scikit-learn before 1.9")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True)
    return scale(X), y


class Log:
    """Notes what it is told; ends the training after an epoch."""

    def __init__(self, last: int | None = None) -> None:
        self.told: list[str] = []
        self.weights: list[Any] = []
        self.metadata: Any = None
        self.last = last

    def setup(self, estimator: Any, context: Any) -> None:
        self.told.append("setup")

    def teardown(self, estimator: Any, context: Any) -> None:
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.told.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, metadata: Any = None, fitted_estimator: Any = None
    ) -> bool:
        self.told.append(f"end {context.task_name} {context.task_id}")
        self.metadata = metadata
        if fitted_estimator is not None:
            self.weights.append(fitted_estimator.coefs_[0].copy())
        return bool(context.task_name == "epoch" and context.task_id == self.last)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("last", [None, 1])
def test_a_fit_and_its_epochs_are_told(solver: str, last: int | None) -> None:
    X, y = iris()
    log, epochs = Log(last), 3 if last is None else 2
    weights = np.ones(150)
    model = MLPClassifier((5,), solver=solver, max_iter=3, random_state=0).set_callbacks(log)
    model.fit(X, y, weights)
    each = [f"{what} epoch {epoch}" for epoch in range(epochs) for what in ("begin", "end")]
    assert log.told == ["setup", "begin fit 0", *each, "end fit 0", "teardown"]
    assert log.metadata == {"sample_weight": weights}
    assert model.n_iter_ == epochs
    # Each copy has the weights of its epoch; the last two are those of the end.
    assert len(log.weights) == epochs + 1
    assert np.abs(log.weights[0] - log.weights[1]).max() > 0
    assert log.weights[-1].tolist() == model.coefs_[0].tolist()
    assert pickle.loads(pickle.dumps(model)).predict(X).tolist() == model.predict(X).tolist()  # noqa: S301 - our own
    assert clone(model).fit(X, y).n_iter_ == epochs  # clones have the same callbacks


def test_a_training_that_stops_by_itself_ends_the_epoch_that_was_to_come() -> None:
    log = Log()
    model = MLPClassifier(max_iter=50, tol=10.0, n_iter_no_change=2, random_state=0)
    model.set_callbacks(log).fit(*iris())
    assert model.n_iter_ < 50
    begun, ended = (
        [line for line in log.told if line.startswith(word)] for word in ("begin", "end")
    )
    assert len(begun) == len(ended)


def test_a_fit_that_fails_tears_its_callbacks_down() -> None:
    X, y = iris()
    log = Log()
    model = MLPRegressor(solver="sgd", learning_rate_init=1e30, random_state=0).set_callbacks(log)
    with pytest.raises(ValueError, match="non-finite"):
        model.fit(X, y)
    assert (log.told[0], log.told[-1]) == ("setup", "teardown")
    assert "end fit 0" not in log.told
    assert set(vars(model)) == {*vars(MLPRegressor()), "_skl_callbacks"}


def test_scores_of_each_epoch_are_monitored() -> None:
    X, y = iris()
    monitor = of_scikit_learn.ScoringMonitor(scoring="accuracy")
    model = MLPClassifier((5,), max_iter=4, random_state=0).set_callbacks(monitor).fit(X, y)
    scores = [line["accuracy"] for line in monitor.get_logs().data]
    assert len(scores) == 5
    assert scores[0] == model.score(X, y)


def test_a_search_hands_callbacks_on() -> None:
    monitor = of_scikit_learn.ScoringMonitor(scoring="accuracy")
    model = MLPClassifier((5,), max_iter=2, random_state=0).set_callbacks(monitor)
    GridSearchCV(model, {"alpha": [0.0, 1.0]}, cv=2).fit(*iris())
    assert len(monitor.get_logs().data) == 5 * 3  # four trainings and the last
