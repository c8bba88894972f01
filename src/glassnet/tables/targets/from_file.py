"""Targets read from the header of a file."""

from collections.abc import Callable
from typing import Any, TypeVar

from glassnet.tables.header_values import above_zero, as_file_format_error, finite, text, texts
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_number_target import MultiNumberTarget
from glassnet.tables.targets.multilabel_target import MultilabelTarget
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.target import Target

__all__ = ["target_from_dict"]

T = TypeVar("T")


def target_from_dict(record: dict[str, Any]) -> Target:
    """Return the target that :meth:`Target.to_dict` describes.

    Raises
    ------
    FileFormatError
        If the record is not a valid target.
    """
    with as_file_format_error("a target"):
        match record["kind"]:
            case "class":
                return _class_target(record)
            case "number":
                return _number_target(record)
            case "regression":
                return MultiNumberTarget(_several(record["targets"], _number_target))
            case "multilabel":
                labels = _several(record["targets"], _class_target)
                if all(len(label.classes) == 2 for label in labels):
                    return MultilabelTarget(labels)
        raise ValueError(record)


def _class_target(record: dict[str, Any]) -> ClassTarget:
    return ClassTarget(text(record["name"]), texts(record["classes"]))


def _number_target(record: dict[str, Any]) -> NumberTarget:
    return NumberTarget(text(record["name"]), finite(record["mean"]), above_zero(record["scale"]))


def _several(records: Any, one: Callable[[dict[str, Any]], T]) -> tuple[T, ...]:
    if not isinstance(records, list) or len(records) < 2:
        raise ValueError(records)
    return tuple(one(record) for record in records)
