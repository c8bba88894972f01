"""What a training leaves for the next one: optimizer, stalled epochs, randomness; or nothing."""

import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale

import glassnet as gn
from glassnet import estimators as ours
from glassnet.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True)
    return scale(X), y


def diabetes() -> tuple[Any, Any]:
    X, y = load_diabetes(return_X_y=True)
    return scale(X), scale(y)


def pair(**parameters: Any) -> tuple[Any, Any]:
    own, other = (
        each.MLPClassifier((8,), **{"random_state": 0, **parameters}) for each in (ours, theirs)
    )
    return own, other


def require_same_weights(own: Any, other: Any) -> None:
    for w, expected in zip(own.coefs_, other.coefs_, strict=True):
        assert w == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("learning_rate", ["constant", "invscaling", "adaptive"])
def test_partial_fit_goes_on_with_the_optimizer_of_fit(solver: str, learning_rate: str) -> None:
    X, y = iris()
    own, other = pair(
        solver=solver, learning_rate=learning_rate, max_iter=60, tol=0.01, n_iter_no_change=2
    )
    for each in (own, other):
        each.fit(X, y)
        for _ in range(5):
            each.partial_fit(X, y)
    require_same_weights(own, other)
    assert own.loss_curve_ == pytest.approx(other.loss_curve_)


def test_fit_forgets_the_optimizer_of_partial_fit() -> None:
    X, y = iris()
    own, other = pair(solver="sgd", warm_start=True, max_iter=5)
    for each in (own, other):
        each.partial_fit(X, y, classes=[0, 1, 2])
        each.fit(X, y)
        each.partial_fit(X, y)
    require_same_weights(own, other)
    copy = pickle.loads(pickle.dumps(own))  # noqa: S301 - our own
    for each in (own, other, copy):
        each.partial_fit(X, y)
    require_same_weights(own, other)
    require_same_weights(copy, other)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_training_that_stopped_by_itself_ends_where_an_epoch_brings_nothing(
    solver: str,
) -> None:
    X, y = iris()
    own, other = pair(
        solver=solver, learning_rate_init=0.1, max_iter=500, tol=1e-3, warm_start=True
    )
    for _ in range(4):
        own.fit(X, y)
        other.fit(X, y)
        assert own.n_iter_ == other.n_iter_
    assert own.n_iter_ == 1
    require_same_weights(own, other)


def test_best_weights_of_an_earlier_fit_stay_as_they_were() -> None:
    X, y = iris()
    model = MLPClassifier(
        (8,), solver="sgd", learning_rate_init=0.1, random_state=0, early_stopping=True,
        warm_start=True, max_iter=40,
    )  # fmt: skip
    model.fit(X, y)
    best, parameters = model.best_validation_score_, model.network_.parameters.copy()
    model.set_params(tol=1.0, n_iter_no_change=2).fit(X, y)
    assert model.best_validation_score_ == best
    assert np.array_equal(model.network_.parameters, parameters)


@pytest.mark.parametrize("activation", ["tanh", "logistic", gn.LeakyRelu(0.2)])
def test_a_warm_start_takes_up_another_activation(activation: Any) -> None:
    X, y = iris()
    own, other = pair(solver="sgd", warm_start=True, max_iter=5)
    for each in (own, other):
        each.fit(X, y)
        each.set_params(activation="relu" if isinstance(activation, gn.LeakyRelu) else activation)
        each.fit(X, y)
    require_same_weights(own, other)
    own.set_params(activation=activation).partial_fit(X, y)
    expected = "sigmoid" if activation == "logistic" else activation
    found = own.network_.architecture.layers[0].activation
    assert expected in (found, found.name)


def test_a_warm_start_takes_up_another_loss_and_keeps_its_units() -> None:
    X, y = diabetes()
    model = MLPRegressor(hidden_layer_sizes=(6,), warm_start=True, max_iter=3, random_state=0).fit(
        X, y
    )
    first = model.network_
    assert model.fit(X, y).network_ is first
    model.set_params(loss="absolute_error").fit(X, y)
    assert model.network_.loss.name == "mean_absolute_error"
    model.set_params(loss="poisson").fit(X, abs(y))
    assert model.out_activation_ == "exp"
    assert (model.predict(X) > 0).all()
    with pytest.raises(ValueError, match=r"keeps them; the parameters and y ask for \[10, 7, 1\]"):
        model.set_params(hidden_layer_sizes=(7,)).fit(X, abs(y))
    with pytest.raises(ValueError, match="y has 2 outputs; the estimator was fitted to 1"):
        model.set_params(hidden_layer_sizes=(6,)).fit(X, abs(np.c_[y, y]))


