"""How good predictions are: numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.arrays.metrics import accuracy_of_classes, accuracy_of_labels, mean_absolute_error


def test_accuracy_of_classes_counts_the_most_probable_class() -> None:
    predicted = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3]])
    targets = np.array([[0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
    # Predicted 1, 0, 2, 0; target 1, 1, 2, 2: two of four.
    assert accuracy_of_classes(predicted, targets) == 0.5


def test_accuracy_of_one_output_is_decided_at_one_half() -> None:
    predicted = np.array([[0.51], [0.5], [0.49], [0.9]])
    targets = np.array([[1], [1], [0], [0]])
    # Yes, no, no, yes; target yes, yes, no, no: the first and the third.
    assert accuracy_of_labels(predicted, targets) == 0.5


def test_accuracy_of_independent_labels_counts_each_of_them() -> None:
    predicted = np.array([[0.9, 0.8, 0.1], [0.2, 0.1, 0.3]])
    targets = np.array([[1, 1, 0], [0, 0, 1]])
    # Five of six labels; the last one is wrong.
    assert accuracy_of_labels(predicted, targets) == pytest.approx(5 / 6)


def test_labels_stay_labels_when_each_row_happens_to_have_one() -> None:
    predicted, targets = np.array([[0.9, 0.8, 0.3]]), np.array([[0, 1, 0]])
    # The first label is wrong, the others are right; as of classes, nothing would be.
    assert accuracy_of_labels(predicted, targets) == pytest.approx(2 / 3)


@given(st.lists(st.integers(0, 3), min_size=1))
def test_a_perfect_prediction_has_accuracy_1_and_no_absolute_error(places: list[int]) -> None:
    targets = np.eye(4)[places]
    assert accuracy_of_classes(targets, targets) == 1
    assert accuracy_of_labels(targets, targets) == 1
    assert mean_absolute_error(targets, targets) == 0


def test_mean_absolute_error_is_over_examples_and_outputs() -> None:
    predicted = np.array([[1.0, 2.0], [3.0, 4.0]])
    targets = np.array([[2.0, 2.0], [0.0, 6.0]])
    # (1 + 0 + 3 + 2) / 4
    assert mean_absolute_error(predicted, targets) == 1.5


def test_mean_absolute_error_is_summed_in_double_precision() -> None:
    predicted = np.array([[16777216.0]], dtype=np.float32)
    # 2²⁴ + 1 is no single-precision number; the difference of 1 is seen all the same.
    assert mean_absolute_error(predicted, np.array([[16777217.0]])) == 1
