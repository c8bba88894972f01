"""Labels: each comes back in its type, finds its place, and passes through a file."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.core.array import Array
from glassnet.core.labels import (
    distinct_labels,
    json_label,
    label_array,
    label_text,
    label_values,
    labels_from_json,
    labels_to_json,
    place_of,
    places_of,
)

#: A time without a zone.
moment = datetime.fromisoformat

OFFSETS = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(),
    "integer": st.integers(-(2**80), 2**80),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "truth value": st.booleans(),
    "date": st.dates(),
    "time": st.datetimes(),
    "time with a zone": st.datetimes(
        moment("0002-01-01"), moment("9998-12-31"), timezones=OFFSETS | st.just(UTC)
    ),
}
#: The type of labels, and some different ones of that type in any order.
LABELS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(KINDS[kind], min_size=1, unique=True))
)


def through_json(labels: Array) -> Array:
    return labels_from_json(json.loads(json.dumps(labels_to_json(labels), allow_nan=False)))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(LABELS)
def test_labels_come_back_in_their_type_also_from_a_file(drawn: tuple[str, list[Any]]) -> None:
    kind, values = drawn
    labels = label_array(values)
    assert labels_to_json(labels)["type"] == kind
    for array in (labels, through_json(labels), label_array(labels), label_array(tuple(values))):
        assert label_values(array) == values
        assert list(map(type, label_values(array))) == list(map(type, values))
        assert array.dtype == labels.dtype


@given(LABELS)
def test_different_labels_are_sorted_by_value(drawn: tuple[str, list[Any]]) -> None:
    values = drawn[1]
    distinct = label_values(distinct_labels(label_array(values * 3)))
    assert distinct == sorted(values)
    assert all(first < second for first, second in pairwise(distinct))


@given(LABELS, st.randoms(use_true_random=False))
def test_each_label_has_its_place(drawn: tuple[str, list[Any]], random: Any) -> None:
    values = drawn[1]
    classes, places = label_array(values), list(range(len(values)))
    random.shuffle(places)
    labels = label_array([values[place] for place in places])
    assert places_of(labels, classes).tolist() == places
    assert [place_of(label, classes) for label in label_values(labels)] == places
    left_out = places_of(labels, classes[1:]).tolist()
    assert left_out == [place - 1 for place in places]  # −1: the first is not there


@given(LABELS)
def test_a_label_is_found_by_its_text(drawn: tuple[str, list[Any]]) -> None:
    kind, values = drawn
    classes = label_array(values)
    if kind == "text":
        return  # spaces around it may be another class
    for place, value in enumerate(values):
        assert place_of(label_text(value), classes) == place
        assert place_of(f" {label_text(value)}\n", classes) == place
        assert place_of(str(json_label(value)), classes) == place


def test_ten_comes_after_nine_and_text_by_its_characters() -> None:
    assert distinct_labels(label_array([10, 9, 10, -1])).tolist() == [-1, 9, 10]
    assert distinct_labels(label_array(["10", "9", "-1"])).tolist() == ["-1", "10", "9"]
    large = [2**70, 2**53 + 1, 2**53, -(2**70)]
    assert distinct_labels(label_array(large)).tolist() == sorted(large)


def test_times_in_several_zones_are_sorted_by_when_they_are() -> None:
    earlier = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=5)))  # 7 o'clock in UTC
    later = datetime(2026, 1, 1, 8, tzinfo=UTC)
    same = earlier.astimezone(UTC)
    assert distinct_labels(label_array([later, earlier, same])).tolist() == [earlier, later]
    assert places_of(label_array([same, later]), label_array([earlier, later])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([1, 2], dtype=np.int8), [1, 2]),
        (np.array([2**63 + 1, 3], dtype=np.uint64), [2**63 + 1, 3]),
        (np.array([0.5, 2], dtype=np.float16), [0.5, 2.0]),
        (np.array([b"a", "ä".encode()]), ["a", "ä"]),
        (np.array([1, 2], dtype=object), [1, 2]),
        (np.array(["a\0", "a"], dtype=object), ["a\0", "a"]),
        (np.array(["2026-01-02"], dtype="datetime64[D]"), [date(2026, 1, 2)]),
        (np.array(["2026-01-02"], dtype="datetime64[ns]"), [moment("2026-01-02")]),
        (np.array(["2026-01-02T03"], dtype="datetime64[h]"), [moment("2026-01-02 03:00")]),
        ([np.datetime64("2026-01-02T03:04")], [moment("2026-01-02 03:04")]),
        ([np.int16(3), 4], [3, 4]),
        ([np.float32(0.5), 1], [0.5, 1.0]),
        ([np.bool_(1), False], [True, False]),
        ([np.str_("a")], ["a"]),
        ([], []),
    ],
)
def test_arrays_and_scalars_of_numpy(given: Any, expected: Any) -> None:
    found = label_values(label_array(given))
    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))


def test_times_finer_than_those_of_python_stay_apart() -> None:
    labels = np.array(["2026-01-01T00:00:00.000000001", "2026-01-01"], dtype="datetime64[ns]")
    assert len(distinct_labels(label_array(labels))) == 2
    assert through_json(label_array(labels)).tobytes() == labels.tobytes()
    assert places_of(labels, distinct_labels(labels)).tolist() == [1, 0]


NAIVE, AWARE = moment("2026-01-01"), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["a", 1], "labels of different kinds, integer and text"),
        ([True, 1], "labels of different kinds, integer and truth value"),
        ([0.5, "a", True], "labels of different kinds, number and text and truth value"),
        ([date(2026, 1, 1), NAIVE], "labels of different kinds, date and time"),
        ([NAIVE, AWARE], "labels of different kinds, time and time with a zone"),
        ([None, "a"], "values of type NoneType; expected labels: text, numbers, truth values"),
        ([b"a"], "values of type bytes; expected labels"),
        ([(1, 2)], "values of type tuple; expected labels"),
        (np.array([1j]), "values of type complex128; expected labels"),
        (np.array([1], dtype="timedelta64[s]"), r"values of type timedelta64\[s\]; expected"),
    ],
)
def test_what_is_no_label_or_mixed_is_refused(values: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        label_array(values)


@pytest.mark.parametrize(
    ("label", "classes", "place"),
    [
        # Text for other types, and other types for text.
        ("7", [6, 7], 1),
        ("7.0", [6, 7], 1),
        ("1e3", [10, 1000], 1),
        ("7", [6.5, 7.0], 1),
        (7, ["7", "8"], 0),
        (7.0, ["7", "8"], 0),
        (True, ["false", "true"], 1),
        ("TRUE", [False, True], 1),
        ("False", ["false", "true"], 0),
        ("2026-01-02", [date(2026, 1, 2), date(2026, 1, 3)], 0),
        (date(2026, 1, 3), ["2026-01-02", "2026-01-03"], 1),
        ("2026-01-02 03:04", [moment("2026-01-02 03:04")], 0),
        ("2026-01-02T03:04:00", [moment("2026-01-02 03:04")], 0),
        ("2026-01-01T01:00:00+01:00", [AWARE], 0),
        ("2026-01-01 00:00:00Z", [AWARE], 0),
        # Numbers for numbers, truth values for 0 and 1, days for their midnight.
        (7.0, [6, 7], 1),
        (np.int8(7), [6, 7], 1),
        (1, [False, True], 1),
        (np.True_, [0, 1], 1),
        (date(2026, 1, 1), [NAIVE], 0),
        (NAIVE, [date(2026, 1, 1)], 0),
        ("2026-01-01T00:00:00", [date(2026, 1, 1)], 0),
        # What is not there.
        (8, [6, 7], None),
        (7.5, [6, 7], None),
        ("seven", [6, 7], None),
        ("", [6, 7], None),
        ("nan", [6.0, 7.0], None),
        ("9" * 400, [6, 7], None),
        ("A", ["a", "b"], None),
        (" a", ["a", "b"], None),
        ("1", [False, True], None),
        (2, [False, True], None),
        (None, ["None", ""], None),
        ([6], [6, 7], None),
        (float(2**53), [2**53 + 1], None),
        (f"{2**53 + 1}.0", [2**53], None),  # as a number, it is 2⁵³
        (str(2**53 + 1), [2**53, 2**53 + 1], 1),
        ("2026", [date(2026, 1, 1)], None),
        ("today", [date(2026, 1, 1)], None),
        ("2026-01-01T10:00", [date(2026, 1, 1)], None),
        (moment("2026-01-01 10:00"), [date(2026, 1, 1)], None),
        ("2026-01-01T00:00:00Z", [NAIVE], None),
        ("2026-01-01", [AWARE], None),
        (AWARE, [NAIVE], None),
        ("1_0", [9, 10], None),
        (np.datetime64("2021"), [date(2021, 1, 1)], 0),
        (np.datetime64("2021-01-01T00:00:00.5"), [moment("2021-01-01 00:00:00.5")], 0),
    ],
)
def test_a_label_of_another_type_is_read_as_the_classes_are(
    label: Any, classes: list[Any], place: int | None
) -> None:
    assert place_of(label, label_array(classes)) == place


def test_labels_of_another_type_are_read_as_the_classes_are() -> None:
    classes = label_array([2, 10])
    assert places_of(label_array(["10", "2", "3"]), classes).tolist() == [1, 0, -1]
    assert places_of(np.array([10.0, 2.0, 2.5, np.nan]), classes).tolist() == [1, 0, -1, -1]
    assert places_of(label_array([2**70, 10]), classes).tolist() == [-1, 1]
    assert places_of(label_array([]), classes).tolist() == []


def test_many_classes_have_their_places() -> None:
    classes = np.arange(30_000)
    assert (places_of(classes.astype(str), classes) == classes).all()


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (-0.5, "-0.5"),
        (np.float64(0.1), "0.1"),
        (1e300, "1e+300"),
        (2**70, str(2**70)),
        (True, "true"),
        (np.False_, "false"),
        ("a b", "a b"),
        (date(2026, 1, 2), "2026-01-02"),
        (moment("2026-01-02 03:00"), "2026-01-02 03:00:00"),
    ],
)
def test_a_label_as_people_write_it(label: Any, text: str) -> None:
    assert label_text(label) == text


def test_dates_are_text_in_json() -> None:
    labels = [7, True, "a", date(2026, 1, 2), AWARE]
    expected = [7, True, "a", "2026-01-02", "2026-01-01T00:00:00+00:00"]
    assert [json_label(label) for label in labels] == expected


TYPES: st.SearchStrategy[Any] = st.sampled_from([*KINDS, "complex", "", None, 3, []])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["today", "NaT", "2026-01-01", "2026-13-01T00:00", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
RECORDS = JSON | st.fixed_dictionaries({}, optional={"type": TYPES | JSON, "values": JSON})


@given(RECORDS | st.builds(lambda kind, v: {"type": kind, "values": v}, TYPES, st.lists(JSON)))
def test_a_file_that_is_made_up_is_refused_in_a_known_way(record: Any) -> None:
    try:
        labels = labels_from_json(record)
    except (KeyError, TypeError, ValueError, OverflowError):
        return
    assert labels.shape == (len(record["values"]),)
    assert len(labels_to_json(labels)["values"]) == len(labels)


@pytest.mark.parametrize(
    "record",
    [
        {"type": "text", "values": [1]},
        {"type": "text", "values": "ab"},
        {"type": "text", "values": {"a": 1}},
        {"type": "integer", "values": [True]},
        {"type": "integer", "values": [1.0]},
        {"type": "truth value", "values": [0]},
        {"type": "number", "values": ["1.5"]},
        {"type": "number", "values": [float("nan")]},
        {"type": "number", "values": [10**400]},
        {"type": "date", "values": ["2026-02-30"]},
        {"type": "date", "values": [20260101]},
        {"type": "time", "values": ["now"]},
        {"type": "time", "values": ["NaT"]},
        {"type": "time", "values": [3]},
        {"type": "time", "values": ["2026-01-01T25:00"]},
        {"type": "time with a zone", "values": ["soon"]},
        {"type": "date and time", "values": []},
        {"type": ["text"], "values": []},
        {"type": "text"},
        {"values": []},
        [],
        None,
    ],
    ids=str,
)
def test_records_that_are_no_labels(record: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, OverflowError)):
        labels_from_json(record)


@pytest.mark.parametrize("read", [label_array, lambda v: through_json(label_array(v))])
def test_no_labels_are_an_empty_array(read: Callable[[Any], Array]) -> None:
    for dtype in ("U1", "i8", "f8", "?", "M8[D]", "M8[us]"):
        assert len(read(np.array([], dtype=dtype))) == 0
