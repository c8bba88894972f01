"""Targets given as arrays: labels, one-hot rows or numbers, laid out as the engines need them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.numbers import numbers_of, rectangular, require_finite
from glassnet.core.array import Array
from glassnet.core.plural import counted
from glassnet.nn.task import Task

__all__ = ["Targets", "checked_targets", "labels_of"]


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
    >>> checked_targets(["b", "a"], "multiclass", 2, np.dtype("float32")).values.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if isinstance(y, Targets):
        return y
    labels = rectangular(y, name)
    if labels.dtype.kind == "f":
        require_finite(labels, name)
    if labels.dtype.kind in "mM":
        raise TypeError(f"{name} holds dates; expected text, numbers or one-hot rows")
    if labels.ndim == 2 and labels.shape[1] == 1 and outputs != 1:
        labels = labels[:, 0]
    if not learning and classes is None and task in ("multiclass", "binary"):
        labels = _without_names(labels, task, outputs, name)
    if task == "multiclass" and labels.ndim == 1:
        classes = _classes_of(labels, outputs, name) if classes is None else classes
        return Targets(_one_hot(labels, classes, dtype, name), classes)
    if task == "binary" and (classes is not None or not _are_probabilities(labels)):
        labels = labels.reshape(-1)
        classes = _classes_of(labels, 2, name) if classes is None else classes
        return Targets(_one_hot(labels, classes, dtype, name)[:, 1:].copy(), classes)
    return Targets(_rows(y, task, outputs, dtype, name), classes)


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
    if task != "regression" and ((targets < 0) | (targets > 1)).any():
        raise ValueError(f"{name} holds values outside 0 ... 1, but the outputs are probabilities")
    if task == "multiclass":
        targets = _summing_to_1(targets, name)
    return np.ascontiguousarray(targets)


def _are_probabilities(labels: Array) -> bool:
    return labels.dtype.kind in "iuf" and bool(((labels >= 0) & (labels <= 1)).all())


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


def labels_of(predicted: Array, task: Task, classes: Array | None) -> Array:
    """Return what an output means: labels, 0/1 for independent labels, values otherwise.

    Examples
    --------
    >>> labels_of(np.array([[0.1, 0.9]]), "multiclass", np.array(["cat", "dog"])).tolist()
    ['dog']
    """
    if task == "multiclass":
        places: Array = predicted.argmax(axis=1)
        return places if classes is None else classes[places]
    if task == "binary":
        yes = (predicted[:, 0] > 0.5).astype(np.int64)
        return yes if classes is None else classes[yes]
    if task == "multilabel":
        return (predicted > 0.5).astype(np.int64)
    return predicted[:, 0] if predicted.shape[1] == 1 else predicted


def _without_names(labels: Array, task: Task, outputs: int, name: str) -> Array:
    """Labels of a network that knows no names of classes: numbers of outputs, and truth values."""
    count = 2 if task == "binary" else outputs
    if labels.dtype == np.bool_ and count == 2:
        return labels.astype(np.int64)
    if labels.ndim > 1 if task == "multiclass" else _are_probabilities(labels):
        return labels
    for label in labels.reshape(-1).tolist():
        if label not in range(count):
            raise ValueError(
                f"{name} holds the label {label!r}; the network has outputs for {count} and knows "
                f"no names for them: expected their numbers, 0 to {count - 1}, or one-hot rows"
            )
    return labels


def _classes_of(labels: Array, outputs: int, name: str) -> Array:
    if labels.dtype.kind == "f" and (labels == np.round(labels)).all():
        labels = labels.astype(np.int64)
    in_range = labels.dtype.kind in "iu" and len(labels) > 0
    if in_range and labels.min() >= 0 and labels.max() < outputs:
        return np.arange(outputs)
    found = _unique(labels, name)
    if len(found) == 1 and found.dtype.kind in "US":
        # Arrays may hold one class; the others have no name yet.
        unnamed = [f"(unnamed {number})" for number in range(2, outputs + 1)]
        return np.array([*found.tolist(), *unnamed])
    if labels.dtype.kind in "iu" and len(found) < outputs:
        raise ValueError(
            f"{name} holds the label {found[-1]}; the network has outputs for {outputs}, "
            f"the labels 0 to {outputs - 1}, or for as many different ones"
        )
    if len(found) != outputs:
        shown = ", ".join(str(label) for label in found[:5]) + (", ..." if len(found) > 5 else "")
        raise ValueError(
            f"{name} holds {counted(len(found), 'different label')} ({shown}); "
            f"the network has outputs for {outputs}"
        )
    return found


def _unique(labels: Array, name: str) -> Array:
    try:
        return np.unique(labels)
    except TypeError:
        raise TypeError(f"{name} mixes labels of different kinds, text and numbers say") from None


def _one_hot(labels: Array, classes: Array, dtype: np.dtype[Any], name: str) -> Array:
    place = {label: number for number, label in enumerate(classes.tolist())}
    try:
        numbers = [place[label] for label in labels.tolist()]
    except KeyError as error:
        known = ", ".join(str(label) for label in classes[:10])
        raise ValueError(
            f"{name} holds the unknown class {error.args[0]!r}; known are: {known}"
        ) from None
    one_hot: Array = np.zeros((len(labels), len(classes)), dtype=dtype)
    one_hot[np.arange(len(labels)), numbers] = 1
    return one_hot
