"""Validation of what a model file says about a network."""

import numpy as np

from glassnet.core.array import Array
from glassnet.errors import FileFormatError
from glassnet.nn.task import Task

__all__ = ["class_names", "feature_names", "finite_array"]


def finite_array(name: str, array: Array) -> Array:
    """Return an array of a file; raise FileFormatError if a number in it is not finite."""
    if not np.isfinite(array).all():
        raise FileFormatError(f"the array {name!r} of the file holds numbers that are not finite")
    return array


def class_names(classes: object, task: Task, outputs: int) -> Array | None:
    """Return the labels of the outputs; raise FileFormatError if they do not fit."""
    if classes is None:
        return None
    array = np.asarray(classes)
    expected = {"multiclass": outputs, "binary": 2}.get(task)
    distinct = array.dtype != object and len(np.unique(array)) == array.size
    if array.ndim != 1 or len(array) != expected or not distinct:
        raise FileFormatError("the class names of the file do not fit its outputs")
    return array


def feature_names(names: object, inputs: int) -> list[str] | None:
    """Return the names of the inputs; raise FileFormatError if they do not fit."""
    if names is None:
        return None
    if not isinstance(names, list) or len(names) != inputs:
        raise FileFormatError("the feature names of the file do not fit its inputs")
    return [str(name) for name in names]
