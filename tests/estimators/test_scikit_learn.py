"""The same training as scikit-learn's, and at home in its tools."""

import io
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.utils.estimator_checks import check_estimator

from glassnet import estimators as ours
from glassnet.estimators import MLPClassifier, MLPRegressor
from tests.estimators.random_problems import Problem, random_problem

#: Of these, checks that need another package or a method that scikit-learn's have not either.
SKIPPED = {"check_array_api_input", "check_classifiers_multilabel_output_format_decision_function"}

SGD: list[dict[str, Any]] = [
    {"solver": "sgd", "learning_rate": "adaptive", "max_iter": 120, "learning_rate_init": 0.05},
    {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.1, "power_t": 0.3},
    {"solver": "sgd", "nesterovs_momentum": False, "alpha": 0.1, "batch_size": 32},
    {"solver": "sgd", "early_stopping": True, "activation": "tanh", "learning_rate_init": 0.01},
    {"solver": "sgd", "shuffle": False, "momentum": 0, "activation": "logistic", "batch_size": 50},
    {"solver": "sgd", "hidden_layer_sizes": (20, 10), "tol": 0.01, "n_iter_no_change": 3},
]
ADAM: list[dict[str, Any]] = [
    {},
    {"early_stopping": True, "batch_size": 16, "validation_fraction": 0.2},
    {"hidden_layer_sizes": 7, "activation": "identity", "alpha": 1.0, "beta_1": 0.8},
]


def pair(kind: str, **parameters: Any) -> tuple[Any, Any]:
    both = (getattr(ours, kind), getattr(theirs, kind))
    own, other = (each(random_state=4, **{"max_iter": 40, **parameters}) for each in both)
    return own, other


