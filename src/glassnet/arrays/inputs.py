"""Inputs and targets given as arrays: checked, and laid out as the engines need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Array",
    "Kind",
    "Targets",
    "checked_inputs",
    "checked_targets",
    "counted",
    "feature_names_of",
    "labels_of",
    "reads_as_number",
    "require_finite",
]

Array: TypeAlias = NDArray[Any]

#: What the outputs of a network mean: the probabilities of classes that exclude each other, of
#: one class against another, of several independent labels, or plain values.
Kind: TypeAlias = Literal["classes", "two classes", "labels", "values"]


def checked_inputs(
    x: ArrayLike, inputs: int, dtype: np.dtype[Any], name: str = "X", *, finite: bool = True
) -> Array:
    """Return inputs as a C-contiguous array of shape (examples, inputs).

    Parameters
    ----------
    x : array-like of shape (examples, ...)
        Inputs of more dimensions, images say, are flattened.
    inputs : int
        The number of input units.
    dtype : numpy dtype
    name : str
        How messages call it.
    finite : bool
        Whether to look at every number. Who does not looks when the result is not finite.

    Raises
    ------
    TypeError, ValueError
        If these are not finite numbers in that shape.

    Examples
    --------
    >>> checked_inputs([[[1, 2], [3, 4]]], 4, np.dtype("float32")).shape
    (1, 4)
    """
    if not finite and _fits(x, inputs, dtype):
        return x
    array = _numbers(x, dtype, name, finite=finite)
    if array.ndim < 2:
        raise ValueError(
            f"{name} has shape {array.shape}; expected (examples, {inputs}). "
            f"One example is a row: [[...]]"
        )
    flat = array.reshape(len(array), -1) if len(array) else array.reshape(0, inputs)
    if flat.shape[1] != inputs:
        raise ValueError(
            f"{name} has {flat.shape[1]} values for each example (shape {array.shape}); "
            f"the network has {inputs} inputs"
        )
    if len(flat) == 0:
        raise ValueError(f"{name} has no examples")
    return np.ascontiguousarray(flat)


def _fits(x: object, inputs: int, dtype: np.dtype[Any]) -> TypeGuard[Array]:
    """Whether inputs are laid out right already, so that nothing need be copied."""
    return (
        type(x) is np.ndarray
        and x.dtype == dtype
        and x.ndim == 2
        and x.shape[1] == inputs
        and x.flags.c_contiguous
        and len(x) > 0
    )


@dataclass(frozen=True)
class Targets:
    """Desired outputs, (examples, outputs), and the labels that the outputs stand for."""

    desired: Array
    classes: Array | None


def checked_targets(
    y: "ArrayLike | Targets",
    kind: Kind,
    outputs: int,
    dtype: np.dtype[Any],
    classes: Array | None = None,
    name: str = "y",
    *,
    learning: bool = True,
) -> Targets:
    """Return the desired outputs that `y` asks for.

    Parameters
    ----------
    y : array-like or Targets
        Class labels of shape (examples,), one-hot rows or other targets of shape
        (examples, outputs); values of one output may have shape (examples,). Targets are checked
        and laid out already, and pass as they are.
    kind : Kind
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
    >>> checked_targets(["b", "a"], "classes", 2, np.dtype("float32")).desired.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if isinstance(y, Targets):
        return y
    labels = _rectangular(y, name)
    if labels.dtype.kind == "f":
        require_finite(labels, name)
    if labels.dtype.kind in "mM":
        raise TypeError(f"{name} holds dates; expected text, numbers or one-hot rows")
    if labels.ndim == 2 and labels.shape[1] == 1 and outputs != 1:
        labels = labels[:, 0]
    if not learning and classes is None and kind in ("classes", "two classes"):
        labels = _without_names(labels, kind, outputs, name)
    if kind == "classes" and labels.ndim == 1:
        classes = _classes_of(labels, outputs, name) if classes is None else classes
        return Targets(_one_hot(labels, classes, dtype, name), classes)
    if kind == "two classes" and (classes is not None or not _are_probabilities(labels)):
        labels = labels.reshape(-1)
        classes = _classes_of(labels, 2, name) if classes is None else classes
        return Targets(_one_hot(labels, classes, dtype, name)[:, 1:].copy(), classes)
    desired = _numbers(y, dtype, name)
    if desired.ndim == 1 and outputs == 1:
        desired = desired[:, None]
    if desired.ndim != 2 or desired.shape[1] != outputs:
        raise ValueError(
            f"{name} has shape {desired.shape}; the network has {counted(outputs, 'output')}, "
            f"so expected (examples, {outputs})"
        )
    if kind != "values" and ((desired < 0) | (desired > 1)).any():
        raise ValueError(f"{name} holds values outside 0 ... 1, but the outputs are probabilities")
    if kind == "classes":
        desired = _summing_to_1(desired, name)
    return Targets(np.ascontiguousarray(desired), classes)


