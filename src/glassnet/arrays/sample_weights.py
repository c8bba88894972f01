"""The sample weights of a training run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.numbers import require_finite, require_unmasked
from glassnet.core.array import Array
from glassnet.core.labels import label_text, place_of
from glassnet.nn.task import Task

__all__ = ["checked_sample_weight"]


def checked_sample_weight(
    sample_weight: ArrayLike | None,
    class_weight: Mapping[Any, float] | str | None,
    targets: Array,
    task: Task,
    classes: Array | None,
) -> Array | None:
    """Return one weight for each example, or None if all are equal.

    Parameters
    ----------
    sample_weight : array-like of shape (examples,), optional
        At least 0.
    class_weight : mapping of label to weight, or "balanced", optional
        Multiplies the weights; labels not in the mapping have weight 1. ``"balanced"`` gives every
        class the same total weight: examples / (classes · examples of the class).
    targets : array of shape (examples, outputs)
    task : Task
        What the outputs mean.
    classes : array, optional
        The labels of the outputs.

    Raises
    ------
    TypeError, ValueError
        If the weights are not valid, or a label is unknown.

    Examples
    --------
    >>> one_hot = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> classes = np.array(["a", "b"])
    >>> checked_sample_weight(None, {"a": 3}, one_hot, Task.MULTICLASS, classes).tolist()
    [3.0, 1.0, 1.0]
    """
    if sample_weight is None and class_weight is None:
        return None
    total = np.ones(len(targets), dtype=targets.dtype)
    if sample_weight is not None:
        total *= _checked(sample_weight, len(targets), targets.dtype)
    if class_weight is not None:
        total *= _of_classes(class_weight, targets, task, classes)
    if not total.any():
        raise ValueError("all examples have a sample_weight of 0; there is nothing to learn from")
    return total


def _checked(sample_weight: ArrayLike, examples: int, dtype: np.dtype[Any]) -> Array:
    require_unmasked(sample_weight, "sample_weight")
    try:
        array = np.asarray(sample_weight, dtype=dtype)
    except (TypeError, ValueError):
        raise TypeError("sample_weight must contain numbers") from None
    if array.shape != (examples,):
        raise ValueError(f"sample_weight has shape {array.shape}; expected ({examples},)")
    require_finite(array, "sample_weight")
    if (array < 0).any():
        raise ValueError(f"sample_weight must be at least 0, not {array.min():g}")
    return array


def _of_classes(
    class_weight: Mapping[Any, float] | str, targets: Array, task: Task, classes: Array | None
) -> Array:
    if not task.is_classification:
        raise ValueError("class_weight is only for networks that predict one class of several")
    places, count = task.places(targets), task.classes(targets.shape[1])
    labels = np.arange(count) if classes is None else classes
    of_class = np.ones(count)
    if isinstance(class_weight, Mapping):
        for label, weight in class_weight.items():
            place = place_of(label, labels)
            if place is None:
                known = ", ".join(label_text(name) for name in labels[:10])
                shown = repr(label) if isinstance(label, str) else label_text(label)
                raise ValueError(f"class_weight names the class {shown}; known are: {known}")
            of_class[place] = _checked([weight], 1, np.dtype(np.float64))[0]
    elif class_weight == "balanced":
        members = np.bincount(places, minlength=count)
        of_class = len(places) / (np.count_nonzero(members) * np.maximum(members, 1))
    else:
        raise TypeError(
            f"class_weight must be a mapping like {{'yes': 2}} or 'balanced', not {class_weight!r}"
        )
    chosen: Array = of_class[places]
    return chosen
