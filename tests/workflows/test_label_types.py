"""Labels of every type, from whatever held them: predictions are right, and of the same type."""

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner, Result

import glassnet as gn
from glassnet.cli import commands
from glassnet.core.array import Array
from glassnet.core.labels import json_label, label_text
from glassnet.estimators import MLPClassifier
from glassnet.evaluation.evaluate import evaluate
from glassnet.tables import table as tables
from glassnet.tables.read import files
from glassnet.tables.read.frames import as_table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.workflows.predict import predict
from tests.small_tables import text_column

RECIPE = gn.Recipe("plain", hidden=(6,), epochs=20, optimizer=gn.Adam(0.1), batch_size=8)
ROWS = 36
ROWS_OF_EACH = 5
FIRST_DAY = date(2026, 1, 30)
FIRST_TIME = datetime.fromisoformat("2026-01-30 23:30")
EAST = timezone(timedelta(hours=5, minutes=30))

#: Labels by number: so many different ones of a type, of which 10 stands for a larger one than 9.
KINDS: dict[str, Callable[[int], Any]] = {
    "text": lambda k: f"class {k}",
    "text with what a file has to quote": lambda k: f' "{k}", ünïcode;\t',
    "text of digits": str,
    "text of codes": lambda k: f"00{k}",
    "whole numbers": lambda k: k,
    "negative numbers": lambda k: -3 * k,
    "numbers beyond 2 to the 53": lambda k: 2**53 + k,
    "numbers beyond 2 to the 63": lambda k: 2**63 + k,
    "numbers beyond 64 bits": lambda k: k - 2**70,
    "floats": lambda k: k + 0.1,
    "floats without a fraction": float,
    "truth values": bool,
    "dates": lambda k: FIRST_DAY + timedelta(days=k),
    "times": lambda k: FIRST_TIME + timedelta(minutes=k),
    "times with a zone": lambda k: FIRST_TIME.replace(tzinfo=EAST) + timedelta(minutes=k),
}
#: Numbers of the classes, in the order in which the rows have them.
ORDERS = {
    "two": (0, 1),
    "two, falling": (1, 0),
    "two and ten": (10, 2),
    "three": (9, 2, 10),
    "three, falling": (10, 9, 2),
    "twelve": (5, 11, 0, 10, 3, 1, 8, 2, 9, 4, 7, 6),
}
#: Not each with each: all orders of whole numbers and text, some orders of all types.
CASES = [
    (kind, order)
    for kind in KINDS
    for order in ORDERS
    if (kind != "truth values" or order in {"two", "two, falling"})
    and (kind in {"text of digits", "whole numbers"} or order not in {"two", "three, falling"})
]


def labels_of(kind: str, order: str) -> list[Any]:
    """A label for each row."""
    numbers = ORDERS[order]
    rows = max(ROWS, ROWS_OF_EACH * len(numbers))
    return [KINDS[kind](numbers[row % len(numbers)]) for row in range(rows)]


def inputs_of(labels: list[Any]) -> Array:
    """What tells the labels apart: a letter for each."""
    letters = {label: "ABCDEFGHIJKL"[place] for place, label in enumerate(dict.fromkeys(labels))}
    return text_column(*(letters[label] for label in labels))


def one_hot(labels: list[Any]) -> Array:
    """The same as numbers."""
    letters = inputs_of(labels)
    rows: Array = (letters[:, np.newaxis] == np.unique(letters)).astype(np.float64)
    return rows


def require_same(found: Any, labels: list[Any]) -> None:
    """The labels are the same, one by one, and of their types."""
    values = found.tolist() if isinstance(found, np.ndarray) else list(found)
    assert values == labels
    kinds = {datetime if isinstance(value, datetime) else type(value) for value in values}
    assert kinds == {type(label) for label in labels}


def frame_of(letters: Array, column: Any) -> Any:
    """A table of the kind that the column is from."""
    columns = {"letter": letters, "y": column}
    if isinstance(column, pd.Series):
        return pd.DataFrame(columns)
    return pl.DataFrame(columns) if isinstance(column, pl.Series) else columns


