"""The estimators through skl2onnx: the same predictions in ONNX's runtime."""

from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassnet as gn
from glassnet.core.record import records
from glassnet.estimators import MLPClassifier, MLPRegressor
from glassnet.nn.activations.activation import Activation

skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed here")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed here")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(loc=1, scale=2, size=(60, 4)).astype(np.float32)
NUMBERS = RANDOM.integers(0, 3, size=60)
TEXT = np.array(["ant", "bee", "chä"])[NUMBERS]
VALUES = X @ RANDOM.normal(size=(4, 2))

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def run(estimator: Any, rows: Any, options: Any = None) -> Any:
    """The outputs in ONNX's runtime: for classifiers labels and probabilities."""
    model = skl2onnx.to_onnx(estimator, rows[:1], options=options)
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: rows})


def classifier(**options: Any) -> MLPClassifier:
    return MLPClassifier((6, 5), max_iter=5, random_state=0, **options)


def regressor(**options: Any) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0, **options)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "y",
    [NUMBERS, TEXT, NUMBERS == 0, TEXT == "ant", NUMBERS * 1.0, np.where(NUMBERS, "no", "yes")],
    ids=["whole numbers", "text", "truth values", "two", "numbers", "two texts"],
)
def test_classifiers(y: Any, dtype: Any) -> None:
    rows = X.astype(dtype)
    estimator = classifier().fit(rows, y)
    labels, probabilities = run(estimator, rows)
    assert labels.tolist() == estimator.predict(rows).tolist()
    assert probabilities == pytest.approx(estimator.predict_proba(rows), abs=1e-5)


def test_several_labels() -> None:
    y = np.column_stack([NUMBERS == 0, NUMBERS == 1, RANDOM.integers(0, 2, size=60)]).astype(int)
    estimator = classifier().fit(X, y)
    labels, probabilities = run(estimator, X)
    assert labels.tolist() == estimator.predict(X).tolist()
    assert probabilities == pytest.approx(estimator.predict_proba(X), abs=1e-5)


@pytest.mark.parametrize("y", [VALUES, VALUES[:, 0]], ids=["two values", "one value"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_regressors(y: Any, dtype: Any) -> None:
    rows = X.astype(dtype)
    estimator = regressor().fit(rows, y)
    theirs = estimator.predict(rows)
    assert run(estimator, rows)[0].reshape(theirs.shape) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("name", sorted(set(records(Activation)) - {"softmax"}))
def test_activations(name: str) -> None:
    estimator = regressor(activation=name).fit(X / 10, VALUES)
    try:
        (ours,) = run(estimator, X / 10)
    except gn.LimitError as error:
        pytest.skip(str(error))
    assert ours == pytest.approx(estimator.predict(X / 10), abs=1e-5)


def test_poisson_outputs_are_exponentials() -> None:
    counts = RANDOM.poisson(3, size=60)
    estimator = regressor(loss="poisson").fit(X / 10, counts)
    ours = run(estimator, X / 10)[0].ravel()
    assert ours == pytest.approx(estimator.predict(X / 10), abs=1e-5)


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(StandardScaler(), classifier()),
        make_pipeline(StandardScaler(), GridSearchCV(classifier(), {}, cv=2)),
        make_pipeline(
            ColumnTransformer([("s", StandardScaler(), [0, 2])], remainder="passthrough"),
            classifier(activation="tanh"),
        ),
    ],
    ids=str,
)
def test_pipelines(estimator: Any) -> None:
    estimator.fit(X, TEXT)
    last = estimator.steps[-1][1]
    for options in ({"zipmap": False}, {id(last): {"zipmap": False}}):
        assert len(run(estimator, X, options)) == 2
    labels, probabilities = run(estimator, X)
    assert labels.tolist() == estimator.predict(X).tolist()
    assert probabilities == pytest.approx(estimator.predict_proba(X), abs=1e-5)


def test_one_class_is_refused() -> None:
    with pytest.raises(gn.LimitError, match="ONNX needs one column of two classes or more"):
        run(classifier().fit(X, ["ant"] * 60), X)
