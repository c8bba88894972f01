"""Several numbers, or several labels, from one table."""

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.evaluation.evaluate import evaluate
from glassnet.model import Model
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Rows, Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.workflows.predict import predict
from glassnet.workflows.recipe import Recipe
from glassnet.workflows.report import write_report
from glassnet.workflows.train import train
from tests.small_tables import text_column

SHORT = Recipe("plain", hidden=(16,), epochs=40)


def shapes(rows: int = 300) -> Table:
    """Width and height; area and girth follow, and whether it is wide, and whether it is large."""
    random = np.random.default_rng(1)
    width, height = random.uniform(1, 3, (2, rows))
    area = width * height
    return Table(
        {
            "width": width,
            "height": height,
            "area": area,
            "girth": 200 * (width + height),
            "wide": text_column(*("yes" if yes else "no" for yes in width > height)),
            "large": (area > 4).astype(np.float64),
        }
    )


@pytest.fixture(scope="module")
def numbers() -> Model:
    table = shapes().without("wide", "large")
    return train(table, ("area", "girth"), SHORT, progress=False).model


@pytest.fixture(scope="module")
def labels() -> Model:
    table = shapes().without("area", "girth")
    return train(table, ["wide", "large"], SHORT, progress=False).model


def test_several_numbers_are_learned_each_in_its_unit(numbers: Model) -> None:
    assert isinstance(numbers.target, MultiNumberTarget)
    table = shapes()
    predicted = numbers.predict(table)
    assert predicted.shape == (300, 2)
    assert predicted.tobytes() == numbers.predict_proba(table).tobytes()
    scores = evaluate(numbers, table).scores
    assert scores["R² of area"] > 0.95
    assert scores["R² of girth"] > 0.95
    differences = np.abs(predicted[:, 1] - table.columns["girth"])
    assert scores["mean absolute error of girth"] == pytest.approx(differences.mean())
    assert scores["R², mean"] == pytest.approx((scores["R² of area"] + scores["R² of girth"]) / 2)


def test_the_baseline_of_several_numbers_is_each_mean(numbers: Model) -> None:
    table = shapes()
    baseline = evaluate(numbers, table).baseline
    means = numbers.provenance["baseline"]
    assert isinstance(numbers.target, MultiNumberTarget)
    assert means == pytest.approx([target.mean for target in numbers.target.targets], rel=1e-9)
    expected = np.abs(table.columns["area"] - means[0]).mean()
    assert baseline["mean absolute error of area"] == pytest.approx(expected)


def test_several_labels_are_learned_and_each_has_its_probability(labels: Model) -> None:
    assert isinstance(labels.target, MultilabelTarget)
    assert labels.target.output_names == ("wide = yes", "large = 1")
    assert [target.classes for target in labels.target.targets] == [("no", "yes"), (0.0, 1.0)]
    table = shapes()
    probabilities, predicted = labels.predict_proba(table), labels.predict(table)
    assert probabilities.shape == predicted.shape == (300, 2)
    assert predicted[:, 0].tolist() == np.where(probabilities[:, 0] > 0.5, "yes", "no").tolist()
    scores = evaluate(labels, table).scores
    right = np.stack(
        [
            predicted[:, 0] == table.columns["wide"],
            predicted[:, 1] == table.columns["large"],
        ],
        axis=1,
    )
    assert scores["accuracy of a label"] == pytest.approx(right.mean())
    assert scores["all labels right"] == pytest.approx(right.all(axis=1).mean())
    assert scores["accuracy of wide"] == pytest.approx(right[:, 0].mean())
    assert scores["accuracy of a label"] > 0.9


def test_the_log_loss_of_labels_by_hand() -> None:
    net = gn.Network([1, 2], output="sigmoid", dtype="float64")
    net.weights, net.biases = [[[0.0, 0.0]]], [[0.0, np.log(3)]]  # probabilities ½ and ¾
    target = MultilabelTarget((ClassTarget("a", ("no", "yes")), ClassTarget("b", ("no", "yes"))))
    model = Model(net, TableEncoder.fit(Table({"x": np.array([0.0, 1.0])})), target)
    table = Table(
        {
            "x": np.array([0.0, 1.0]),
            "a": text_column("yes", "no"),
            "b": text_column("yes", "no"),
        }
    )
    evaluation = evaluate(model, table)
    # Row 1: −ln ½ − ln ¾; row 2: −ln ½ − ln ¼; the mean of the four.
    expected = -(2 * np.log(1 / 2) + np.log(3 / 4) + np.log(1 / 4)) / 4
    assert evaluation.scores["log loss"] == pytest.approx(expected)
    (worst,) = evaluation.mistakes[:1]
    assert (worst.row, worst.target, worst.predicted) == (1, "no, no", "no, yes")
    assert worst.loss == pytest.approx(np.log(2) + np.log(4))