def require_round_trip(column: Any, labels: list[Any], path: Path) -> None:
    """All that is done with a model of a table gives its labels, in their type."""
    known = [row for row, label in enumerate(labels) if label is not None]
    there = [labels[row] for row in known]
    letters = inputs_of(labels)
    table = frame_of(letters, column)
    model = gn.train(table, "y", RECIPE, "classification", progress=False).model
    model.save(path)
    loaded = gn.load(path)
    assert isinstance(loaded, gn.Model)
    rows = {"letter": letters[known]}
    for each in (model, loaded):
        require_same(each.predict(rows), there)
        evaluation = evaluate(each, as_table(table))
        assert evaluation.scores["accuracy"] == 1
        require_same(evaluation.classes, sorted(set(there)))
    explanation = loaded.explain(rows, 0, there[1], learning_rate=0.1)
    assert explanation.check is not None
    assert explanation.check.passed
    for text in (label_text(there[1]), str(json_label(there[1]))):
        assert loaded.target.encode_value(text) == there[1]
    assert loaded.predict(rows).dtype == model.predict(rows).dtype
    printed = predict(loaded, as_table(rows)).to_dict()
    as_json = [json_label(label) for label in loaded.predict(rows).tolist()]
    assert json.loads(json.dumps(printed))["predicted"] == as_json
    assert printed["classification"] == [label_text(label) for label in evaluation.classes]


@pytest.mark.parametrize(("kind", "order"), CASES)
def test_labels_in_a_list(kind: str, order: str, tmp_path: Path) -> None:
    labels = labels_of(kind, order)
    require_round_trip(labels, labels, tmp_path / "model")


MISSING = [None, float("nan"), pd.NA, pd.NaT]


