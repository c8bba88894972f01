"""Trainings that diverge or fail: what is said, and what is left."""

import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.exceptions import ConvergenceWarning, NotFittedError

import glassnet as gn
from glassnet import estimators as ours
from glassnet.estimators import MLPClassifier, MLPRegressor

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 4)) * 100
Y = (X @ [1, 2, -1, 0.5]) * 1e4
SCIKIT_LEARNS = "^Solver produced non-finite parameter weights. The input data may contain large"
SOON: dict[str, Any] = {
    "hidden_layer_sizes": (50, 50),
    "max_iter": 20,
    "random_state": 0,
    "solver": "sgd",
    "learning_rate_init": 0.1,
}


def finite(model: Any) -> bool:
    return all(np.isfinite(w).all() for w in [*model.coefs_, *model.intercepts_])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"learning_rate_init": 10.0},
        {"learning_rate_init": 0.001},
        {"activation": "identity"},
        {"batch_size": 270},
        {"learning_rate": "adaptive"},
    ],
    ids=str,
)
@pytest.mark.parametrize("outputs", [1, 2])
def test_with_early_stopping_the_best_weights_come_back(
    options: dict[str, Any], outputs: int
) -> None:
    y = Y if outputs == 1 else np.c_[Y, -Y]
    own, other = (
        each.MLPRegressor(**{**SOON, "early_stopping": True, **options}) for each in (ours, theirs)
    )
    with pytest.warns(ConvergenceWarning, match=r"\(20\) reached .* diverged: after 1\d of 20 epo"):
        own.fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other.fit(X, y)
    assert own.n_iter_ == other.n_iter_ == 20
    assert own.validation_scores_ == pytest.approx(other.validation_scores_, nan_ok=True)
    assert own.best_validation_score_ == pytest.approx(other.best_validation_score_)
    assert finite(own)
    for w, expected in zip(own.coefs_, other.coefs_, strict=True):
        assert w == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_validation_examples_bring_the_best_weights_back_as_well() -> None:
    options = {"X_val": X[:50], "y_val": Y[:50]}
    model = MLPRegressor(**SOON).fit(X, Y, **options)
    assert finite(model)
    assert np.isnan(model.validation_scores_ or []).sum() == 19
    with pytest.raises(gn.DivergedError, match=SCIKIT_LEARNS):
        MLPRegressor(restore_best=False, **SOON).fit(X, Y, **options)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_diverged_training_leaves_the_estimator_as_it_was(dtype: str) -> None:
    x, y = X.astype(dtype), Y.astype(dtype)
    model = MLPRegressor(**SOON)
    with pytest.raises(gn.DivergedError, match=SCIKIT_LEARNS) as error:
        model.fit(x, y)
    assert isinstance(error.value, ValueError)
    assert "try a learning_rate_init below 0.1" in str(error.value)
    with pytest.raises(NotFittedError):
        model.predict(x)
    model.set_params(learning_rate_init=1e-12).partial_fit(x, y)
    before = {name: repr(value) for name, value in vars(model).items()}
    predicted = model.predict(x)
    for warm_start in (False, True):
        model.set_params(learning_rate_init=1e300, warm_start=warm_start)
        for train in (model.fit, model.partial_fit):
            with pytest.raises(ValueError, match=SCIKIT_LEARNS):
                train(x, y)
        model.set_params(learning_rate_init=1e-12, warm_start=False)
        assert {name: repr(value) for name, value in vars(model).items()} == before
        assert model.predict(x).tobytes() == predicted.tobytes()


def test_a_diverged_classifier_says_so() -> None:
    options: dict[str, Any] = {
        "activation": "identity",
        "learning_rate_init": 1e300,
        "solver": "sgd",
    }
    with pytest.raises(ValueError, match=SCIKIT_LEARNS):
        MLPClassifier(**options).fit(X, Y > 0)
    with pytest.raises(ValueError, match=SCIKIT_LEARNS):
        MLPRegressor("poisson", solver="lbfgs").fit(X * 1e300, abs(Y))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_whatever_is_raised_the_former_weights_are_kept(
    solver: str, error: type[BaseException]
) -> None:
    x, y = X / 100, Y > 0
    model = MLPClassifier((5,), max_iter=4, random_state=0, warm_start=True, solver=solver)
    model.fit(x, y)
    before, curve = model.network_.parameters.copy(), list(getattr(model, "loss_curve_", []))

    def fail(estimator: Any) -> None:
        if estimator.n_iter_ == 3:
            raise error("mine")

    for options in ({"callbacks": fail}, {"callbacks": fail, "activation": "tanh"}):
        with pytest.raises(error):
            model.set_params(**options).fit(x, y)
        assert np.array_equal(model.network_.parameters, before)
        assert model.network_.architecture.layers[0].activation.name == "relu"
        assert list(getattr(model, "loss_curve_", [])) == curve
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full_like(x, np.nan), y)
    with pytest.raises(ValueError, match="infinity"):
        model.set_params(solver="adam").fit(x, y, X_val=np.full_like(x, np.inf), y_val=y)
    assert np.array_equal(model.network_.parameters, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_iter": 1}, r"^Stochastic Optimizer: Maximum iterations \(1\) reached and the opt"),
        ({"solver": "lbfgs", "max_iter": 2}, "^lbfgs failed to converge after 2 iterations"),
    ],
    ids=str,
)
def test_filters_for_scikit_learns_warnings_reach_ours(
    options: dict[str, Any], message: str
) -> None:
    model = MLPClassifier(random_state=0, **options)
    with pytest.warns(ConvergenceWarning, match=message):
        model.fit(X, Y > 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=ConvergenceWarning, module="sklearn")
        model.fit(X, Y > 0)


def test_a_batch_size_that_is_too_large_is_warned_of_as_in_scikit_learn() -> None:
    with pytest.warns(UserWarning, match="batch_size=500 is larger than the 300 examples"):
        MLPClassifier(batch_size=500).partial_fit(X, Y > 0, classes=[False, True])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module="sklearn.neural_network")
        MLPClassifier(batch_size=500).partial_fit(X, Y > 0, classes=[False, True])