def fitted(kind: str, X: Any, y: Any, **parameters: Any) -> tuple[Any, Any]:
    own, other = pair(kind, **parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return own.fit(X, y), other.fit(X, y)


def half_squared_error(model: Any, problem: Problem) -> float:
    """scikit-learn's loss of several outputs at the weights that were found."""
    squares = (problem.y - model.predict(problem.X)) ** 2
    weights, rows = problem.sample_weight, len(problem.X)
    penalty = 0.5 * model.alpha * sum(np.vdot(w, w) for w in model.coefs_)
    mean = 0.5 * np.average(squares, weights=weights, axis=0).mean()
    return float(mean + penalty / (rows if weights is None else weights.sum()))


def iris(kind: str) -> tuple[Any, Any]:
    X, y = load_diabetes(return_X_y=True) if kind == "MLPRegressor" else load_iris(return_X_y=True)
    return scale(X), scale(y) if kind == "MLPRegressor" else y


@pytest.mark.parametrize("estimator", [MLPClassifier(), MLPRegressor()], ids=repr)
def test_every_check_of_scikit_learn_passes(estimator: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = [result for result in results if result["status"] not in ("passed", "skipped")]
    assert not failed, failed
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= SKIPPED


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
@pytest.mark.parametrize("parameters", SGD + ADAM, ids=str)
def test_the_same_steps_are_taken(kind: str, parameters: dict[str, Any]) -> None:
    X, y = iris(kind)
    own, other = fitted(kind, X, y, **parameters)
    assert own.n_iter_ == other.n_iter_
    for w, expected in zip(own.coefs_, other.coefs_, strict=True):
        assert w == pytest.approx(expected, rel=1e-9, abs=1e-12)
    for b, expected in zip(own.intercepts_, other.intercepts_, strict=True):
        assert b == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert own.loss_curve_ == pytest.approx(other.loss_curve_, rel=1e-9)
    assert own.validation_scores_ == pytest.approx(other.validation_scores_)
    assert own.predict(X) == pytest.approx(other.predict(X), rel=1e-9)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("seed", range(40))
def test_random_problems_are_solved_alike(solver: str, seed: int) -> None:
    problem = random_problem(solver, seed)
    own, other = problem.fitted()
    if solver == "lbfgs" and problem.kind == "numbers":
        # Theirs descends one function along the gradient of another: their issue 8349.
        assert own.loss_ == pytest.approx(half_squared_error(own, problem), rel=1e-9)
        return
    assert own.loss_ == pytest.approx(other.loss_, rel=1e-6)
    assert own.n_iter_ == other.n_iter_
    for name in ("coefs_", "intercepts_"):
        for array, expected in zip(getattr(own, name), getattr(other, name), strict=True):
            assert array == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if solver != "lbfgs":
        assert own.loss_curve_ == pytest.approx(other.loss_curve_, rel=1e-6)
        assert own.validation_scores_ == pytest.approx(other.validation_scores_)
        assert (own.best_loss_, own.t_) == pytest.approx((other.best_loss_, other.t_))
    if problem.kind == "two classes":
        assert own.predict(problem.X).tolist() == other.predict(problem.X).tolist()
        own, other = (each.predict_proba(problem.X) for each in (own, other))
        assert own == pytest.approx(other, rel=1e-6, abs=1e-6)
    else:
        assert own.predict(problem.X) == pytest.approx(other.predict(problem.X), abs=1e-6)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("load", [load_iris, load_wine, load_digits, load_breast_cancer])
def test_inputs_as_they_are_give_the_same_losses(load: Any, solver: str) -> None:
    # Where inputs are large, theirs takes a probability as at least the machine epsilon.
    X, y = load(return_X_y=True)
    own, other = fitted("MLPClassifier", X, y, solver=solver, max_iter=25)
    assert own.loss_curve_ == pytest.approx(other.loss_curve_, rel=1e-3)
    assert own.n_iter_ == other.n_iter_
    assert own.coefs_[0] == pytest.approx(other.coefs_[0], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_lbfgs_finds_the_same_minimum(kind: str) -> None:
    X, y = iris(kind)
    parameters = {"solver": "lbfgs", "hidden_layer_sizes": (), "max_iter": 500, "alpha": 1.0}
    own, other = fitted(kind, X, y, **parameters)
    assert own.loss_ == pytest.approx(other.loss_, rel=1e-6)
    assert own.coefs_[0] == pytest.approx(other.coefs_[0], abs=1e-3)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_partial_fits_go_on_with_the_optimizer(solver: str, weighted: bool) -> None:
    X, y = iris("MLPClassifier")
    weights = np.random.default_rng(0).uniform(0.1, 2, len(y)) if weighted else None
    own, other = pair("MLPClassifier", solver=solver, learning_rate="invscaling")
    for part in np.array_split(np.random.default_rng(1).permutation(len(y)), 5):
        share = None if weights is None else weights[part]
        own.partial_fit(X[part], y[part], share, classes=[0, 1, 2])
        other.partial_fit(X[part], y[part], share, classes=[0, 1, 2])
    for w, expected in zip(own.coefs_, other.coefs_, strict=True):
        assert w == pytest.approx(expected, abs=1e-12)
    assert (own.t_, own.n_iter_) == (other.t_, other.n_iter_)


def test_a_warm_start_goes_on() -> None:
    X, y = iris("MLPClassifier")
    own, other = pair("MLPClassifier", solver="sgd", warm_start=True, max_iter=7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for _ in range(3):
            own.fit(X, y)
            other.fit(X, y)
    assert own.coefs_[0] == pytest.approx(other.coefs_[0], rel=1e-9, abs=1e-12)
    assert len(own.loss_curve_) == len(other.loss_curve_) == 21
    with pytest.raises(
        ValueError, match="warm_start can only be used where `y` has the same classes"
    ):
        own.fit(X[:100], y[:100])


@pytest.mark.parametrize("kind", ["two", "labels", "outputs", "poisson"])
def test_other_targets_are_learned_alike(kind: str) -> None:
    X, y = load_wine(return_X_y=True)
    X = scale(X)
    options: dict[str, Any] = {"solver": "sgd", "learning_rate_init": 0.01}
    name = "MLPClassifier"
    if kind == "two":
        y = np.where(y == 1, "middle", "outer")
    elif kind == "labels":
        X, y = make_multilabel_classification(200, 10, n_classes=4, random_state=1)
    else:
        name = "MLPRegressor"
        random = np.random.default_rng(2)
        y = random.normal(size=(len(X), 3)) if kind == "outputs" else random.poisson(2.0, len(X))
        options |= {"loss": "poisson"} if kind == "poisson" else {}
    own, other = fitted(name, X, y, **options)
    assert own.out_activation_ == other.out_activation_
    assert own.n_outputs_ == other.n_outputs_
    assert own.coefs_[0] == pytest.approx(other.coefs_[0], rel=1e-8, abs=1e-12)
    assert own.loss_ == pytest.approx(other.loss_, rel=1e-9)
    if name == "MLPRegressor":
        assert own.predict(X) == pytest.approx(other.predict(X), rel=1e-9)
    else:
        assert own.predict(X).tolist() == other.predict(X).tolist()
        assert own.predict_proba(X) == pytest.approx(other.predict_proba(X), rel=1e-6)
        assert own.predict_log_proba(X) == pytest.approx(other.predict_log_proba(X), rel=1e-6)


@pytest.mark.parametrize("form", ["csr", "csc", "frame", "float32"])
def test_any_form_of_inputs_is_learned_from(form: str) -> None:
    X, y = iris("MLPClassifier")
    X = np.where(np.abs(X) < 0.5, 0, X)
    given: Any = X
    if form in ("csr", "csc"):
        from scipy import sparse

        given = sparse.csr_array(X) if form == "csr" else sparse.csc_array(X)
    elif form == "frame":
        import pandas as pd

        given = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    else:
        given = X.astype(np.float32)
    own, other = fitted("MLPClassifier", given, y, solver="sgd")
    assert own.network_.dtype == other.coefs_[0].dtype
    assert own.coefs_[0] == pytest.approx(other.coefs_[0], abs=1e-4 if form == "float32" else 1e-12)
    assert own.predict(given).tolist() == other.predict(given).tolist()
    if form == "frame":
        assert own.network_.feature_names == ["a", "b", "c", "d"]
        with pytest.raises(ValueError, match="feature names"):
            own.predict(given[["b", "a", "c", "d"]])


def test_pickles_joblib_and_clones_predict_alike() -> None:
    X, y = iris("MLPClassifier")
    model = MLPClassifier(max_iter=5, random_state=0)
    model.partial_fit(X, y, classes=[0, 1, 2])
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    for copy in (pickle.loads(pickle.dumps(model)), joblib.load(file)):  # noqa: S301 - our own
        assert copy.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()
        again = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own
        copy.partial_fit(X, y)
        again.partial_fit(X, y)
        assert copy.coefs_[0].tobytes() == again.coefs_[0].tobytes()
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "coefs_")


def test_skops_keeps_a_model_without_running_code() -> None:
    skops = pytest.importorskip("skops.io")
    X, y = iris("MLPClassifier")
    with pytest.warns(ConvergenceWarning):
        model = MLPClassifier(max_iter=5, random_state=0).fit(X, y)
    content = skops.dumps(model)
    untrusted = skops.get_untrusted_types(data=content)
    assert untrusted == ["glassnet.estimators.classifier.MLPClassifier"]
    loaded = skops.loads(content, trusted=untrusted)
    assert loaded.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


def test_it_works_in_pipelines_searches_and_threads() -> None:
    X, y = load_wine(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((16,), solver="lbfgs", random_state=0))
    with joblib.parallel_backend("threading", n_jobs=2):
        together = cross_val_score(pipeline, X, y, cv=4)
    assert together.tolist() == cross_val_score(pipeline, X, y, cv=4).tolist()
    assert together.mean() > 0.95
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.01, 1.0]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.95
    calibrated = CalibratedClassifierCV(pipeline, cv=3).fit(X, y)
    assert calibrated.predict_proba(X).sum(axis=1) == pytest.approx(1)
    importances = permutation_importance(search, X, y, n_repeats=3, random_state=0)
    assert importances.importances_mean.max() > 0.01


def test_a_decision_boundary_can_be_drawn() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from sklearn.inspection import DecisionBoundaryDisplay

    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning):
        model = MLPClassifier(max_iter=20, random_state=0).fit(X[:, :2], y)
    display = DecisionBoundaryDisplay.from_estimator(model, X[:, :2], response_method="predict")
    assert display.response.shape == (100, 100)