@pytest.mark.parametrize("missing", MISSING, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_labels_with_a_missing_one(kind: str, missing: Any, tmp_path: Path) -> None:
    labels = labels_of(kind, "two and ten" if kind != "truth values" else "two")
    labels[5] = None
    column = [missing if label is None else label for label in labels]
    require_round_trip(column, labels, tmp_path / "model")


def test_text_that_ends_in_nul(tmp_path: Path) -> None:
    # An array of text of NumPy would drop the NUL.
    labels = [f"a{chr(0) * (row % 3)}" for row in range(ROWS)]
    table = {"letter": inputs_of(labels), "y": labels}
    model = gn.train(table, "y", RECIPE, progress=False).model
    net = gn.Network([3, 3], output="softmax")
    net.fit(one_hot(labels), labels, epochs=40, batch_size=8, optimizer=gn.Adam(0.1))
    cases: list[tuple[Any, Any]] = [(model, table), (net, one_hot(labels))]
    for each, x in cases:
        each.save(tmp_path / "model")
        require_same(each.predict(x), labels)
        require_same(gn.load(tmp_path / "model").predict(x), labels)


INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ARRAYS = [
    *(("whole numbers", dtype) for dtype in INTEGERS),
    ("negative numbers", "int8"),
    ("numbers beyond 2 to the 53", "int64"),
    ("numbers beyond 2 to the 53", "object"),
    ("numbers beyond 2 to the 63", "uint64"),
    ("numbers beyond 64 bits", "object"),
    ("floats without a fraction", "float16"),
    ("floats without a fraction", "float32"),
    ("floats", "float64"),
    ("floats", "object"),
    ("truth values", "bool"),
    ("truth values", "object"),
    ("text", "U"),
    ("text of digits", "U"),
    ("text of digits", "object"),
    ("dates", "datetime64[D]"),
    ("dates", "object"),
    ("times", "datetime64[m]"),
    ("times", "datetime64[s]"),
    ("times", "datetime64[us]"),
    ("times", "datetime64[ns]"),
    ("times", "object"),
    ("times with a zone", "object"),
]


def order_for(kind: str) -> str:
    return "two, falling" if kind == "truth values" else "three"


@pytest.mark.parametrize(("kind", "dtype"), ARRAYS)
def test_labels_in_an_array_of_numpy(kind: str, dtype: str, tmp_path: Path) -> None:
    labels = labels_of(kind, order_for(kind))
    require_round_trip(np.array(labels, dtype=dtype), labels, tmp_path / "model")


PANDAS = [
    *(("whole numbers", dtype) for dtype in ("int8", "int64", "uint64", "Int64", "UInt8")),
    ("whole numbers", "object"),
    ("whole numbers", "category"),
    ("negative numbers", "Int32"),
    ("numbers beyond 2 to the 53", "Int64"),
    ("numbers beyond 2 to the 63", "uint64"),
    ("floats", "float64"),
    ("floats", "Float64"),
    ("floats without a fraction", "float32"),
    ("floats", "category"),
    ("truth values", "bool"),
    ("truth values", "boolean"),
    ("truth values", "category"),
    ("text", "object"),
    ("text", "string"),
    ("text of digits", "string"),
    ("text of digits", "category"),
    ("dates", "object"),
    ("dates", "category"),
    ("times", "datetime64[ns]"),
    ("times", "datetime64[s]"),
    ("times", "category"),
    ("times with a zone", "datetime64[ns, Asia/Kolkata]"),
    ("times with a zone", "datetime64[us, UTC]"),
]


@pytest.mark.parametrize(("kind", "dtype"), PANDAS)
def test_labels_in_pandas(kind: str, dtype: str, tmp_path: Path) -> None:
    labels = labels_of(kind, order_for(kind))
    require_round_trip(pd.Series(labels, dtype=dtype), labels, tmp_path / "model")


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("whole numbers", "Int64"),
        ("numbers beyond 2 to the 53", "Int64"),
        ("whole numbers", "object"),
        ("truth values", "boolean"),
        ("truth values", "object"),
        ("text of digits", "string"),
        ("text", "category"),
        ("dates", "object"),
        ("times", "datetime64[ns]"),
    ],
)
def test_labels_in_pandas_with_a_missing_one(kind: str, dtype: str, tmp_path: Path) -> None:
    labels = labels_of(kind, order_for(kind))
    labels[7] = None
    require_round_trip(pd.Series(labels, dtype=dtype), labels, tmp_path / "model")


def test_whole_numbers_beside_nan_are_floats_in_pandas(tmp_path: Path) -> None:
    # Pandas has made them to floats before Glassnet sees them.
    labels: list[Any] = [None if row == 7 else float(row % 2) for row in range(ROWS)]
    column = pd.Series([None if label is None else int(label) for label in labels])
    assert column.dtype == np.float64
    require_round_trip(column, labels, tmp_path / "model")


POLARS: list[tuple[str, Any]] = [
    *(("whole numbers", dtype) for dtype in (pl.Int8, pl.Int32, pl.Int64, pl.UInt8, pl.UInt64)),
    ("negative numbers", pl.Int16),
    ("numbers beyond 2 to the 53", pl.Int64),
    ("numbers beyond 2 to the 63", pl.UInt64),
    ("numbers beyond 64 bits", pl.Int128),
    ("floats", pl.Float64),
    ("floats without a fraction", pl.Float32),
    ("truth values", pl.Boolean),
    ("text", pl.String),
    ("text", pl.Categorical),
    ("text of digits", pl.String),
    ("text of digits", pl.Enum(["9", "2", "10"])),
    ("dates", pl.Date),
    ("times", pl.Datetime("ms")),
    ("times", pl.Datetime("us")),
    ("times", pl.Datetime("ns")),
    ("times with a zone", pl.Datetime("us", "Asia/Kolkata")),
]


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "with a missing one"])
@pytest.mark.parametrize(("kind", "dtype"), POLARS, ids=str)
def test_labels_in_polars(kind: str, dtype: Any, missing: bool, tmp_path: Path) -> None:
    labels = labels_of(kind, order_for(kind))
    if missing:
        labels[7] = None
    require_round_trip(pl.Series(labels, dtype=dtype), labels, tmp_path / "model")