@pytest.mark.parametrize("first", ["lbfgs", "adam", "sgd"])
@pytest.mark.parametrize("then", ["lbfgs", "adam", "sgd"])
def test_a_training_goes_on_with_another_solver(first: str, then: str) -> None:
    X, y = iris()
    model = MLPClassifier((8,), solver=first, random_state=0, warm_start=True, max_iter=30)
    before = model.fit(X, y).network_.evaluate(X, y)
    model.set_params(solver=then, n_iter_no_change=np.inf).fit(X, y)
    assert model.network_.evaluate(X, y) < before
    if then != "lbfgs":
        model.partial_fit(X, y)
        assert len(model.loss_curve_) == 31 + 30 * (first != "lbfgs")


def test_curves_are_those_of_the_last_training() -> None:
    X, y = iris()
    model = MLPClassifier(max_iter=3, random_state=0).fit(X, y)
    model.set_params(solver="lbfgs").fit(X, y)
    assert not hasattr(model, "loss_curve_")


@pytest.mark.parametrize("batch_size", [16, 135, "auto"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_random_state_is_left_where_scikit_learn_leaves_it(
    batch_size: Any, early_stopping: bool
) -> None:
    X, y = iris()
    left = []
    for each in (ours, theirs):
        random = np.random.RandomState(3)
        options = {"max_iter": 4, "batch_size": batch_size, "early_stopping": early_stopping}
        first, second = (
            each.MLPClassifier((5,), random_state=random, **options).fit(X, y) for _ in range(2)
        )
        left.append([first.coefs_[0], second.coefs_[0], random.uniform()])
    for own, other in zip(*left, strict=True):
        assert own == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("hidden", [(), (4,), [4, 3], 5, np.array([4, 3]), range(2, 4)])
@pytest.mark.parametrize("activation", ["logistic", "relu"])
def test_initial_weights_are_scikit_learns(hidden: Any, activation: str) -> None:
    X, y = iris()
    own, other = (
        each.MLPClassifier(
            hidden, activation, solver="sgd", learning_rate_init=1e-300, max_iter=1, random_state=2
        ).fit(X, y)
        for each in (ours, theirs)
    )
    require_same_weights(own, other)
    assert own.intercepts_[-1] == pytest.approx(other.intercepts_[-1])


def test_sizes_that_can_be_read_only_once_are_refused() -> None:
    X, y = iris()

    def sizes() -> Iterator[int]:
        yield 5

    for given in (sizes(), iter([5]), map(int, "5")):
        with pytest.raises(ValueError, match="hidden_layer_sizes must be a whole number or a list"):
            MLPClassifier(given).fit(X, y)


@pytest.mark.parametrize("value", ["False", 0, 1, None, np.array([True])])
@pytest.mark.parametrize(
    "name", ["shuffle", "warm_start", "nesterovs_momentum", "early_stopping", "restore_best"]
)
def test_switches_are_true_or_false(name: str, value: Any) -> None:
    X, y = iris()
    with pytest.raises(ValueError, match=f"{name} must be True or False, not"):
        MLPClassifier(**{name: value}).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MLPClassifier(max_iter=1).set_params(**{name: np.bool_(True)}).fit(X, y)


def test_arguments_by_position_are_scikit_learns() -> None:
    X, y = diabetes()
    own = MLPRegressor("poisson", (8,), "tanh", max_iter=2).fit(X, abs(y))
    assert own.out_activation_ == "exp"
    assert own.network_.architecture.units == (10, 8, 1)
    assert own.get_params()["activation"] == "tanh"
    X, y = iris()
    model = MLPClassifier((8,), "tanh").partial_fit(X[:100], y[:100], None, [0, 1, 2])
    assert model.classes_.tolist() == [0, 1, 2]
    with pytest.raises(TypeError, match="positional"):
        MLPClassifier((8,), "tanh", "adam")
    with pytest.raises(TypeError, match="positional"):
        MLPRegressor("poisson", (8,), "tanh", "adam")
