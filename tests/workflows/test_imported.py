"""Networks without a table: their inputs are columns, in order or by name, but for the target."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.errors import FileFormatError
from glassnet.evaluation.evaluate import evaluate
from glassnet.network import Network
from glassnet.nn.task import Task
from glassnet.tables.read.frames import as_table
from glassnet.workflows.explain import RowToExplain, explain_file
from glassnet.workflows.imported import model_for
from glassnet.workflows.open_model import open_model, open_with_tables
from glassnet.workflows.predict import predict
from tests.small_tables import fruits, trained_on, write_csv

X = np.random.default_rng(0).normal(size=(40, 2))
COLUMNS = {"a": X[:, 0], "b": X[:, 1]}
NAMES = np.array(["mid", "top", "low"], dtype=object)


def network(outputs: int = 3, output: str = "softmax", seed: int = 1) -> Network:
    return Network([2, 4, outputs], hidden="tanh", output=output, seed=seed)


def target_column(net: Network, names: Any = NAMES) -> Any:
    """What the network predicts, but for one row in four."""
    places = net.predict(X).copy()
    places[::4] = (places[::4] + 1) % len(names)
    return names[places]


def test_columns_are_inputs_in_order_but_for_the_target() -> None:
    net = network()
    y = target_column(net, np.array(["a", "b", "c"], dtype=object))
    expected = np.array(["a", "b", "c"])[net.predict(X)]
    for order in (("y", "a", "b"), ("a", "y", "b"), ("a", "b", "y")):
        columns = COLUMNS | {"y": y}
        table = as_table({name: columns[name] for name in order})
        model, warnings = model_for(network(), table, ("y",))
        assert model.encoder.columns == ["a", "b"]
        np.testing.assert_array_equal(model.predict(table), expected)
        (warning,) = warnings
        assert "taken in sorted order: a, b, c" in warning
        assert "--classes" in warning
        assert evaluate(model, table).scores["accuracy"] == 0.75


def test_names_of_inputs_count_more_than_their_order() -> None:
    net = network()
    net.feature_names = ["b", "a"]
    table = as_table(COLUMNS | {"more": X[:, 0], "y": np.arange(40.0) % 3})
    model, _ = model_for(net, table, ("y",))
    assert model.encoder.columns == ["b", "a"]
    np.testing.assert_allclose(model.predict_proba(table), net.predict_proba(X[:, ::-1]), rtol=1e-6)


@pytest.mark.parametrize(
    ("labels", "expected", "sure"),
    [
        ([0, 1, 2], [0, 1, 2], True),
        ([0, 2, 2], [0, 1, 2], True),
        ([1, 2, 3], [1, 2, 3], False),
        (["c", "a", "b"], ["a", "b", "c"], False),
    ],
)
def test_the_classes_are_the_labels_of_the_column(
    labels: list[Any], expected: list[Any], sure: bool
) -> None:
    column = np.array(labels, dtype=object if isinstance(labels[0], str) else None)
    table = as_table({"a": X[:3, 0], "b": X[:3, 1], "y": column})
    model, warnings = model_for(network(), table, ("y",))
    assert list(model.target.classes) == expected  # type: ignore[attr-defined]
    assert (not warnings) is sure


def test_the_order_of_classes_can_be_said_or_is_the_networks_own() -> None:
    net = network()
    table = as_table(COLUMNS | {"y": target_column(net)})
    model, warnings = model_for(net, table, ("y",), classes=("mid", "top", "low"))
    assert warnings == []
    assert evaluate(model, table).scores["accuracy"] == 0.75
    net = network()
    net.classes = np.array(["mid", "top", "low"])
    model, warnings = model_for(net, table, ("y",))
    assert warnings == []
    assert evaluate(model, table).scores["accuracy"] == 0.75
    whole = as_table(COLUMNS | {"y": target_column(network(), np.array([7, 5, 6]))})
    model, _ = model_for(network(), whole, ("y",), classes=("7", "5", "6"))
    assert evaluate(model, whole).scores["accuracy"] == 0.75


def test_one_sigmoid_gives_the_probabilities_of_two_classes() -> None:
    net = network(1, "sigmoid")
    assert net.task is Task.BINARY
    y = target_column(net, np.array(["no", "yes"], dtype=object))
    table = as_table(COLUMNS | {"y": y})
    model, _ = model_for(net, table, ("y",))
    p = net.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(table), np.hstack([1 - p, p]), rtol=1e-6)
    assert evaluate(model, table).scores["accuracy"] == 0.75
    title = model.why(table, 0, y[0]).document.title
    assert title in ("Why yes and not no?", "Why no and not yes?")


def test_numbers_and_independent_labels() -> None:
    net = network(1, "identity")
    table = as_table(COLUMNS | {"y": net.predict(X).astype(np.float64)})
    model, _ = model_for(net, table, ("y",))
    assert evaluate(model, table).scores["R²"] == pytest.approx(1)
    net = network(2, "sigmoid")
    labels = net.predict(X)
    table = as_table(COLUMNS | {"p": labels[:, 0].astype(float), "q": labels[:, 1].astype(float)})
    model, _ = model_for(net, table, ("p", "q"))
    assert evaluate(model, table).scores["all labels right"] == 1


def test_without_a_target_there_are_predictions_by_number() -> None:
    net = network()
    table = as_table(COLUMNS)
    model, _ = model_for(net, table)
    found = predict(model, table)
    assert found.to_csv().splitlines()[0] == "prediction,p(0),p(1),p(2)"
    np.testing.assert_array_equal(found.predicted, net.predict(X))


@pytest.mark.parametrize(
    ("columns", "target", "classes", "message"),
    [
        ({"a": X[:, 0]}, (), None, "1 column: 'a'; the network has 2 inputs"),
        (COLUMNS | {"y": X[:, 0]}, (), None, "3 columns: 'a', 'b', 'y'.*name it: --target COLUMN"),
        (COLUMNS, ("b",), None, "1 column beside the target 'b': 'a'; the network has 2 inputs"),
        (COLUMNS, ("y",), None, "no column 'y'; the columns are 'a', 'b'"),
        (COLUMNS | {"y": X[:, 0], "z": X[:, 0]}, ("y", "z"), None, "one target column, not"),
        (COLUMNS | {"y": np.arange(40.0)}, ("y",), None, "40 different labels.*--classes"),
        (
            COLUMNS | {"y": np.array(["a", "b", "c", "d"] * 10, dtype=object)},
            ("y",),
            None,
            "4 different labels .a, b, c, d.*outputs for 3.*--classes",
        ),
        (COLUMNS, (), ("a", "b"), "the network has 3 classes; 2 different ones are named: a, b"),
    ],
)
def test_what_does_not_fit_is_said_with_names(
    columns: Any, target: tuple[str, ...], classes: tuple[str, ...] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        model_for(network(), as_table(columns), target, classes)


def test_inputs_that_are_missing_or_text_are_refused() -> None:
    net = network()
    text = np.array(["red", "blue"], dtype=object)
    for column, message in (
        (np.array([1.0, np.nan]), "column 'b' is missing a value in row 1"),
        (text, "column 'b' holds 'red'; the network needs numbers"),
    ):
        table = as_table({"a": X[:2, 0], "b": column})
        model, _ = model_for(net, table)
        with pytest.raises(ValueError, match=message):
            model.encode(table)
    net.feature_names = ["a", "c"]
    with pytest.raises(ValueError, match="no column 'c'; the model's inputs are 'a', 'c'"):
        model_for(net, as_table(COLUMNS))
    net.feature_names = ["a", "b"]
    with pytest.raises(ValueError, match="the target 'b' is an input of the model"):
        model_for(net, as_table(COLUMNS), ("b",))


def test_the_first_page_of_a_row_says_why(tmp_path: Path) -> None:
    net = network(seed=3)
    net.save(tmp_path / "net")
    y = target_column(net, np.array(["a", "b", "c"], dtype=object))
    write_csv(tmp_path / "t.csv", as_table(COLUMNS | {"y": y}))
    explanation, warnings = explain_file(
        tmp_path / "net", RowToExplain(tmp_path / "t.csv", 4, ("y",))
    )
    assert len(warnings) == 1
    predicted = "abc"[net.predict(X[4:5])[0]]
    title = f"Row 5 (index 4): Why {predicted} and not {y[4]}?"
    assert explanation.document.title == title
    titles = [section.title for section in explanation.document.sections]
    assert titles[0] == "The prediction"
    assert titles.count("Check") == 1
    assert "mean row of the table" in " ".join(explanation.to_text().split())
    assert explanation.weight("w2[1,1]").document.title == "The weight w2[1 → a]"


def test_a_model_of_a_table_needs_no_target(tmp_path: Path) -> None:
    model = trained_on(fruits(), "fruit")
    write_csv(tmp_path / "fruit.csv", fruits())
    same, (source,) = open_with_tables(model, [tmp_path / "fruit.csv"], target=["fruit"])
    assert same is model
    assert len(source.rows) == 60
    with pytest.raises(ValueError, match="predicts 'fruit', not 'colour'; leave out --target"):
        open_with_tables(model, [tmp_path / "fruit.csv"], target=["colour"])
    with pytest.raises(ValueError, match="knows its classes; leave out --classes"):
        open_with_tables(model, [tmp_path / "fruit.csv"], classes=("a", "b"))


@pytest.mark.parametrize("name", ["model.pt", "model.pth", "model.ckpt"])
def test_files_without_layers_are_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK weights")
    with pytest.raises(FileFormatError, match=r"PyTorch file.*gn\.from_torch.*ONNX"):
        open_model(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        open_model(tmp_path / f"no {name}")
