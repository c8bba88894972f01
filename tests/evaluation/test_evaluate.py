"""How good a model is: scores worked out by hand, and what cannot be scored."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import MissingPackageError
from glassnet.evaluation.evaluate import evaluate
from glassnet.formula.document import DocumentTable
from glassnet.model import Model
from glassnet.network import Network
from glassnet.tables.encoders.table_encoder import TableEncoder
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.training.history import History
from glassnet.workflows.report import evaluation_sections, write_report
from tests.small_tables import fruits, text_column, trained_on

NAN = float("nan")


def sign_model() -> Model:
    """Predicts "up" with probability σ(2x), without any training."""
    net = Network([1, 2], output="softmax", dtype="float64")
    net.weights, net.biases = [[[-1.0, 1.0]]], [[0.0, 0.0]]
    # Mean 0 and deviation 1: the raw value is the input.
    encoder = TableEncoder.fit(Table({"x": np.array([-1.0, 1.0])}))
    return Model(net, encoder, ClassTarget("way", ("down", "up")))


def line_model() -> Model:
    """Predicts y = x."""
    net = Network([1, 1], output="identity", dtype="float64")
    net.weights, net.biases = [[[1.0]]], [[0.0]]
    encoder = TableEncoder.fit(Table({"x": np.array([-1.0, 1.0])}))
    return Model(net, encoder, NumberTarget("y", 0, 1))


def test_scores_of_classes() -> None:
    table = Table(
        {
            "x": np.array([1.0, 2.0, -1.0, 3.0, -2.0]),
            "way": text_column("up", "up", "up", "down", "down"),
        }
    )
    evaluation = evaluate(sign_model(), table)
    # Predicted: up, up, down, up, down. Of 2 down 1 is right, of 3 up 2 are.
    assert evaluation.confusion == [[1, 1], [1, 2]]
    assert evaluation.rows == 5
    assert evaluation.scores["accuracy"] == pytest.approx(3 / 5)
    assert evaluation.scores["balanced accuracy"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    # p(true) = σ(2), σ(4), σ(−2), σ(−6), σ(4); −ln σ(z) = ln(1 + e^−z).
    losses = np.log1p(np.exp(-np.array([2.0, 4.0, -2.0, -6.0, 4.0])))
    assert evaluation.scores["log loss"] == pytest.approx(losses.mean())
    # Brier: (1 − p)² for the true class and as much for the other.
    p = np.exp(-losses)
    assert evaluation.scores["Brier score"] == pytest.approx((2 * (1 - p) ** 2).mean())
    # Of 3 up (x = 1, 2, −1) and 2 down (3, −2), up has the larger x in 1 < 3, 2 < 3, 1 > −2, 2 > −2
    # and −1 > −2: 3 of 6 pairs; the other class alike.
    assert evaluation.scores["ROC AUC"] == pytest.approx(3 / 6)
    # The worst first: row 3 is down and was taken for up with p = σ(6).
    assert [(m.row, m.target, m.predicted) for m in evaluation.mistakes] == [
        (3, "down", "up"),
        (2, "up", "down"),
    ]
    assert evaluation.mistakes[0].loss == pytest.approx(np.log1p(np.exp(6)))


def test_certainty_beside_accuracy() -> None:
    # p = σ(2x): twice 0.6 (one right) and once 0.95 (right), in bins 9/15 ... and 14/15 ...
    near, far = np.log(0.6 / 0.4) / 2, np.log(0.95 / 0.05) / 2
    table = Table({"x": np.array([near, near, far]), "way": text_column("up", "down", "up")})
    evaluation = evaluate(sign_model(), table)
    assert [(one.accuracy, one.rows) for one in evaluation.reliability] == [(0.5, 2), (1, 1)]
    assert [one.confidence for one in evaluation.reliability] == pytest.approx([0.6, 0.95])
    error = evaluation.scores["expected calibration error"]
    assert error == pytest.approx(2 / 3 * 0.1 + 1 / 3 * 0.05)


def test_scores_of_numbers() -> None:
    table = Table({"x": np.array([1.0, 2.0, 3.0, 6.0]), "y": np.array([1.0, 4.0, 3.0, 4.0])})
    evaluation = evaluate(line_model(), table)
    # Differences 0, −2, 0, 2; the mean of y is 3, its squares about it 4 + 1 + 0 + 1 = 6.
    assert evaluation.scores == {
        "R²": pytest.approx(1 - 8 / 6),
        "mean absolute error": 1,
        "root mean squared error": pytest.approx(2**0.5),
    }
    assert evaluation.classes == ()
    assert evaluation.confusion == []


def test_of_one_row_there_is_no_variance_to_explain() -> None:
    evaluation = evaluate(line_model(), Table({"x": np.array([1.0]), "y": np.array([3.0])}))
    assert evaluation.scores == {"mean absolute error": 2, "root mean squared error": 2}


def test_a_class_without_rows_does_not_count_in_the_balanced_accuracy() -> None:
    table = Table({"x": np.array([1.0, -1.0]), "way": text_column("up", "up")})
    assert evaluate(sign_model(), table).scores["balanced accuracy"] == 0.5


def test_a_certain_mistake_has_a_large_finite_log_loss() -> None:
    table = Table({"x": np.array([1e6]), "way": text_column("down")})
    # The smallest positive normal number of float64 is 2^−1022.
    assert evaluate(sign_model(), table).scores["log loss"] == pytest.approx(1022 * np.log(2))


def test_rows_without_a_target_are_left_out_and_rows_are_counted_as_in_the_file() -> None:
    table = Table({"x": np.array([1.0, 1.0, NAN]), "way": text_column(None, "up", "up")})
    evaluation = evaluate(sign_model(), table)
    assert evaluation.rows == 2
    assert evaluation.warnings == [
        "way: missing in 1 row (1), dropped",
        "x: missing in 1 row (3), replaced by the mean 0",
    ]


def test_classes_that_look_like_numbers_are_recognised_in_either_form() -> None:
    table = Table({"x": np.arange(40.0), "size": np.arange(40) // 20 + 1.0})
    model = trained_on(table, "size")
    as_text = Table({**table.columns, "size": text_column(*(str(1 + i // 20) for i in range(40)))})
    assert evaluate(model, as_text).scores == evaluate(model, table).scores


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": np.array([1.0])}, "there is no column 'way'; the columns are 'x'"),
        ({"way": text_column("up")}, "no column 'x'; its columns are 'way'"),
        (
            {"x": np.array([1.0]), "way": text_column(None)},
            "no row has a value of the target 'way'",
        ),
        ({"x": np.array([1.0]), "way": np.array([NAN])}, "no row has a value of the target 'way'"),
        (
            {"x": np.array([1.0]), "way": text_column("left")},
            "unknown class 'left'; known are: down, up",
        ),
        ({"x": np.array([1.0]), "way": np.array([3.0])}, "unknown class '3'; known are: down, up"),
        ({"x": text_column("far"), "way": text_column("up")}, "'x' must hold numbers.*'far'"),
    ],
)
def test_a_table_that_cannot_be_scored_is_refused(
    columns: dict[str, np.ndarray], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(sign_model(), Table(columns))


def test_a_numeric_target_must_hold_finite_numbers() -> None:
    for column in (text_column("much"), np.array([np.inf])):
        with pytest.raises(ValueError, match="the target 'y' must hold finite numbers"):
            evaluate(line_model(), Table({"x": np.array([1.0]), "y": column}))


def test_an_evaluation_as_json_and_as_a_section() -> None:
    evaluation = evaluate(trained_on(fruits(), "fruit"), fruits())
    content = evaluation.to_dict()
    assert content["rows"] == 60
    assert content["classes"] == ["cherry", "plum"]
    assert content["confusion"] == [[30, 0], [0, 30]]
    assert content["scores"]["accuracy"] == 1
    assert len(evaluation.section("Scores").blocks) == 2
    numbers = evaluate(line_model(), Table({"x": np.array([1.0]), "y": np.array([1.0])}))
    assert set(numbers.to_dict()) == {"rows", "scores", "mistakes", "warnings"}


def test_without_scikit_learn_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(MissingPackageError, match="scores need scikit-learn: pip install"):
        evaluate(sign_model(), Table({"x": np.array([1.0]), "way": text_column("up")}))


def test_the_baseline_is_what_was_usual_in_training() -> None:
    model = sign_model()
    model.provenance["baseline"] = [0.25, 0.75]  # of down and up
    table = Table({"x": np.array([1.0, 1.0, 1.0]), "way": text_column("up", "up", "down")})
    evaluation = evaluate(model, table)
    assert evaluation.baseline["accuracy"] == pytest.approx(2 / 3)
    assert evaluation.baseline["balanced accuracy"] == 0.5
    assert evaluation.baseline["ROC AUC"] == 0.5
    expected = -(2 * np.log(0.75) + np.log(0.25)) / 3
    assert evaluation.baseline["log loss"] == pytest.approx(expected)
    line = line_model()
    line.provenance["baseline"] = [2.0]
    numbers = evaluate(line, Table({"x": np.array([1.0, 3.0]), "y": np.array([1.0, 5.0])}))
    assert numbers.baseline["mean absolute error"] == 2  # |2 − 1| and |2 − 5|
    trained = trained_on(fruits(), "fruit")
    assert trained.provenance["baseline"] == [0.5, 0.5]


def test_a_column_that_matters_is_more_important_than_one_that_does_not() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=400)
    table = Table({"noise": random.normal(size=400), "x": x, "y": 2 * x})
    model = trained_on(table, "y")
    found = evaluate(model, table, with_importances=True).importances
    assert list(found) == ["x", "noise"]
    # Shuffling x leaves two independent normals: their difference is √2 · 2 in size.
    assert found["x"] == pytest.approx(2 * 2**0.5, rel=0.15)
    assert abs(found["noise"]) < 0.1
    assert evaluate(model, table, with_importances=True).importances == found


def test_the_worst_predictions_have_the_index_by_which_they_can_be_explained() -> None:
    table = fruits()
    wrong = Table({**table.columns, "fruit": table.columns["fruit"][::-1].copy()})
    evaluation = evaluate(trained_on(fruits(), "fruit"), wrong)
    worst = evaluation_sections(evaluation, "Scores")[-1].blocks[0]
    assert isinstance(worst, DocumentTable)
    assert worst.columns[:2] == ("row", "--row")
    assert [int(str(row[1])) for row in worst.rows] == [one.row for one in evaluation.mistakes]
    assert all(int(str(row[0])) == int(str(row[1])) + 1 for row in worst.rows)
    of_some = evaluation_sections(evaluation, "Scores", whole=False)[-1].blocks[0]
    assert isinstance(of_some, DocumentTable)
    assert "--row" not in of_some.columns


def test_a_report_links_each_mistake_to_its_explanation(tmp_path: Path) -> None:
    model = trained_on(fruits(), "fruit")
    table = fruits()
    wrong = Table({**table.columns, "fruit": table.columns["fruit"][::-1].copy()})
    evaluation = evaluate(model, wrong, with_importances=True)
    path = tmp_path / "report.html"
    write_report(path, "Fruits", model, wrong, evaluation, History([1.0, 0.5]))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ">--row<" not in page  # the rows are some of a table, which are not its first
    for title in ("Training", "Permutation importance", "Calibration", "Worst predictions"):
        assert title in page
    assert "http" not in page.replace("http://www.w3.org", "")
    links = re.findall(r'<a href="(report-rows/\d+\.html)">(\d+)</a>', page)
    assert [int(row) - 1 for _, row in links] == [one.row for one in evaluation.mistakes]
    for link, row in links:
        explained = (tmp_path / link).read_text(encoding="utf-8")
        assert "Forward pass" in explained
        assert str(wrong.columns["fruit"][int(row) - 1]) in explained
