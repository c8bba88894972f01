"""Whole files that skl2onnx writes: the probabilities, the class names, without the label."""

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.onnx_models import onnx

pytestmark = pytest.mark.filterwarnings("ignore")

skl2onnx = pytest.importorskip("skl2onnx", reason="the package skl2onnx is not installed here")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed here")
linear_model = pytest.importorskip("sklearn.linear_model")
neural_network = pytest.importorskip("sklearn.neural_network")
preprocessing = pytest.importorskip("sklearn.preprocessing")
pipeline = pytest.importorskip("sklearn.pipeline")

MLP_REGRESSOR = neural_network.MLPRegressor(hidden_layer_sizes=(5,), max_iter=20, random_state=0)
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(60, 4)) * [1, 10, 0.1, 3] + [0, 5, 1, -2]
THIRDS = np.digitize(ROWS[:, 0], [-0.5, 0.5])
CLASSES = {
    "two": THIRDS % 2,
    "two words": np.array(["no", "yes"])[THIRDS % 2],
    "three": THIRDS + 5,
    "three words": np.array(["a", "b", "c"])[THIRDS],
}
SCALERS: dict[str, list[Any]] = {
    "": [],
    "standard": [preprocessing.StandardScaler()],
    "without mean": [preprocessing.StandardScaler(with_mean=False)],
    "several": [preprocessing.RobustScaler(), preprocessing.MinMaxScaler((-1, 1))],
    "largest": [preprocessing.MaxAbsScaler()],
}


def converted(model: Any, dtype: str = "float32", **options: Any) -> Any:
    return skl2onnx.to_onnx(model, ROWS[:1].astype(dtype), options=options or None)


def probabilities(made: Any, X: Any) -> Any:
    """What onnxruntime computes, without the label."""
    session = runtime.InferenceSession(made.SerializeToString())
    names = [each.name for each in session.get_outputs() if "label" not in each.name]
    columns = session.run(names, {session.get_inputs()[0].name: X})
    if isinstance(columns[0], list):
        return np.array([[row[name] for name in sorted(row)] for row in columns[0]])
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("zipmap", [True, False, "columns"])
@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize(
    "model",
    [
        neural_network.MLPClassifier((5, 3), max_iter=20, activation="tanh", random_state=0),
        linear_model.LogisticRegression(),
    ],
)
def test_classifiers(model: Any, classes: str, zipmap: Any, dtype: str) -> None:
    model.fit(ROWS, CLASSES[classes])
    made = converted(model, dtype, zipmap=zipmap)
    if zipmap is True and dtype == "float64":
        made = converted(model, dtype, zipmap=False)  # onnxruntime has no ZipMap of float64
    net = gn.from_onnx(made)
    X = ROWS.astype(dtype)
    theirs = probabilities(made, X)
    ours = net.predict_proba(X)
    if net.architecture.outputs == 1:
        ours = np.hstack([1 - ours, ours])
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert net.classes is not None
    assert net.classes.tolist() == model.classes_.tolist()
    assert (net.predict(X) == model.predict(ROWS)).mean() > 0.98
    assert net.task == ("binary" if classes.startswith("two") else "multiclass")


