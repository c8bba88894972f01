"""Inputs and targets given as arrays: what is taken, what is refused, and in which words."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.sparse import csr_array

from glassnet.arrays.inputs import checked_inputs, feature_names_of
from glassnet.arrays.sparse import SparseRows
from glassnet.arrays.targets import checked_targets
from glassnet.core.array import Array
from glassnet.explanation.explain import explain
from glassnet.network import Network
from glassnet.nn.task import Task

SINGLE = np.dtype("float32")
DOUBLE = np.dtype("float64")


def test_inputs_come_out_contiguous_and_in_the_precision_asked_for() -> None:
    x = checked_inputs(np.arange(12).reshape(4, 3).T, 4, SINGLE)
    assert x.dtype == SINGLE
    assert x.flags.c_contiguous
    assert x.tolist() == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]


def test_images_are_flattened_row_by_row() -> None:
    x = checked_inputs([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], 4, DOUBLE)
    assert x.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 5), st.just(3)), elements=st.floats(-1e30, 1e30)
    )
)
def test_finite_inputs_are_taken_as_they_are(x: Any) -> None:
    assert np.array_equal(checked_inputs(x, 3, DOUBLE), x)


@given(st.integers(0, 3), st.integers(0, 2), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_a_number_that_is_not_finite_is_named_with_its_place(
    row: int, column: int, value: float
) -> None:
    x = np.zeros((4, 3))
    x[row, column] = value
    message = rf"^X\[{row}, {column}\] is {value}; expected finite numbers \(1 of 12 are not\)"
    with pytest.raises(ValueError, match=message):
        checked_inputs(x, 3, SINGLE)


def test_a_number_too_large_for_the_precision_is_shown_as_it_was_given() -> None:
    assert checked_inputs([[1e300]], 1, DOUBLE).tolist() == [[1e300]]
    with pytest.raises(ValueError, match=r"X\[0, 0\].*1e\+300.*float32"):
        checked_inputs([[1e300]], 1, SINGLE)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (5, r"X has shape \(\); expected \(examples, 2\)"),
        ([1, 2], r"X has shape \(2,\); expected \(examples, 2\).*\[\[\.\.\.\]\]"),
        ([], r"X has shape \(0,\); expected \(examples, 2\)"),
        ([[1, 2, 3]], r"X has 3 values for each example \(shape \(1, 3\)\).*has 2 inputs"),
        (np.zeros((3, 0)), r"X has 0 values for each example \(shape \(3, 0\)\).*has 2 inputs"),
        (np.zeros((0, 2)), "X has no examples"),
        ([[1, 2], [3]], "the rows of X have different lengths"),
        ([[1, 10**400]], "X"),
    ],
)
def test_inputs_of_the_wrong_shape_or_size_are_a_value_error(x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_inputs(x, 2, SINGLE)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([["a", "b"]], "X must hold numbers, not 'a'"),
        ([[1.5, "heavy"]], "X must hold numbers, not 'heavy'"),
        ([[{}, 1]], "X must hold numbers, not object values"),
        ({"a": 1}, "X must hold numbers"),
        ([[1 + 2j, 0]], "X must hold numbers, not complex128 values"),
        (np.array([["2024-01-01", "2024-01-02"]], dtype="M8[D]"), "X must hold numbers, not date"),
    ],
)
def test_inputs_that_are_no_real_numbers_are_a_type_error(x: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        checked_inputs(x, 2, SINGLE)


@pytest.mark.parametrize(
    ("y", "classes", "expected"),
    [
        ([2, 0], [0, 1, 2], [[0, 0, 1], [1, 0, 0]]),
        ([30, 10, 20], [10, 20, 30], [[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
        ([0, 0], [0, 1, 2], [[1, 0, 0], [1, 0, 0]]),
        (["b", "c", "a"], ["a", "b", "c"], [[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
        ([[1], [2]], [0, 1, 2], [[0, 1, 0], [0, 0, 1]]),
        ([[0, 1, 0]], None, [[0, 1, 0]]),
        ([[0.5, 0.25, 0.25]], None, [[0.5, 0.25, 0.25]]),
    ],
)
def test_class_labels_become_one_hot_rows(y: Any, classes: Any, expected: Any) -> None:
    targets = checked_targets(y, Task.MULTICLASS, 3, SINGLE)
    assert targets.values.tolist() == expected
    assert (None if targets.classes is None else targets.classes.tolist()) == classes


@given(st.lists(st.integers(0, 4), min_size=1), st.permutations(["a", "b", "c", "d", "e"]))
def test_one_hot_rows_sum_to_1_and_lead_back_to_the_labels(
    places: list[int], names: list[str]
) -> None:
    classes = np.array(names)
    labels = classes[places]
    targets = checked_targets(labels, Task.MULTICLASS, 5, DOUBLE, classes).values
    assert (targets.sum(axis=1) == 1).all()
    assert np.array_equal(Task.MULTICLASS.labels(targets, classes), labels)


def test_two_classes_of_one_output() -> None:
    targets = checked_targets(["yes", "no"], Task.BINARY, 1, SINGLE)
    assert targets.values.tolist() == [[1], [0]]
    assert Task.BINARY.labels(np.array([[0.9], [0.2]]), targets.classes).tolist() == ["yes", "no"]
    assert checked_targets([0, 1], Task.BINARY, 1, SINGLE).values.tolist() == [[0], [1]]


@pytest.mark.parametrize(
    ("y", "task", "outputs", "message"),
    [
        (["a", "b"], Task.MULTICLASS, 3, r"y holds 2 different labels \(a, b\).*outputs for 3"),
        ([0, 1, 2], Task.MULTICLASS, 2, r"y holds 3 different labels \(0, 1, 2\).*outputs for 2"),
        (
            [7, 7],
            Task.MULTICLASS,
            2,
            r"y holds the label 7; the network has outputs for 2, the labels 0 to 1",
        ),
        ([0.0, np.nan], Task.MULTICLASS, 2, r"y\[1\] is nan; expected finite numbers"),
        (["a", "b", "c"], Task.BINARY, 1, "y holds 3 different labels .*outputs for 2"),
        ([[[1]]], Task.MULTICLASS, 2, r"y has shape \(1, 1, 1\).*2 outputs.*\(examples, 2\)"),
        ([[1, 0, 0]], Task.MULTICLASS, 2, r"y has shape \(1, 3\).*2 outputs.*\(examples, 2\)"),
        ([[1, 0.5]], Task.MULTICLASS, 2, "each row of y must sum to 1"),
        ([[2, -1]], Task.MULTICLASS, 2, r"y holds values outside 0 \.\.\. 1"),
        ([1, 2, 3], Task.BINARY, 1, "y holds 3 different labels .*outputs for 2"),
        ([[0, 1]], Task.REGRESSION, 3, r"y has shape \(1, 2\).*3 outputs.*\(examples, 3\)"),
        ([[0, 1], [2]], Task.REGRESSION, 2, "the rows of y have different lengths"),
        ([[0.0, np.inf]], Task.REGRESSION, 2, r"y\[0, 1\] is inf; expected finite numbers"),
    ],
)
def test_targets_that_do_not_fit_are_a_value_error(
    y: Any, task: Task, outputs: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        checked_targets(y, task, outputs, SINGLE)


def test_targets_of_mixed_kinds_or_text_for_values_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="y holds labels of different kinds, number and text"):
        checked_targets(np.array(["a", 1.5], dtype=object), Task.MULTICLASS, 2, SINGLE)
    with pytest.raises(TypeError, match="y holds values of type NoneType; expected labels"):
        checked_targets(np.array(["a", None], dtype=object), Task.MULTICLASS, 2, SINGLE)
    with pytest.raises(TypeError, match="y must hold numbers, not 'much'"):
        checked_targets(["much", "little"], Task.REGRESSION, 1, SINGLE)


def test_an_unknown_class_is_named_beside_the_known_ones() -> None:
    with pytest.raises(ValueError, match="y holds the unknown class 'c'; known are: a, b"):
        checked_targets(["a", "c"], Task.MULTICLASS, 2, SINGLE, np.array(["a", "b"]))


def test_of_many_known_classes_the_first_are_named_and_the_others_counted() -> None:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    with pytest.raises(ValueError, match="'é'; known are: a, b, c, d, e, f, g, h, i, j and 16 mo"):
        checked_targets(["é"], Task.MULTICLASS, 26, SINGLE, letters)


@pytest.mark.parametrize("y", [["dog"], [["dog", "cat"]], np.array([["dog", "cat"]])])
def test_labels_without_names_take_none(y: Any) -> None:
    with pytest.raises(TypeError, match="y holds 'dog'; the network has 2 outputs, each a label"):
        checked_targets(y, Task.MULTILABEL, 2, SINGLE)


def test_one_class_out_of_several_may_be_learned_alone() -> None:
    net = Network([1, 3], output="softmax")
    net.fit([[1.0], [2.0]], [1, 1], epochs=2)
    assert net.classes is not None
    assert net.classes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0], [np.nan]], [0, 1], r"^X\[1, 0\] is nan"),
        ([[1.0], [2.0], [3.0]], [0, 5, 7], "3 different labels"),
        ([[1.0], [2.0]], [0], r"X has 2 examples and y has 1"),
        ([[1.0, 2.0]], [0], "the network has 1 inputs"),
    ],
)
def test_a_network_is_as_it_was_when_its_examples_are_refused(X: Any, y: Any, message: str) -> None:
    net = Network([1, 2], output="softmax", seed=3)
    before = net.parameters.tobytes()
    with pytest.raises(ValueError, match=message):
        net.fit(X, y, epochs=3)
    assert net.parameters.tobytes() == before
    assert net.classes is None
    assert net.epochs_trained == 0


def test_a_cost_that_does_not_fit_the_output_names_the_one_that_does() -> None:
    net = Network([1, 2], output="softmax")
    message = (
        "the loss 'binary_crossentropy' needs the output activation 'sigmoid', but the network "
        "ends in 'softmax'; .* use the loss 'categorical_crossentropy'"
    )
    with pytest.raises(ValueError, match=message):
        net.fit([[1.0], [2.0]], [0, 1], loss="binary_crossentropy")
    with pytest.raises(ValueError, match=r"unknown loss 'ctc'; known are: .*categorical_cross"):
        net.fit([[1.0], [2.0]], [0, 1], loss="ctc")
    with pytest.raises(ValueError, match=r"unknown activation 'swish'; known are: .*identity"):
        Network([1, 2], output="swish")


def test_arrays_may_hold_one_class() -> None:
    targets = checked_targets(["a", "a"], Task.MULTICLASS, 2, SINGLE)
    assert targets.values.tolist() == [[1, 0], [1, 0]]
    assert targets.classes is not None
    assert targets.classes.tolist() == ["a", "(unnamed 2)"]


@pytest.mark.parametrize("labels", [[-1, 1, 1], [1, 2, 2], [False, True, True], [3.0, 7.0, 7.0]])
def test_any_two_labels_are_two_classes(labels: list[float]) -> None:
    targets = checked_targets(labels, Task.BINARY, 1, SINGLE)
    assert targets.values.tolist() == [[0], [1], [1]]
    assert targets.classes is not None
    assert targets.classes.tolist() == sorted(set(labels))


def test_whole_numbers_are_classes_in_either_kind_of_number() -> None:
    for labels in ([0, 1], [0.0, 1.0]):
        assert checked_targets(labels, Task.MULTICLASS, 3, SINGLE).values.tolist() == [
            [1, 0, 0],
            [0, 1, 0],
        ]


def test_probabilities_are_made_to_sum_to_1_to_the_last_bit() -> None:
    targets = checked_targets([[0.3333, 0.3333, 0.3333]], Task.MULTICLASS, 3, DOUBLE).values
    assert targets.sum() == pytest.approx(1, abs=1e-15)


def test_dates_are_labels_and_no_numbers() -> None:
    dates = np.array(["2024-01-31", "2023-01-31"], dtype="datetime64[D]")
    targets = checked_targets(dates, Task.MULTICLASS, 2, SINGLE)
    assert targets.values.tolist() == [[0, 1], [1, 0]]
    assert targets.classes is not None
    assert targets.classes.tolist() == [date(2023, 1, 31), date(2024, 1, 31)]
    for task in (Task.REGRESSION, Task.MULTILABEL):
        with pytest.raises(TypeError, match="y holds dates"):
            checked_targets(dates, task, 1, SINGLE)


def test_labels_in_a_list_keep_their_type() -> None:
    # NumPy makes text, and rounded numbers, of such lists.
    mixed: Any = [1, "a"]
    with pytest.raises(TypeError, match="y holds labels of different kinds, integer and text"):
        checked_targets(mixed, Task.MULTICLASS, 2, SINGLE)
    large = [2**63, 2**63 + 1, 5]
    targets = checked_targets(large, Task.MULTICLASS, 3, SINGLE)
    assert targets.values.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert targets.classes is not None
    assert targets.classes.tolist() == sorted(large)


def test_missing_labels_are_refused_by_their_place() -> None:
    numbers: Array = np.array([1.0, np.nan], dtype=object)
    with pytest.raises(ValueError, match=r"y\[1\] is nan; expected finite numbers"):
        checked_targets(numbers, Task.MULTICLASS, 2, SINGLE)
    with pytest.raises(ValueError, match=r"y\[1\] is missing; expected a date"):
        checked_targets(
            np.array(["2024-01-31", "NaT"], dtype="datetime64[D]"), Task.MULTICLASS, 2, SINGLE
        )


def test_frames_and_images_bring_names() -> None:
    assert feature_names_of(np.zeros((5, 3))) is None
    assert feature_names_of(np.zeros((5, 1, 2))) == ["pixel 1,1", "pixel 1,2"]
    assert feature_names_of(pl.DataFrame({"length": [1.0]})) == ["length"]
    assert feature_names_of(SparseRows(csr_array([[0.0, 1.0], [2.0, 0.0]]))) is None


MASKED = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"X": MASKED}, r"^X\[0, 1\] is masked.*1 of 4"),
        ({"X": list(MASKED)}, r"^X\[0\]\[1\] is masked"),
        ({"y": np.ma.array([0, 1], mask=[False, True])}, r"^y\[1\] is masked"),
        ({"y": np.ma.array(["a", "b"], mask=[True, True])}, r"^y\[0\] is masked.*2 of 2"),
        (
            {"sample_weight": np.ma.array([1.0, 2.0], mask=[False, True])},
            r"^sample_weight\[1\] is masked",
        ),
        ({"validation": (MASKED, [0, 1])}, r"^the validation X\[0, 1\] is masked"),
    ],
)
def test_masked_values_are_missing(options: dict[str, Any], message: str) -> None:
    net = Network([2, 2], output="softmax")
    given = {"X": [[1.0, 2.0], [3.0, 4.0]], "y": [0, 1], "epochs": 1, **options}
    with pytest.raises(ValueError, match=message):
        net.fit(**given)
    for use in (net.predict, lambda X: explain(net, X), lambda X: net.evaluate(X, [0, 1])):
        with pytest.raises(ValueError, match=r"\[0, 1\] is masked"):
            use(MASKED)


def test_a_mask_that_hides_nothing_changes_nothing() -> None:
    X, y = [[1.0, 2.0], [3.0, 4.0]], [0, 1]
    nets = [Network([2, 2], output="softmax", seed=1) for _ in range(2)]
    nets[0].fit(X, y, epochs=2)
    nets[1].fit(np.ma.array(X), np.ma.array(y), epochs=2)
    assert np.array_equal(nets[0].parameters, nets[1].parameters)
    assert np.array_equal(nets[0].predict(X), nets[1].predict(np.ma.array(X)))
