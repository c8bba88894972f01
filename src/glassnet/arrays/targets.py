"""Targets given as arrays: labels, one-hot rows or numbers, laid out as the engines need them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.numbers import numbers_of, rectangular, require_finite
from glassnet.core.array import Array
from glassnet.core.labels import (
    classes_in_short,
    distinct_labels,
    label_array,
    label_text,
    label_values,
    places_of,
)
from glassnet.core.plural import counted
from glassnet.nn.task import Task

__all__ = ["Targets", "checked_targets"]


@dataclass(frozen=True)
class Targets:
    """Targets as a network needs them, (examples, outputs), and the labels of the outputs."""

    values: Array
    classes: Array | None


def checked_targets(
    y: "ArrayLike | Targets",
    task: Task,
    outputs: int,
    dtype: np.dtype[Any],
    classes: Array | None = None,
    name: str = "y",
    *,
    learning: bool = True,
) -> Targets:
    """Return the targets that `y` asks for.

    Parameters
    ----------
    y : array-like or Targets
        Class labels of shape (examples,), one-hot rows or other targets of shape
        (examples, outputs); values of one output may have shape (examples,). Targets are checked
        and laid out already, and pass as they are.
    task : Task
        What the outputs mean.
    outputs : int
        The number of output units.
    dtype : numpy dtype
    classes : array, optional
        The labels of the outputs where they are known already.
    name : str
        How messages call it.
    learning : bool
        Whether labels may say what the outputs stand for, where that is not known yet. Outside of a
        training they may not: text names no output of a network that has met no text.

    Raises
    ------
    TypeError, ValueError
        If `y` does not fit.

    Examples
    --------
    >>> checked_targets(["b", "a"], Task.MULTICLASS, 2, np.dtype("float32")).values.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if isinstance(y, Targets):
        return y
    given = _given(y, task, name)
    if given.ndim == 2 and given.shape[1] == 1 and outputs != 1:
        given = given[:, 0]
    if not learning and classes is None and task.is_classification:
        given = _without_names(given, task, outputs, name)
    if task is Task.MULTICLASS and given.ndim == 1:
        return _of_labels(given, classes, outputs, dtype, name)
    if task is Task.BINARY and not _are_probabilities(given, classes):
        one_hot = _of_labels(given.reshape(-1), classes, 2, dtype, name)
        return Targets(one_hot.values[:, 1:].copy(), one_hot.classes)
    if given.dtype.kind == "M":
        raise TypeError(f"{name} holds dates; expected numbers or one-hot rows")
    if task is Task.MULTILABEL:
        _require_no_names(given, outputs, name)
    values = _rows(y, task, outputs, dtype, name)
    if learning and task is Task.BINARY and classes is None and given.dtype.kind == "f":
        yes_or_no = bool(((given == 0) | (given == 1)).all())
        return Targets(values, np.array([0, 1], given.dtype) if yes_or_no else None)
    return Targets(values, classes)


def _given(y: ArrayLike, task: Task, name: str) -> Array:
    """Targets as an array, labels in their own type."""
    given = rectangular(y, name)
    listed = isinstance(y, list | tuple) and given.ndim == 1 and given.dtype.kind in "fU"
    zoned = getattr(getattr(y, "dtype", None), "time_zone", None) is not None  # of Polars
    if task.is_classification and (listed or zoned):
        # NumPy makes text of numbers beside text, rounds large numbers and drops time zones.
        given = _labels(list(y), name)  # type: ignore[arg-type]  # a sequence
    if given.dtype.kind == "f":
        require_finite(given, name)
    return given


def _labels(given: Any, name: str) -> Array:
    try:
        labels = label_array(given)
    except TypeError as error:
        raise TypeError(f"{name} holds {error}") from None
    if labels.dtype.kind == "f":
        require_finite(labels, name)
    if labels.dtype.kind == "M" and np.isnat(labels).any():
        raise ValueError(f"{name}[{int(np.isnat(labels).argmax())}] is missing; expected a date")
    return labels


def _of_labels(
    given: Array, classes: Array | None, outputs: int, dtype: np.dtype[Any], name: str
) -> Targets:
    """One-hot rows, and the classes, which the labels decide where they are not known."""
    labels = _labels(given, name)
    classes = _classes_of(labels, outputs, name) if classes is None else classes
    return Targets(_one_hot(labels, classes, dtype, name), classes)


def _require_no_names(given: Array, outputs: int, name: str) -> None:
    """Refuse names of labels where each output is a label of its own."""
    texts = [value for value in given.reshape(-1).tolist() if isinstance(value, str)]
    if texts:
        raise TypeError(
            f"{name} holds {texts[0]!r}; the network has {counted(outputs, 'output')}, each a "
            "label of its own without a name: expected 0 or 1 for each"
        )