def counted(number: int, what: str, several: str | None = None) -> str:
    """Return a number of things in words that fit it; the plural is that with an s, if not given.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


def _are_probabilities(labels: Array) -> bool:
    return labels.dtype.kind in "iuf" and bool(((labels >= 0) & (labels <= 1)).all())


def _summing_to_1(desired: Array, name: str) -> Array:
    sums = desired.sum(axis=1, keepdims=True, dtype=np.float64)
    if np.abs(sums - 1).max(initial=0) > 1e-3:
        raise ValueError(
            f"each row of {name} must sum to 1: the outputs are probabilities of one class"
        )
    if (sums == 1).all():
        return desired
    # The gradient p − d holds for ideals that sum to 1 to the last bit, not to three digits.
    scaled: Array = (desired / sums).astype(desired.dtype)
    return scaled


def feature_names_of(x: Any) -> list[str] | None:
    """Return the names that inputs bring along: a data frame's columns, an image's pixels.

    Examples
    --------
    >>> feature_names_of(np.zeros((10, 2, 2)))
    ['pixel 1,1', 'pixel 1,2', 'pixel 2,1', 'pixel 2,2']
    """
    if hasattr(x, "columns"):
        return [str(name) for name in x.columns]
    shape = np.shape(x)[1:]
    if len(shape) < 2:
        return None
    return [f"pixel {','.join(str(i + 1) for i in place)}" for place in np.ndindex(shape)]


def labels_of(predicted: Array, kind: Kind, classes: Array | None) -> Array:
    """Return what an output means: labels, 0/1 for independent labels, values otherwise.

    Examples
    --------
    >>> labels_of(np.array([[0.1, 0.9]]), "classes", np.array(["cat", "dog"])).tolist()
    ['dog']
    """
    if kind == "classes":
        places: Array = predicted.argmax(axis=1)
        return places if classes is None else classes[places]
    if kind == "two classes":
        yes = (predicted[:, 0] > 0.5).astype(np.int64)
        return yes if classes is None else classes[yes]
    if kind == "labels":
        return (predicted > 0.5).astype(np.int64)
    return predicted[:, 0] if predicted.shape[1] == 1 else predicted


def _without_names(labels: Array, kind: Kind, outputs: int, name: str) -> Array:
    """Labels of a network that knows no names of classes: numbers of outputs, and truth values."""
    count = 2 if kind == "two classes" else outputs
    if labels.dtype == np.bool_ and count == 2:
        return labels.astype(np.int64)
    if labels.ndim > 1 if kind == "classes" else _are_probabilities(labels):
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


def _is_numeric(array: Array) -> bool:
    return array.dtype.kind in "iufb"


def _numbers(values: ArrayLike, dtype: np.dtype[Any], name: str, *, finite: bool = True) -> Array:
    array = _rectangular(values, name)
    if not _is_numeric(array):
        array = _converted(array, name)
    if array.dtype == dtype and not finite:
        return array
    require_finite(array, name)
    with np.errstate(over="ignore"):
        numbers: Array = array.astype(dtype, copy=False)
    if not np.isfinite(numbers).all():
        where = tuple(np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(
            f"{name}{_place(where)} is {array[where]:g}, which is too large for {dtype.name}"
        )
    return numbers


def _rectangular(values: ArrayLike, name: str) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"the rows of {name} have different lengths") from None


def _converted(array: Array, name: str) -> Array:
    """Numbers that came as objects or as text; nothing else is taken for a number."""
    items: Sequence[object] = array.reshape(-1).tolist()
    wrong = next((item for item in items if not reads_as_number(item)), None)
    if wrong is not None or array.dtype.kind not in "OUS":
        shown = repr(wrong) if isinstance(wrong, str) else f"{array.dtype} values"
        raise TypeError(f"{name} must hold numbers, not {shown}")
    try:
        return array.astype(np.float64)
    except OverflowError:
        raise ValueError(f"{name} holds a number that is too large for float64") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, not {array.dtype} values") from None


def reads_as_number(item: object) -> bool:
    """Return whether something is a number, or the text of one."""
    if isinstance(item, int | float):
        return True
    try:
        float(item)  # type: ignore[arg-type]  # whether it can is the question
    except (TypeError, ValueError):
        return False
    return True


def _place(where: Sequence[int]) -> str:
    return f"[{', '.join(str(i) for i in where)}]"


def require_finite(array: Array, name: str) -> None:
    """Refuse numbers that are infinite or not a number.

    Raises
    ------
    ValueError
        If there is one; says where.
    """
    finite = np.isfinite(array)
    if finite.all():
        return
    where = tuple(np.argwhere(~finite)[0])
    raise ValueError(
        f"{name}{_place(where)} is {array[where]}; expected finite numbers "
        f"({int((~finite).sum())} of {array.size} are not)"
    )