@pytest.mark.parametrize("which", ["numbers", "labels"])
def test_a_model_of_several_targets_is_saved_explained_and_reported(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    model: Model = request.getfixturevalue(which)
    model.save(tmp_path / "model")
    loaded = gn.load(tmp_path / "model")
    assert isinstance(loaded, Model)
    table = shapes()
    assert loaded.target == model.target
    assert loaded.predict(table).tolist() == model.predict(table).tolist()
    right = [table.columns[name][0] for name in model.target.columns]
    if which == "labels":
        right[1] = str(int(right[1]))
    text = model.explain(table, 0, right, learning_rate=0.1).to_text()
    assert ("target girth" in text) == (which == "numbers")
    with pytest.raises(ValueError, match=r"expected 2 target values, for .*, not 'yes'"):
        model.explain(table, 0, "yes", learning_rate=0.1)
    csv = predict(model, table).to_csv().splitlines()
    assert csv[0].startswith(",".join(model.target.columns))
    evaluation = evaluate(model, table, with_importances=True)
    write_report(tmp_path / "report.html", "Shapes", model, table, evaluation)
    assert "Worst predictions" in (tmp_path / "report.html").read_text()
    assert set(evaluation.importances) == {"width", "height"}


def test_rows_without_one_of_the_targets_are_left_out() -> None:
    table = shapes()
    table.columns["area"][[2, 5]] = np.nan
    trained = train(table.without("wide", "large"), ("area", "girth"), SHORT, progress=False)
    assert "area: missing in 2 rows (3, 6), dropped" in trained.warnings
    assert trained.rows_learned + len(trained.held_out) == 298


@pytest.mark.parametrize(
    ("targets", "task", "message"),
    [
        (("area", "wide"), None, "numbers in 'area', 2 classes in 'wide'. Train a separate model"),
        (("area", "area"), None, "the target 'area' is named twice"),
        (("wide", "large"), "classification", "classification has one target column"),
        (("area", "girth"), "multilabel", "the target 'area' has 300 classes; a label has two"),
        (("area", "depth"), None, "there is no column 'depth'"),
        ((), None, "name at least one column to predict"),
        (("wide",), "class", "task must be one of 'classification', 'regression', 'multilabel'"),
    ],
)
def test_targets_that_do_not_go_together_are_refused(
    targets: tuple[str, ...], task: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        train(shapes(), targets, SHORT, task=task, progress=False)  # type: ignore[arg-type]


def test_numbers_may_be_asked_for_where_labels_would_be_recognised() -> None:
    table: Rows = Table(
        {
            "x": np.arange(100.0),
            "a": (np.arange(100) > 50).astype(float),
            "b": (np.arange(100) % 2).astype(float),
        }
    )
    recognised = train(table, ("a", "b"), SHORT, progress=False).model
    asked = train(table, ("a", "b"), SHORT, task="regression", progress=False).model
    assert (recognised.target.task, asked.target.task) == ("multilabel", "regression")


def test_truth_values_and_numbers_name_classes_too(labels: Model) -> None:
    table = shapes()
    text = labels.explain(table, 0, ["yes", 1.0], learning_rate=0.1).to_text()
    assert text == labels.explain(table, 0, ["yes", "1"], learning_rate=0.1).to_text()
    values = (True, np.False_, "TRUE")
    for truth in (ClassTarget("a", ("false", "true")), ClassTarget("a", (False, True))):
        found = [truth.encode_value(value) for value in values]
        assert found == [truth.classes[place] for place in (1, 0, 1)]


def test_targets_of_which_no_row_has_all_are_refused() -> None:
    half = np.where(np.arange(300) % 2, np.nan, 1.5)
    table = {"x": np.arange(300.0), "a": half, "b": half[::-1].copy()}
    with pytest.raises(ValueError, match="no row has a value in each of the targets a, b"):
        train(table, ("a", "b"), SHORT, progress=False)


def test_one_column_is_no_several_labels() -> None:
    with pytest.raises(ValueError, match="one column of two classes is classification"):
        train(shapes(), "wide", SHORT, task="multilabel", progress=False)
