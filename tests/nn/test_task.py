"""The task of a network: what its outputs mean, and how good they are, worked out by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.core.labels import label_array
from glassnet.network import Network
from glassnet.nn.task import Task

SEVERAL = np.array([[0.9, 0.2], [0.4, 0.6]])


@pytest.mark.parametrize(
    ("outputs", "activation", "task", "word", "classes"),
    [
        (1, "sigmoid", Task.BINARY, "classification", 2),
        (3, "softmax", Task.MULTICLASS, "classification", 3),
        (3, "sigmoid", Task.MULTILABEL, "multilabel", 0),
        (3, "identity", Task.REGRESSION, "regression", 0),
        (1, "exponential", Task.REGRESSION, "regression", 0),
    ],
)
def test_the_output_layer_decides_the_task(
    outputs: int, activation: str, task: Task, word: str, classes: int
) -> None:
    net = Network([2, outputs], output=activation)
    assert Task.of(net.architecture) is net.task is task
    assert task.word == word
    assert task.is_classification == (word == "classification")
    assert task.classes(outputs) == classes


@pytest.mark.parametrize("task", Task)
def test_a_network_with_the_output_activation_of_a_task_has_that_task(task: Task) -> None:
    outputs = 1 if task is Task.BINARY else 2
    assert Network([2, outputs], output=task.output_activation).task is task


def test_what_outputs_mean_without_names() -> None:
    assert Task.MULTICLASS.labels(SEVERAL, None).tolist() == [0, 1]
    assert Task.MULTILABEL.labels(SEVERAL, None).tolist() == [[1, 0], [0, 1]]
    assert Task.REGRESSION.labels(SEVERAL, None).tolist() == SEVERAL.tolist()
    assert Task.REGRESSION.labels(SEVERAL[:, :1], None).tolist() == [0.9, 0.4]
    assert Task.BINARY.labels(SEVERAL[:, :1], None).tolist() == [1, 0]


@pytest.mark.parametrize(
    "classes",
    [
        ["no", "yes"],
        [9, 10],
        [0.5, 1.5],
        [False, True],
        [date(2026, 1, 2), date(2026, 1, 10)],
        [2**70, 2**70 + 1],
    ],
)
def test_labels_are_of_the_type_of_the_classes(classes: list[Any]) -> None:
    array = label_array(classes)
    for task, outputs in ((Task.MULTICLASS, SEVERAL), (Task.BINARY, SEVERAL[:, 1:])):
        labels = task.labels(outputs, array)
        assert labels.dtype == array.dtype
        assert labels.tolist() == classes
        assert list(map(type, labels.tolist())) == list(map(type, classes))


def test_one_output_is_decided_at_one_half() -> None:
    outputs = np.array([[0.51], [0.5], [0.49], [0.9]])
    assert Task.BINARY.places(outputs).tolist() == [1, 0, 0, 1]
    # Yes, no, no, yes; target yes, yes, no, no: the first and the third.
    assert Task.BINARY.accuracy(outputs, np.array([[1], [1], [0], [0]])) == 0.5


def test_accuracy_of_classes_counts_the_most_probable_class() -> None:
    outputs = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3]])
    targets = np.array([[0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
    # Predicted 1, 0, 2, 0; target 1, 1, 2, 2: two of four.
    assert Task.MULTICLASS.accuracy(outputs, targets) == 0.5


def test_accuracy_of_independent_labels_counts_each_of_them() -> None:
    outputs = np.array([[0.9, 0.8, 0.1], [0.2, 0.1, 0.3]])
    targets = np.array([[1, 1, 0], [0, 0, 1]])
    # Five of six labels; the last one is wrong.
    assert Task.MULTILABEL.accuracy(outputs, targets) == pytest.approx(5 / 6)


def test_labels_stay_labels_when_each_row_happens_to_have_one() -> None:
    outputs, targets = np.array([[0.9, 0.8, 0.3]]), np.array([[0, 1, 0]])
    # The first label is wrong, the others are right; as of classes, nothing would be.
    assert Task.MULTILABEL.accuracy(outputs, targets) == pytest.approx(2 / 3)


@given(st.lists(st.integers(0, 3), min_size=1))
def test_a_perfect_prediction_has_accuracy_1_and_no_absolute_error(places: list[int]) -> None:
    targets = np.eye(4)[places]
    assert Task.MULTICLASS.accuracy(targets, targets) == 1
    assert Task.MULTILABEL.accuracy(targets, targets) == 1
    assert Task.REGRESSION.mean_absolute_error(targets, targets) == 0


def test_mean_absolute_error_is_over_examples_and_outputs() -> None:
    outputs = np.array([[1.0, 2.0], [3.0, 4.0]])
    targets = np.array([[2.0, 2.0], [0.0, 6.0]])
    # (1 + 0 + 3 + 2) / 4
    assert Task.REGRESSION.mean_absolute_error(outputs, targets) == 1.5


def test_mean_absolute_error_is_summed_in_double_precision() -> None:
    outputs = np.array([[16777216.0]], dtype=np.float32)
    # 2²⁴ + 1 is no single-precision number; the difference of 1 is seen all the same.
    assert Task.REGRESSION.mean_absolute_error(outputs, np.array([[16777217.0]])) == 1


@pytest.mark.parametrize("task", Task)
def test_metrics_are_named_and_measure_what_they_are_called(task: Task) -> None:
    ((name, metric),) = task.metrics.items()
    assert name == ("mean_absolute_error" if task is Task.REGRESSION else "accuracy")
    outputs = SEVERAL[:, :1] if task is Task.BINARY else SEVERAL
    assert metric(outputs, outputs) == (0 if task is Task.REGRESSION else 1)