@pytest.mark.parametrize("scalers", SCALERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize(
    "model",
    [
        MLP_REGRESSOR,
        linear_model.LinearRegression(),
        linear_model.Ridge(),
    ],
)
def test_regressors_behind_scalers(model: Any, scalers: str, dtype: str, outputs: int) -> None:
    made = converted(
        pipeline.make_pipeline(*SCALERS[scalers], model).fit(
            ROWS, ROWS[:, 0] if outputs == 1 else ROWS[:, :2]
        ),
        dtype,
    )
    X = ROWS.astype(dtype)
    if model is MLP_REGRESSOR and outputs == 2:  # skl2onnx puts both numbers under one another
        with pytest.raises(gn.LimitError, match=r"Reshape.*, which mixes examples or units"):
            gn.from_onnx(made)
        return
    net = gn.from_onnx(made)
    assert net.predict_proba(X) == pytest.approx(probabilities(made, X), rel=1e-5, abs=1e-4)
    assert net.loss.name == "mean_squared_error"


@pytest.mark.parametrize("scalers", SCALERS)
@pytest.mark.parametrize("classes", CLASSES)
def test_classifiers_behind_scalers(scalers: str, classes: str) -> None:
    model = linear_model.LogisticRegression()
    made = converted(pipeline.make_pipeline(*SCALERS[scalers], model).fit(ROWS, CLASSES[classes]))
    X = ROWS.astype(np.float32)
    theirs = probabilities(made, X)
    net = gn.from_onnx(made)
    ours = net.predict_proba(X)
    assert ours == pytest.approx(theirs[:, -ours.shape[1] :], abs=1e-5)


@pytest.mark.parametrize("opset", [9, 11, 12, 13, 15, 17, 18, 21])
@pytest.mark.parametrize("classes", ["two", "three words"])
def test_opsets(opset: int, classes: str) -> None:
    model = neural_network.MLPClassifier((5,), max_iter=20, random_state=0)
    model.fit(ROWS, CLASSES[classes])
    made = skl2onnx.to_onnx(model, ROWS[:1].astype(np.float32), target_opset=opset)
    X = ROWS.astype(np.float32)
    ours = gn.from_onnx(made).predict_proba(X)
    assert ours == pytest.approx(probabilities(made, X)[:, -ours.shape[1] :], abs=1e-5)


def test_columns_that_come_one_by_one_are_the_features() -> None:
    model = linear_model.LogisticRegression().fit(ROWS, THIRDS)
    kind = skl2onnx.common.data_types.FloatTensorType([None, 1])
    names = ["width", "height", "depth", "weight"]
    made = skl2onnx.to_onnx(
        pipeline.make_pipeline(preprocessing.StandardScaler(), model).fit(ROWS, THIRDS),
        initial_types=[(name, kind) for name in names],
        options={"zipmap": False},
    )
    net = gn.from_onnx(made)
    assert net.feature_names == names
    session = runtime.InferenceSession(made.SerializeToString())
    X = ROWS.astype(np.float32)
    columns = {name: X[:, [place]] for place, name in enumerate(names)}
    (theirs,) = session.run(["probabilities"], columns)
    assert net.predict_proba(X) == pytest.approx(theirs, abs=1e-5)


def test_whole_numbers_as_inputs() -> None:
    X = RANDOM.integers(-3, 4, size=(60, 4))
    model = neural_network.MLPRegressor(hidden_layer_sizes=(5,), max_iter=20).fit(X, X[:, 0])
    made = skl2onnx.to_onnx(model, X[:1])
    (theirs,) = runtime.InferenceSession(made.SerializeToString()).run(None, {"X": X})
    assert gn.from_onnx(made).predict_proba(X) == pytest.approx(theirs, rel=1e-5, abs=1e-5)


def test_one_against_the_rest_is_refused_in_words() -> None:
    model = linear_model.SGDClassifier(loss="log_loss").fit(ROWS, THIRDS)
    with pytest.raises(gn.LimitError, match=r"the model, which branches|the node .* is not supp"):
        gn.from_onnx(converted(model))


@pytest.mark.parametrize("multi_class", [2, 3])
def test_raw_scores_are_outputs_too(multi_class: int) -> None:
    model = linear_model.LogisticRegression().fit(ROWS, THIRDS % multi_class)
    made = converted(model, zipmap=False, raw_scores=True)
    X = ROWS.astype(np.float32)
    theirs = probabilities(made, X)
    ours = gn.from_onnx(made).predict_proba(X)
    assert ours == pytest.approx(theirs[:, -ours.shape[1] :], rel=1e-5, abs=1e-5)


def test_the_label_alone_is_refused_by_name() -> None:
    made = converted(linear_model.LogisticRegression().fit(ROWS, THIRDS), zipmap=False)
    assert onnx.checker.check_model(made) is None
    with pytest.raises(gn.LimitError, match="the output 'label' is the class itself, not the"):
        gn.from_onnx(made, output="label")
    with pytest.raises(gn.LimitError, match="no output 'y'; its outputs are 'label' and 'prob"):
        gn.from_onnx(made, output="y")
    assert gn.from_onnx(made, output="probabilities").architecture.outputs == 3
