"""Labels: the names of classes, in the type in which they were given.

An array of labels holds whole numbers, numbers, truth values, text, dates or times. Whole numbers
beyond 64 bits, times with a time zone, and text that ends in NUL are objects.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array

__all__ = [
    "DAYS",
    "MICROSECONDS",
    "classes_in_short",
    "distinct_labels",
    "json_label",
    "label_array",
    "label_text",
    "label_values",
    "labels_from_json",
    "labels_to_json",
    "place_of",
    "places_of",
]

#: A time as NumPy writes it, to the attosecond at most.
TIME = r"[-\d]+T\d\d(:\d\d(:\d\d(\.\d{1,18})?)?)?"
#: How dates and times are kept, as Python has them.
DAYS, MICROSECONDS = np.dtype("datetime64[D]"), np.dtype("datetime64[us]")
COARSER_THAN_DAYS = tuple(np.dtype(f"datetime64[{unit}]") for unit in "YMW")
EXPECTED = "expected labels: text, numbers, truth values or dates"
#: So many classes are named in a message.
NAMED = 10
#: How a file writes the labels of a type.
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "truth value": (bool,),
    "integer": (int,),
    "number": (float, int),
    "text": (str,),
    "date": (str,),
    "time": (str,),
    "time with a zone": (str,),
}


def label_array(values: Any) -> Array:
    """Return labels as an array of their own type.

    Raises
    ------
    TypeError
        If they are of several kinds, text and numbers say, or of one that is no label.

    Examples
    --------
    >>> label_array(["b", "a"]).tolist(), label_array([True, False]).dtype.name
    (['b', 'a'], 'bool')
    >>> from datetime import date
    >>> label_array([date(2026, 1, 2)]).tolist()
    [datetime.date(2026, 1, 2)]
    """
    array = values if isinstance(values, np.ndarray) else _of_items(list(values))
    if array.dtype == object or array.dtype.kind == "T":
        array = _of_items(array.tolist())
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    if array.dtype in COARSER_THAN_DAYS:
        array = array.astype(DAYS)
    if array.dtype.kind == "M" and array.dtype != DAYS:
        in_microseconds = array.astype(MICROSECONDS)
        if ((in_microseconds == array) | np.isnat(array)).all():  # Python has no finer times
            array = in_microseconds
    if array.dtype.kind not in "biufUM" and array.dtype != object:
        raise TypeError(f"values of type {array.dtype}; {EXPECTED}")
    return array


def _of_items(items: list[Any]) -> Array:
    kinds = {_kind(item) for item in items}
    if len(kinds) > 1 and kinds != {"integer", "number"}:
        raise TypeError(f"labels of different kinds, {' and '.join(sorted(kinds))}")
    kind = next(iter(sorted(kinds, reverse=True)), "text")
    match kind:
        case "date":
            return np.array(items, dtype=DAYS)
        case "time":
            return np.array(items, dtype=MICROSECONDS)
        case "time with a zone":
            return _objects(items)
        case "integer":
            whole = [int(item) for item in items]
            fits = all(-(2**63) <= item < 2**63 for item in whole)
            return np.array(whole, dtype=np.int64) if fits else _objects(whole)
        case "text":
            texts = [str(item) for item in items]
            cut = any(text.endswith("\0") for text in texts)  # NumPy would drop the NUL
            return _objects(texts) if cut else np.array(texts, dtype=np.str_)
        case "truth value":
            return np.array(items, dtype=np.bool_)
        case _:
            return np.array(items, dtype=np.float64)


def _objects(items: Sequence[Any]) -> Array:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _kind(item: Any) -> str:
    if isinstance(item, bool | np.bool_):
        return "truth value"
    if isinstance(item, int | np.integer):
        return "integer"
    if isinstance(item, float | np.floating):
        return "number"
    if isinstance(item, str):
        return "text"
    if isinstance(item, datetime):
        return "time" if item.tzinfo is None else "time with a zone"
    if isinstance(item, date):
        return "date"
    if isinstance(item, np.datetime64):
        return "time"
    raise TypeError(f"values of type {type(item).__name__}; {EXPECTED}")


def distinct_labels(labels: Array) -> Array:
    """Return the different labels, sorted by value: 10 after 9, text by its characters."""
    if labels.dtype == object:
        return _objects(sorted(set(labels.tolist())))
    different: Array = np.unique(labels)
    return different


def label_values(labels: Array) -> list[Any]:
    """Return labels as Python's own values."""
    values: list[Any] = labels.tolist()
    return values


def label_text(label: Any) -> str:
    """Return a label as people write it: the shortest text that identifies it.

    Examples
    --------
    >>> label_text(7), label_text(7.0), label_text(0.1), label_text(True), label_text("a")
    ('7', '7', '0.1', 'true', 'a')
    """
    if isinstance(label, bool | np.bool_):
        return str(bool(label)).lower()
    if isinstance(label, float | np.floating):
        number = float(label)
        short = number.is_integer() and abs(number) <= 2**53
        return str(int(number)) if short else repr(number)
    return str(label)


