"""How much each example counts in a training."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.arrays.numbers import require_finite
from glassnet.core.array import Array
from glassnet.nn.task import Kind

__all__ = ["example_weights"]


def example_weights(
    weights: ArrayLike | None,
    class_weights: Mapping[Any, float] | str | None,
    targets: Array,
    kind: Kind,
    classes: Array | None,
) -> Array | None:
    """Return one weight for each example, or None where all count alike.

    Parameters
    ----------
    weights : array-like of shape (examples,), optional
        At least 0.
    class_weights : mapping of label to weight, or "balanced", optional
        Multiplies the weights; labels that are not named count 1. ``"balanced"`` gives every class
        the same sum: examples / (classes · examples of the class).
    targets : array of shape (examples, outputs)
    kind : Kind
        What the outputs mean.
    classes : array, optional
        The labels of the outputs.

    Raises
    ------
    TypeError, ValueError
        If they are not such weights, or a label is unknown.

    Examples
    --------
    >>> one_hot = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> example_weights(None, {"a": 3}, one_hot, "classes", np.array(["a", "b"])).tolist()
    [3.0, 1.0, 1.0]
    """
    if weights is None and class_weights is None:
        return None
    total = np.ones(len(targets), dtype=targets.dtype)
    if weights is not None:
        total *= _checked(weights, len(targets), targets.dtype)
    if class_weights is not None:
        total *= _of_classes(class_weights, targets, kind, classes)
    if not total.any():
        raise ValueError("all examples have weight 0; there is nothing to learn from")
    return total


def _checked(weights: ArrayLike, examples: int, dtype: np.dtype[Any]) -> Array:
    try:
        array = np.asarray(weights, dtype=dtype)
    except (TypeError, ValueError):
        raise TypeError("the weights of examples must be numbers") from None
    if array.shape != (examples,):
        raise ValueError(
            f"the weights of examples have shape {array.shape}; expected ({examples},)"
        )
    require_finite(array, "weights")
    if (array < 0).any():
        raise ValueError(f"the weights of examples must be at least 0, not {array.min():g}")
    return array


def _of_classes(
    class_weights: Mapping[Any, float] | str, targets: Array, kind: Kind, classes: Array | None
) -> Array:
    if kind not in ("classes", "two classes"):
        raise ValueError("class weights are for networks that predict one class of several")
    places = targets.argmax(axis=1) if kind == "classes" else (targets[:, 0] > 0.5).astype(np.int64)
    count = targets.shape[1] if kind == "classes" else 2
    labels = list(range(count)) if classes is None else classes.tolist()
    of_class = np.ones(count)
    if isinstance(class_weights, Mapping):
        for label, weight in class_weights.items():
            if label not in labels:
                known = ", ".join(str(name) for name in labels[:10])
                raise ValueError(f"class weights name the class {label!r}; known are: {known}")
            of_class[labels.index(label)] = _checked([weight], 1, np.dtype(np.float64))[0]
    elif class_weights == "balanced":
        members = np.bincount(places, minlength=count)
        of_class = len(places) / (np.count_nonzero(members) * np.maximum(members, 1))
    else:
        raise TypeError(
            f"class weights are a mapping like {{'yes': 2}} or 'balanced', not {class_weights!r}"
        )
    chosen: Array = of_class[places]
    return chosen
