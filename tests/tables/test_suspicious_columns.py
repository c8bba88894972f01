"""What looks wrong about a table, and silence where nothing does."""

import numpy as np
import pytest

from glassnet.tables.read.frames import as_table
from glassnet.tables.suspicious_columns import look_alikes, rare_classes, suspicious_columns
from glassnet.tables.table import Table

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.normal(size=200)
HALVES = np.where(np.arange(200) % 2, "yes", "no")


@pytest.mark.parametrize(
    "column",
    [np.arange(200.0), 500 + RANDOM.permutation(200), np.array([f"K{n}" for n in range(200)])],
    ids=["in order", "shuffled", "text"],
)
def test_identifiers_are_named(column: np.ndarray) -> None:
    table = as_table({"key": column.tolist(), "noise": NOISE})
    (sentence,) = suspicious_columns(table, HALVES, classes=True)
    assert sentence.startswith("key: every row has a different value, so it looks like an ID")


def test_a_column_that_gives_the_class_away_is_named() -> None:
    codes = np.where(HALVES == "yes", 3.0, np.arange(200) % 4 // 2 * 10.0)
    (sentence,) = suspicious_columns(Table({"code": codes, "noise": NOISE}), HALVES, classes=True)
    assert sentence.startswith("code: this column alone determines the target")
    assert "target leakage" in sentence


def test_the_target_in_another_unit_is_named() -> None:
    table = Table({"fahrenheit": NOISE * 1.8 + 32, "other": RANDOM.normal(size=200)})
    (sentence,) = suspicious_columns(table, NOISE, classes=False)
    assert sentence.startswith("fahrenheit: this column alone determines the target")


def test_a_column_that_nearly_gives_the_target_away_is_named() -> None:
    codes = np.where(HALVES == "yes", 1.0, 0.0)
    codes[7] = 1 - codes[7]
    (sentence,) = suspicious_columns(Table({"code": codes, "noise": NOISE}), HALVES, classes=True)
    assert sentence.startswith("code: this column alone determines the target")
    # With few of one class, most values have the other one anyway.
    rare = np.where(np.arange(200) == 5, "yes", "no")
    assert suspicious_columns(Table({"code": codes}), rare, classes=True) == []
    near = NOISE + 0.01 * RANDOM.normal(size=200)
    (sentence,) = suspicious_columns(Table({"near": near}), NOISE, classes=False)
    assert sentence.startswith("near: this column alone")


def test_scattered_identifiers_are_named() -> None:
    scattered = RANDOM.permutation(4000)[:400].astype(float)
    names = {"number": scattered, "customerId": scattered * 1000, "price": scattered * 1000}
    halves = np.where(np.arange(400) % 2, "yes", "no")
    found = suspicious_columns(Table(names), halves, classes=True)
    assert [sentence.partition(":")[0] for sentence in found] == ["number", "customerId"]


def test_rare_classes_are_counted() -> None:
    (sentence,) = rare_classes(["fair", "fraud"], [0.985, 0.015], 200)
    assert sentence.startswith("the class 'fraud' is rare, 3 of 200 rows")
    (sentence,) = rare_classes([str(n) for n in range(40)], [0.01] * 40, 1000)
    assert sentence.startswith("40 classes are rare, '0' (10), '1' (10), '2' (10), '3' (10), '4' ")
    assert "and 35 more of 1,000 rows" in sentence
    assert rare_classes(["a", "b"], [0.5, 0.5], 200) == []


def test_classes_that_differ_by_case_or_blanks_are_named() -> None:
    (sentence,) = look_alikes("kind", ["New York", "new  york", "Graz", "GRAZ", "Wien"])
    assert sentence.startswith("kind: 'New York' and 'new  york'; 'Graz' and 'GRAZ' differ by")
    assert look_alikes("kind", ["a", "b"]) == []


def test_an_ordinary_table_raises_no_concern() -> None:
    colours = as_table({"c": ["red", None, "blue", "red"] * 50, "noise": NOISE.tolist()})
    assert suspicious_columns(colours, HALVES, classes=True) == []
    assert (
        suspicious_columns(Table({"noise": NOISE, "same": np.ones(200)}), NOISE**2, classes=False)
        == []
    )
    few = Table({"id": np.arange(10.0)})
    assert suspicious_columns(few, HALVES[:10], classes=True) == []


def test_identifiers_with_gaps_are_named() -> None:
    texts = [None if n % 9 == 0 else f"K{n}" for n in range(200)]
    numbers = [None if n % 9 == 0 else n for n in range(200)]
    found = suspicious_columns(as_table({"a": texts, "b": numbers}), HALVES, classes=True)
    assert [sentence.partition(":")[0] for sentence in found] == ["a", "b"]


def test_texts_that_hardly_repeat_are_named() -> None:
    times = [f"{n % 130 // 60}:{n % 130 % 60:02}" for n in range(200)]
    (sentence,) = suspicious_columns(as_table({"lap": times}), HALVES, classes=True)
    assert sentence.startswith("lap: 130 different texts in 200 rows, like '0:00', are hardly")