@pytest.mark.parametrize("kind", [kind for kind, dtype in POLARS if dtype != pl.Int128][1::2])
def test_labels_of_a_file_that_is_read_in_chunks(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_VALUES", 0)
    monkeypatch.setattr(tables, "MAX_ROWS", 10)
    labels = labels_of(kind, order_for(kind))
    labels[-2] = None  # the first chunks have no missing label
    frame = pl.DataFrame({"letter": inputs_of(labels), "y": labels})
    frame.write_parquet(tmp_path / "table.parquet")
    rows = files.open_table(tmp_path / "table.parquet")
    assert not isinstance(rows, tables.Table)
    model = gn.train(rows, "y", RECIPE, "classification", progress=False).model
    known = frame.drop_nulls()
    require_same(model.predict(known), known["y"].to_list())
    assert evaluate(model, rows).scores["accuracy"] == 1
    require_same(rows.labels("y")[:-2], labels[:-2])


def test_several_labels_each_in_its_type() -> None:
    letters = text_column(*("ABCD"[row % 4] for row in range(ROWS)))
    columns = {
        "truth": [letter in "AB" for letter in letters],
        "number": [10 if letter in "BC" else 9 for letter in letters],
        "text": ["x" if letter in "AD" else "y" for letter in letters],
        "date": [FIRST_DAY + timedelta(days=letter == "C") for letter in letters],
        "time": [FIRST_TIME + timedelta(hours=letter == "D") for letter in letters],
    }
    for names in (("truth", "number"), ("truth", "text", "number"), ("date", "time"), columns):
        table = {"letter": letters, **{name: columns[name] for name in names}}
        targets = tuple(names)
        model = gn.train(table, targets, RECIPE, "multilabel", progress=False).model
        expected = [list(row) for row in zip(*(columns[name] for name in names), strict=True)]
        found = model.predict(table).tolist()
        assert found == expected
        assert [list(map(type, row)) for row in found] == [list(map(type, r)) for r in expected]
        explanation = model.explain(table, 0, expected[1], learning_rate=0.1)
        assert explanation.check is not None
        assert explanation.check.passed


@pytest.mark.parametrize("kind", KINDS)
def test_other_tables_may_hold_the_labels_as_text(kind: str) -> None:
    labels = labels_of(kind, order_for(kind))
    table = {"letter": inputs_of(labels), "y": labels}
    texts = {**table, "y": list(map(label_text, labels))}
    weights = {labels[0]: 3.0, label_text(labels[1]): 0.5}
    recipe = replace(RECIPE, class_weight=weights, ensemble=2)
    trained = gn.train(table, "y", recipe, "classification", test=texts, progress=False)
    assert trained.evaluation.scores["accuracy"] == 1
    assert trained.evaluation.rows == len(labels)
    require_same(trained.evaluation.classes, sorted(set(labels)))
    with pytest.raises(ValueError, match="the class 'other' occurs only in the test rows"):
        gn.train(
            table,
            "y",
            RECIPE,
            "classification",
            test={**texts, "y": ["other"] * len(labels)},
            progress=False,
        )


NETWORK: list[tuple[str, str, Callable[[list[Any]], Any]]] = [
    *((kind, order, list) for kind, order in CASES),
    *((kind, order_for(kind), lambda v, d=dtype: np.array(v, dtype=d)) for kind, dtype in ARRAYS),
    *((kind, order_for(kind), lambda v, d=dtype: pd.Series(v, dtype=d)) for kind, dtype in PANDAS),
    *(
        (kind, order_for(kind), lambda v, d=dtype: pl.Series(v, dtype=d))
        for kind, dtype in POLARS
        if dtype != pl.Int128
    ),
]


@pytest.mark.parametrize(("kind", "order", "held"), NETWORK)
def test_labels_of_a_network(
    kind: str, order: str, held: Callable[[list[Any]], Any], tmp_path: Path
) -> None:
    labels = labels_of(kind, order)
    x, y, count = one_hot(labels), held(labels), len(ORDERS[order])
    outputs = [(1, "sigmoid"), (2, "softmax")] if count == 2 else [(count, "softmax")]
    for number, activation in outputs:
        net = gn.Network([count, number], output=activation)
        net.fit(x, y, epochs=40, batch_size=8, optimizer=gn.Adam(0.1))
        net.save(tmp_path / "net")
        loaded = gn.load(tmp_path / "net")
        assert isinstance(loaded, gn.Network)
        for each in (net, loaded):
            require_same(each.predict(x), labels)
            assert each.evaluate(x, y) < np.log(2) / 2
        explanation = gn.explain(loaded, x[0], labels[1], learning_rate=0.1)
        assert explanation.check is not None
        assert explanation.check.passed


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *(("whole numbers", dtype) for dtype in INTEGERS),
        ("negative numbers", "int64"),
        ("numbers beyond 2 to the 53", "int64"),
        ("numbers beyond 2 to the 63", "uint64"),
        ("floats without a fraction", "float32"),
        ("floats without a fraction", "float64"),
        ("truth values", "bool"),
        ("text", "U"),
        ("text", "object"),
        ("text of digits", "U"),
    ],
)
@pytest.mark.parametrize("order", ["two, falling", "three", "twelve"])
def test_labels_of_an_estimator(kind: str, dtype: str, order: str) -> None:
    if kind == "truth values":
        order = "two, falling"
    y = np.array(labels_of(kind, order), dtype=dtype)
    x = one_hot(y.tolist())
    network = MLPClassifier((16,), solver="lbfgs", max_iter=200, random_state=0).fit(x, y)
    for each in (network, pickle.loads(pickle.dumps(network))):  # noqa: S301 - our own
        require_same(each.predict(x), y.tolist())
        assert dtype == "object" or each.predict(x).dtype == y.dtype  # scikit-learn: of text
        require_same(each.classes_, sorted(set(y.tolist())))


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(commands, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    "kind",
    [
        "text with what a file has to quote",
        "whole numbers",
        "numbers beyond 2 to the 53",
        "floats",
        "truth values",
        "dates",
        "times",
    ],
)
def test_labels_of_files_and_commands(
    kind: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    labels = labels_of(kind, order_for(kind))
    if kind.startswith("text with"):
        labels = [label.strip() for label in labels]
    frame = pl.DataFrame({"letter": inputs_of(labels), "y": labels})
    table = Path(f"table.{ending}")
    frame.write_csv(table) if ending == "csv" else frame.write_parquet(table)
    train = ("train", table, "--target", "y", "--preset", "plain", "--hidden", "8")
    options = ("--epochs", "25", "--batch-size", "8", "--learning-rate", "0.1")
    trained = json.loads(run(*train, *options, "--task", "classification", "--json").stdout)
    as_json = [json_label(label) for label in labels]
    distinct = [json_label(label) for label in sorted(set(labels))]
    assert trained["evaluation"]["scores"]["accuracy"] == 1
    require_same(trained["evaluation"]["classes"], distinct)
    evaluated = json.loads(run("evaluate", "table.safetensors", table, "--json").stdout)
    assert evaluated["scores"]["accuracy"] == 1
    require_same(evaluated["classes"], distinct)
    predicted = json.loads(run("predict", "table.safetensors", table, "--json").stdout)
    require_same(predicted["predicted"], as_json)
    # What is written is read again in the same type.
    run("predict", "table.safetensors", table, "-o", "predicted.csv")
    again = gn.train("predicted.csv", "y", RECIPE, "classification", progress=False).model
    assert isinstance(again.target, ClassTarget)
    require_same(again.target.classes, sorted(set(labels)))
    alone = ("explain", "table.safetensors", table, "--json")
    same = json.loads(run(*alone).stdout)
    for target in {label_text(labels[0]), str(as_json[0])}:
        assert json.loads(run(*alone, "--target-value", target).stdout) == same
    assert json.loads(run(*alone, "--target-value", label_text(labels[1])).stdout) != same