def json_label(label: Any) -> Any:
    """Return a label as a JSON value: dates as text."""
    return label.isoformat() if isinstance(label, date) else label


def place_of(label: Any, classes: Array) -> int | None:
    """Return the place of a label among the classes; None if it is not there.

    Text is read as the classes are, and the other way round: ``"7"`` is the class 7.

    Examples
    --------
    >>> place_of("10", np.array([9, 10])), place_of(10, np.array(["10", "9"]))
    (1, 0)
    """
    return _Places(classes).of(label)


def places_of(labels: Array, classes: Array) -> NDArray[np.int64]:
    """Return the place of each label among the classes; −1 for one that is not there."""
    labels = label_array(labels)
    if labels.dtype == object:
        different = label_values(distinct_labels(labels))
        at = {value: place for place, value in enumerate(different)}
        rows = np.array([at[label] for label in labels.tolist()], dtype=np.int64)
    else:
        values, rows = np.unique(labels, return_inverse=True)
        different = label_values(values)
    of_class = _Places(classes)
    found = [of_class.of(label) for label in different]
    places = np.array([-1 if place is None else place for place in found], dtype=np.int64)
    chosen: NDArray[np.int64] = places[rows.reshape(-1)]
    return chosen


class _Places:
    """The places of classes by their values, and by their text."""

    def __init__(self, classes: Array) -> None:
        self.type = _type_of(classes)
        values = label_values(classes)
        self.by_value = {value: place for place, value in enumerate(values)}
        self.by_text = {label_text(value): place for place, value in enumerate(values)}

    def of(self, label: Any) -> int | None:
        """Return the place of a label."""
        if isinstance(label, np.datetime64):
            label = label_array(np.array([label])).tolist()[0]
        try:
            if label in self.by_value:
                return self.by_value[label]
        except TypeError:  # it has no hash
            return None
        if label is None:
            return None
        text = label_text(label)
        text = text if self.type == "text" else text.strip()
        if text in self.by_text:
            return self.by_text[text]
        if self.type == "truth value" or self.by_text.keys() == {"false", "true"}:
            return self.by_text.get(text.lower())
        try:
            return self.by_value.get(self._read(text))
        except (ValueError, OverflowError):
            return None

    def _read(self, text: str) -> Any:
        """A text as a value of the type of the classes."""
        if self.type in ("integer", "number"):
            if "_" in text:  # Python's float would read 1_0 as 10
                return None
            number = float(text)
            # Beyond, a number with a point may be the nearest to several whole ones.
            return number if self.type == "number" or abs(number) < 2**53 else None
        if self.type == "text":
            return None
        moment = datetime.fromisoformat(text)
        at_midnight = moment == datetime.combine(moment.date(), time.min)
        return moment.date() if self.type == "date" and at_midnight else moment


def labels_to_json(labels: Array) -> dict[str, Any]:
    """Return labels as JSON values, with their type."""
    in_time = labels.dtype.kind == "M"
    values = [str(label) for label in labels] if in_time else map(json_label, labels.tolist())
    return {"type": _type_of(labels), "values": list(values)}


def labels_from_json(record: dict[str, Any]) -> Array:
    """Return the labels that :func:`labels_to_json` describes.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it describes none.
    """
    name, values = record["type"], record["values"]
    wrong = f"the labels are not all of the type {name!r}"
    kinds = JSON_TYPES.get(name) if isinstance(name, str) else None
    if kinds is None:
        raise ValueError(f"{name!r} is no type of labels; known are: {', '.join(JSON_TYPES)}")
    if not isinstance(values, list) or not all(type(value) in kinds for value in values):
        raise TypeError(wrong)
    try:
        labels = _read_labels(name, values)
    except (ValueError, OverflowError):
        raise ValueError(wrong) from None
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError(wrong)
    return labels


def _read_labels(name: Any, values: list[Any]) -> Array:
    match name:
        case "number":
            return np.array([float(value) for value in values])
        case "date":
            return np.array([date.fromisoformat(value) for value in values], DAYS)
        case "time":
            if not all(re.fullmatch(TIME, value) for value in values):
                raise ValueError("no time")  # NumPy would read "today"
            return np.array([np.datetime64(value) for value in values], "datetime64")
        case "time with a zone":
            return label_array([datetime.fromisoformat(value) for value in values])
        case _:
            return label_array(values)


def _type_of(labels: Array) -> str:
    match labels.dtype.kind:
        case "b":
            return "truth value"
        case "i" | "u":
            return "integer"
        case "f":
            return "number"
        case "M":
            return "date" if labels.dtype == DAYS else "time"
        case "O":
            return _kind(labels[0]) if len(labels) else "text"
        case _:
            return "text"


def classes_in_short(classes: Sequence[Any] | Array) -> str:
    """Return the names of classes for a message: all, or of many the first.

    Examples
    --------
    >>> classes_in_short(["a", "b"]), classes_in_short(range(26))
    ('a, b', '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 16 more')
    """
    names = ", ".join(label_text(label) for label in classes[:NAMED])
    more = len(classes) - NAMED
    return f"{names} and {more} more" if more > 0 else names
