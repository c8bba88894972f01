"""Metrics of predictions. Arrays are (examples, outputs)."""

from collections.abc import Callable

import numpy as np

from glassnet.core.array import Array
from glassnet.nn.task import Task

__all__ = ["accuracy_of_classes", "accuracy_of_labels", "mean_absolute_error", "metrics_of"]


def metrics_of(task: Task) -> dict[str, Callable[[Array, Array], float]]:
    """Return the metrics for a task, by name.

    Examples
    --------
    >>> list(metrics_of("multilabel")), list(metrics_of("regression"))
    (['accuracy'], ['mean_absolute_error'])
    """
    match task:
        case "multiclass":
            return {"accuracy": accuracy_of_classes}
        case "binary" | "multilabel":
            return {"accuracy": accuracy_of_labels}
        case "regression":
            return {"mean_absolute_error": mean_absolute_error}


def accuracy_of_classes(predicted: Array, targets: Array) -> float:
    """Return the fraction of examples whose most probable class is right.

    Examples
    --------
    >>> accuracy_of_classes(np.array([[0.2, 0.8], [0.6, 0.4]]), np.array([[0, 1], [0, 1]]))
    0.5
    """
    return float((predicted.argmax(axis=1) == targets.argmax(axis=1)).mean())


def accuracy_of_labels(predicted: Array, targets: Array) -> float:
    """Return the fraction of outputs that are right, each a separate yes or no.

    Examples
    --------
    >>> accuracy_of_labels(np.array([[0.9, 0.8, 0.3]]), np.array([[0, 1, 0]])).__round__(2)
    0.67
    """
    return float(((predicted > 0.5) == (targets > 0.5)).mean())


def mean_absolute_error(predicted: Array, targets: Array) -> float:
    """Return the mean of |predicted − target|.

    Examples
    --------
    >>> mean_absolute_error(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
    1.5
    """
    return float(np.abs(predicted.astype(np.float64) - targets).mean())