def _rows(y: ArrayLike, task: Task, outputs: int, dtype: np.dtype[Any], name: str) -> Array:
    """One-hot rows, probabilities or numbers, of shape (examples, outputs)."""
    targets = numbers_of(y, dtype, name)
    if targets.ndim == 1 and outputs == 1:
        targets = targets[:, None]
    if targets.ndim != 2 or targets.shape[1] != outputs:
        raise ValueError(
            f"{name} has shape {targets.shape}; the network has {counted(outputs, 'output')}, "
            f"so expected (examples, {outputs})"
        )
    if task is not Task.REGRESSION and ((targets < 0) | (targets > 1)).any():
        raise ValueError(f"{name} holds values outside 0 ... 1, but the outputs are probabilities")
    if task is Task.MULTICLASS:
        targets = _summing_to_1(targets, name)
    return np.ascontiguousarray(targets)


def _are_probabilities(given: Array, classes: Array | None) -> bool:
    """Whether these are probabilities of a second class, and not labels with other names."""
    if classes is not None and label_values(classes) != [0, 1]:
        return False
    return given.dtype.kind in "iuf" and bool(((given >= 0) & (given <= 1)).all())


def _summing_to_1(targets: Array, name: str) -> Array:
    sums = targets.sum(axis=1, keepdims=True, dtype=np.float64)
    if np.abs(sums - 1).max(initial=0) > 1e-3:
        raise ValueError(
            f"each row of {name} must sum to 1: the outputs are probabilities of one class"
        )
    if (sums == 1).all():
        return targets
    # The gradient p − t holds for targets that sum to 1 to the last bit, not to three digits.
    scaled: Array = (targets / sums).astype(targets.dtype)
    return scaled


def _without_names(labels: Array, task: Task, outputs: int, name: str) -> Array:
    """Labels of a network that knows no names of classes: numbers of outputs, and truth values."""
    count = task.classes(outputs)
    if labels.dtype == np.bool_ and count == 2:
        return labels.astype(np.int64)
    if labels.ndim > 1 if task is Task.MULTICLASS else _are_probabilities(labels, None):
        return labels
    for label in labels.reshape(-1).tolist():
        if isinstance(label, bool) or label not in range(count):
            raise ValueError(
                f"{name} holds the label {label!r}; the network tells {count} classes apart and "
                f"has no names for them: give {_unnamed(task, count)}"
            )
    return labels


def _unnamed(task: Task, count: int) -> str:
    """How classes without names are given."""
    numbers = "0 or 1" if count == 2 else f"0 to {count - 1}"
    words = f"the class as a number, {numbers}"
    return words if task is Task.BINARY else f"{words}, or a one-hot row"


def _classes_of(labels: Array, outputs: int, name: str) -> Array:
    whole = labels.dtype.kind in "iuf" and bool((labels == np.round(labels)).all())
    if whole and len(labels) and labels.min() >= 0 and labels.max() < outputs:
        numbers: Array = np.arange(outputs).astype(labels.dtype)
        return numbers
    found = distinct_labels(labels)
    if len(found) == 1 and found.dtype.kind == "U":
        # Arrays may hold one class; the others have no name yet.
        unnamed = [f"(unnamed {number})" for number in range(2, outputs + 1)]
        return np.array([*found.tolist(), *unnamed])
    if whole and len(found) < outputs:
        raise ValueError(
            f"{name} holds the label {found[-1]}; the network has outputs for {outputs}, "
            f"the labels 0 to {outputs - 1}, or for as many different ones"
        )
    if len(found) != outputs:
        shown = ", ".join(label_text(label) for label in found[:5]) + (
            ", ..." if len(found) > 5 else ""
        )
        raise ValueError(
            f"{name} holds {counted(len(found), 'different label')} ({shown}); "
            f"the network has outputs for {outputs}"
        )
    return found


def _one_hot(labels: Array, classes: Array, dtype: np.dtype[Any], name: str) -> Array:
    places = places_of(labels, classes)
    if (places < 0).any():
        unknown = label_values(labels[places < 0][:1])[0]
        shown = repr(unknown) if isinstance(unknown, str) else label_text(unknown)
        known = classes_in_short(classes)
        raise ValueError(f"{name} holds the unknown class {shown}; known are: {known}")
    one_hot: Array = np.zeros((len(labels), len(classes)), dtype=dtype)
    one_hot[np.arange(len(labels)), places] = 1
    return one_hot
