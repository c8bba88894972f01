"""Records of files: their fields are what the file holds, and are checked when it is read.

A record is described once: types and bounds of its fields are the schema, what the reader refuses,
and what docs/formats.md says. Importing this module imports msgspec, which takes a moment, so
that only what reads and writes files, or tables, does so.
"""

import re
import sys
from abc import ABCMeta
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from glassnet.core.labels import distinct_labels, label_array, labels_from_json, labels_to_json
from glassnet.errors import FileFormatError

__all__ = [
    "AboveZero",
    "Count",
    "FileRecord",
    "Labels",
    "NotNegative",
    "as_json",
    "read_record",
    "shortened",
]

#: A message has at most so many characters.
LONGEST = 300

#: A whole number of at least 1.
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
LARGEST = sys.float_info.max
#: A finite number.
Finite: TypeAlias = Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
#: A finite number of at least 0.
NotNegative: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=LARGEST)]
#: A finite number above 0.
AboveZero: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]


class _Meta(msgspec.StructMeta, ABCMeta):
    """So that records can have abstract methods."""


class FileRecord(msgspec.Struct, metaclass=_Meta, frozen=True):
    """What stands in a file, field by field. Its ``kind`` in the file is its tag, if it has one."""


class Labels(FileRecord, frozen=True):
    """The labels of classes, with their type.

    Attributes
    ----------
    type : str
        ``"text"``, ``"integer"``, ``"number"``, ``"truth value"``, ``"date"``, ``"time"`` or
        ``"time with a zone"``.
    values : list
        Dates and times as ISO 8601 writes them.
    """

    type: str
    values: list[bool | int | float | str]

    def __post_init__(self) -> None:
        labels = self.array
        if len(distinct_labels(labels)) < len(labels):
            raise ValueError("a label stands there twice")

    @classmethod
    def of(cls, labels: Any) -> "Labels":
        """Return the record of some labels."""
        return cls(**labels_to_json(label_array(labels)))

    @property
    def array(self) -> Any:
        """The labels in their own type."""
        try:
            return labels_from_json({"type": self.type, "values": self.values})
        except TypeError as error:
            raise ValueError(str(error)) from None


R = TypeVar("R")


def as_json(record: Any) -> dict[str, Any]:
    """Return a record as JSON values."""
    values: dict[str, Any] = msgspec.to_builtins(record)
    return values


def read_record(values: Any, kind: Any, what: str) -> Any:
    """Return the record that JSON values describe.

    Parameters
    ----------
    values : JSON values
    kind : type
        A :class:`FileRecord`, or a union of some.
    what : str
        What the record describes, for messages: "a network".

    Raises
    ------
    FileFormatError
        If they do not describe one; the message says where, and what was expected.
    """
    try:
        record = msgspec.convert(values, kind)
        msgspec.json.encode(record)  # text that is no Unicode could not be shown
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        if error.__cause__ is not None:  # our own words, from the record itself
            wrong = f"{path}: {error.__cause__}" if path else str(error.__cause__)
        else:
            wrong = _sentence(message, path, values)
    except RecursionError:
        wrong = "it is nested too deeply"
    except UnicodeError:
        wrong = "a text in it is no Unicode"
    else:
        return record
    raise FileFormatError(f"it does not describe {what}: {shortened(wrong)}")


def shortened(words: str) -> str:
    """Return a message without the end of a long text from a file that it quotes."""
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}..."


WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "values by name",
    "null": "nothing",
}
BOUNDS = {">=": "of at least", ">": "above", "<=": "of at most", "<": "below"}


def _sentence(message: str, path: str, values: Any) -> str:
    """What msgspec found wrong, in our words."""
    found, place = _at(values, path), path or "it"
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", message):
        return f"{path + ' has' if path else 'there is'} no {missing[1]!r}"
    if expected := re.fullmatch(r"Expected `([\w |]+)`(?:, got `\w+`)?", message):
        words = " or ".join(WORDS.get(one, one) for one in expected[1].split(" | "))
        return f"{place} is {found}; expected {words}"
    if bound := re.fullmatch(r"Expected `(\w+)` (>=|>|<=|<) ([-+\d.e]+)", message):
        if abs(float(bound[3])) == LARGEST:
            return f"{place} is {found}; expected a finite number"
        least = f"{float(bound[3]):g}"
        return f"{place} is {found}; expected {WORDS[bound[1]]} {BOUNDS[bound[2]]} {least}"
    if re.match(r"Expected `\w+` of length", message):
        return f"{place} is {found}, which has too few or too many entries"
    if message.startswith("Invalid"):
        return f"{place} is {found}, which this version does not know"
    if message.startswith("Number out of range"):
        return f"{place} is a number that is too large"
    return f"{place} is {found}, which does not belong there"


def _at(values: Any, path: str) -> str:
    """The value at a path like layers[0].units, as a message shows it."""
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        try:
            values = values[name] if name else values[int(index)]
        except (KeyError, IndexError, TypeError):
            break
    shown = repr(values)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
