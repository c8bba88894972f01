"""scikit-learn's models: the same outputs, classes, names and gradients; the rest is refused."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    RobustScaler,
    StandardScaler,
)

import glassnet as gn
from glassnet.errors import PartialImportWarning

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(loc=3, scale=2, size=(60, 4))
CLASSES = np.array(["ant", "bee", "cat"])[RANDOM.integers(0, 3, size=60)]
TWO = CLASSES == "ant"
VALUES = X @ np.array([[1.0, 0.5], [0.0, -1.0], [2.0, 0.0], [0.3, 0.3]])

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def perceptrons(**options: Any) -> MLPClassifier:
    return MLPClassifier((7, 5), max_iter=20, random_state=1, **options)


CLASSIFIERS = (
    perceptrons(activation="tanh"),
    perceptrons(activation="logistic"),
    make_pipeline(StandardScaler(), perceptrons(activation="relu")),
    make_pipeline(MinMaxScaler(), RobustScaler(), perceptrons(activation="identity")),
    make_pipeline(MaxAbsScaler(), LogisticRegression()),
    LogisticRegression(),
)


@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=str)
@pytest.mark.parametrize("y", [CLASSES, TWO], ids=["three", "two"])
def test_classifiers_predict_the_same(estimator: Any, y: Any) -> None:
    estimator.fit(X, y)
    net = gn.from_sklearn(estimator)
    ours, theirs = net.predict_proba(X), estimator.predict_proba(X)
    assert ours == pytest.approx(theirs if len(set(y)) > 2 else theirs[:, 1:], abs=1e-9)
    assert net.predict(X).tolist() == estimator.predict(X).tolist()


@pytest.mark.parametrize("y", [VALUES, VALUES[:, 0]], ids=["two values", "one value"])
def test_regressors_predict_the_same(y: Any) -> None:
    perceptrons = MLPRegressor(hidden_layer_sizes=(6,), max_iter=30, random_state=1)
    estimator = make_pipeline(StandardScaler(), perceptrons).fit(X, y)
    assert gn.from_sklearn(estimator).predict(X) == pytest.approx(estimator.predict(X), abs=1e-9)


@pytest.mark.parametrize("y", [CLASSES, TWO], ids=["three", "two"])
def test_a_perceptron_predicts_the_same_classes(y: Any) -> None:
    estimator = Perceptron(random_state=1).fit(X, y)
    with pytest.warns(PartialImportWarning, match="a Perceptron has a decision function and no"):
        net = gn.from_sklearn(estimator)
    assert net.predict(X).tolist() == estimator.predict(X).tolist()


def test_float32_stays_float32() -> None:
    estimator = perceptrons().fit(X.astype(np.float32), CLASSES)
    net = gn.from_sklearn(estimator)
    assert net.dtype == np.float32
    ours = net.predict_proba(X.astype(np.float32))
    assert ours == pytest.approx(estimator.predict_proba(X.astype(np.float32)), abs=1e-6)


def example_gradients(estimator: Any, target: Any) -> list[Any]:
    """Weights' and biases' gradients by scikit-learn's backpropagation."""
    units = [layer.shape[1] for layer in estimator.coefs_]
    weights = [np.empty_like(W) for W in estimator.coefs_]
    biases = [np.empty_like(b) for b in estimator.intercepts_]
    arguments = {
        "activations": [X, *(np.empty((len(X), count)) for count in units)],
        "deltas": [np.empty((len(X), count)) for count in units],
        "coef_grads": weights,
        "intercept_grads": biases,
        "sample_weight": None,
    }
    known = estimator._backprop.__code__.co_varnames
    known_arguments = {name: value for name, value in arguments.items() if name in known}
    estimator._backprop(X, target, **known_arguments)
    return [array for pair in zip(weights, biases, strict=True) for array in pair]


@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "identity"])
@pytest.mark.parametrize("y", [CLASSES, TWO], ids=["three", "two"])
def test_gradients_are_those_of_its_own_backpropagation(activation: str, y: Any) -> None:
    estimator = perceptrons(activation=activation, alpha=0.0).fit(X, y)
    net = gn.from_sklearn(estimator)
    ideal = y[:, None] == (estimator.classes_ if len(set(y)) > 2 else [True])
    step = gn.explain(net, X, y).step
    ours = net.architecture.to_arrays(step.gradient).values()
    for mine, theirs in zip(ours, example_gradients(estimator, ideal.astype(float)), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_feature_names_and_classes_travel() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(X, schema=["a", "b", "c", "d"])
    estimator = LogisticRegression().fit(frame, CLASSES)
    net = gn.from_sklearn(estimator)
    assert net.feature_names == ["a", "b", "c", "d"]
    text = gn.explain(net, X[0], "bee", learning_rate=0.1).full().to_text()
    assert "w1[a → ant]" in text


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (RandomForestClassifier(n_estimators=2), "RandomForestClassifier"),
        (make_pipeline(Normalizer(), LogisticRegression()), "Normalizer"),
        (make_pipeline(StandardScaler(), RandomForestClassifier(2)), "RandomForestClassifier"),
    ],
)
def test_others_are_refused_by_name(estimator: Any, name: str) -> None:
    with pytest.raises(gn.LimitError, match=f"a {name} is not supported"):
        gn.from_sklearn(estimator.fit(X, CLASSES))


def test_clipping_scalers_and_empty_pipelines_are_refused() -> None:
    clipping = make_pipeline(MinMaxScaler(clip=True), LogisticRegression()).fit(X, CLASSES)
    with pytest.raises(gn.LimitError, match="a MinMaxScaler with clip=True is not supported"):
        gn.from_sklearn(clipping)
    with pytest.raises(gn.LimitError, match="a Pipeline is not supported"):
        gn.from_sklearn(Pipeline([("nothing", "passthrough")]))


def test_what_is_not_fitted_is_refused() -> None:
    with pytest.raises(ValueError, match="the MLPClassifier is not fitted; call fit first"):
        gn.from_sklearn(MLPClassifier())


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        RobustScaler(with_centering=False),
        RobustScaler(with_scaling=False),
        RobustScaler(quantile_range=(10, 90), unit_variance=True),
        MinMaxScaler(feature_range=(-3, 5)),
        MaxAbsScaler(),
    ],
    ids=str,
)
def test_scalers_do_what_they_were_told_and_do_not_learn(scaler: Any) -> None:
    perceptrons = MLPRegressor(hidden_layer_sizes=(6,), max_iter=30, random_state=1)
    estimator = make_pipeline(scaler, perceptrons).fit(X, VALUES)
    net = gn.from_sklearn(estimator)
    assert net.predict(X) == pytest.approx(estimator.predict(X), abs=1e-9)
    before = np.array(net.weights[0])
    net.fit(X, VALUES, epochs=2, optimizer=gn.SGD(0.01))
    net.fit(X, VALUES, epochs=2, optimizer=gn.LBFGS())
    assert np.array_equal(np.array(net.weights[0]), before)


def test_several_labels_have_scikit_learns_loss() -> None:
    labels = np.column_stack([TWO, CLASSES == "bee"]).astype(int)
    estimator = perceptrons(alpha=0.0).fit(X, labels)
    net = gn.from_sklearn(estimator)
    assert net.predict_proba(X) == pytest.approx(estimator.predict_proba(X), abs=1e-9)
    ours = net.architecture.to_arrays(gn.explain(net, X, labels).step.gradient).values()
    for mine, theirs in zip(ours, example_gradients(estimator, labels.astype(float)), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_the_penalty_is_named_as_one_gives_it() -> None:
    estimator = perceptrons(alpha=0.25).fit(X, CLASSES)
    net = gn.from_sklearn(estimator)
    words = "the alpha=0.25 of scikit-learn: give explain and fit penalties="
    assert net.not_imported == (f"{words}gn.L2(0.25, over_examples=True)",)
    assert "alpha=0.25" in gn.explain(net, X[0], "bee", learning_rate=0.1).to_text()
    # At its minimum, the gradient of loss and penalty is 0.
    logistic = LogisticRegression(C=0.5, tol=1e-10, max_iter=10_000).fit(X, CLASSES)
    net = gn.from_sklearn(logistic)
    assert "gn.L2(2, over_examples=True)" in net.not_imported[0]
    step = gn.explain(
        net, X, CLASSES, learning_rate=1.0, penalties=gn.L2(2, over_examples=True)
    ).step
    assert step.new_parameters == pytest.approx(net.parameters, abs=1e-6)
    assert gn.from_sklearn(perceptrons(alpha=0.0).fit(X, CLASSES)).not_imported == ()


class OneByOne(LogisticRegression):  # type: ignore[misc]  # scikit-learn comes without types
    """As scikit-learn up to 1.7 fitted three classes by liblinear."""

    def predict_proba(self, X: Any) -> Any:
        each = 1 / (1 + np.exp(-self.decision_function(X)))
        return each / each.sum(axis=1, keepdims=True)


class OverTwo(LogisticRegression):  # type: ignore[misc]  # scikit-learn comes without types
    """As scikit-learn up to 1.7 predicted two classes by multi_class="multinomial"."""

    multi_class = "multinomial"

    def predict_proba(self, X: Any) -> Any:
        high = 1 / (1 + np.exp(-2 * self.decision_function(X)))
        return np.column_stack([1 - high, high])


def test_one_vs_rest_is_refused_and_a_softmax_over_two_classes_is_kept() -> None:
    OneByOne.__name__ = OverTwo.__name__ = "LogisticRegression"
    estimator = OneByOne().fit(X, CLASSES)
    with pytest.raises(gn.LimitError, match=r"gives .* where the model gives .* not imported"):
        gn.from_sklearn(estimator)
    estimator.solver = "liblinear"
    with pytest.raises(gn.LimitError, match="a one-vs-rest LogisticRegression has no softmax"):
        gn.from_sklearn(estimator)
    over_two = OverTwo().fit(X, TWO)
    net = gn.from_sklearn(over_two)
    assert net.predict_proba(X)[:, 0] == pytest.approx(over_two.predict_proba(X)[:, 1], abs=1e-9)


def test_a_loss_may_be_given() -> None:
    estimator = MLPRegressor(hidden_layer_sizes=(6,), max_iter=30, random_state=1).fit(X, VALUES)
    assert gn.from_sklearn(estimator).loss.name == "mean_squared_error"
    assert gn.from_sklearn(estimator, loss="huber").loss.name == "huber"
    with pytest.raises(ValueError, match="needs the output activation 'softmax'"):
        gn.from_sklearn(estimator, loss="categorical_crossentropy")
