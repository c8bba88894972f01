"""A sheet in a file: all that is needed to grade it, without the model."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from glassnet import engine
from glassnet.core.array import Array
from glassnet.core.file_record import (
    AboveZero,
    Count,
    FileRecord,
    Finite,
    NotNegative,
    as_json,
    read_record,
)
from glassnet.core.record import record_from_file, require_own_name
from glassnet.errors import FileFormatError
from glassnet.explanation.exercise.sheet import MOST_LINES, Sheet
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.notation import Notation
from glassnet.explanation.step import Batch, Step, Update, take_step
from glassnet.explanation.style import Style
from glassnet.explanation.symbols import Symbols
from glassnet.nn.architecture import Architecture
from glassnet.nn.losses.loss import Loss
from glassnet.nn.schema import LayerRecord
from glassnet.optim.optimizer import Optimizer
from glassnet.optim.penalties import Penalty
from glassnet.optim.update_rule import UpdateRule

__all__ = ["SheetRecord", "record_text", "sheet_of_text"]

# A sheet of so many characters has more lines than are allowed.
LONGEST = 1_000_000

Row = Annotated[list[Finite], msgspec.Meta(min_length=1)]


class NamedRecord(FileRecord, frozen=True):
    """An optimizer, a loss or a penalty: its name and its hyper-parameters."""

    name: str
    hyper_parameters: dict[str, bool | float]


class UpdateRecord(FileRecord, frozen=True):
    """The update of a step."""

    optimizer: NamedRecord
    penalties: list[NamedRecord]
    clip_norm: AboveZero | None
    number: Count
    learning_rate: NotNegative
    state: list[Row]


class SheetRecord(FileRecord, frozen=True):
    """A sheet: the step, how it is written, and the numbers that it gives."""

    glassnet_sheet: Literal[1]
    inputs: Count
    layers: Annotated[list[LayerRecord], msgspec.Meta(min_length=1)]
    dtype: Literal["float32", "float64"]
    loss: NamedRecord
    parameters: Row
    x: Annotated[list[Row], msgspec.Meta(min_length=1)]
    targets: Annotated[list[Row], msgspec.Meta(min_length=1)]
    sample_weight: list[NotNegative] | None
    example: Annotated[int, msgspec.Meta(ge=0)]
    update: UpdateRecord | None
    feature_names: list[str] | None
    class_names: list[str] | None
    notation: dict[str, bool | str]
    digits: int | None
    decimals: int | None
    printed: dict[str, str]

    @classmethod
    def of(cls, sheet: Sheet, printed: Mapping[str, str]) -> "SheetRecord":
        """Return the record of a sheet with the numbers that it gives.

        Raises
        ------
        ValueError
            If dropout acted in the step, or something of it is not known by its name.
        """
        step, names = sheet.step, sheet.equations.names
        if step.batch.masks is not None:
            raise ValueError("a step with dropout cannot be written as a sheet; give one without")
        weights = step.batch.sample_weight
        numbers = sheet.explainer.numbers
        return cls(
            glassnet_sheet=1,
            inputs=step.architecture.inputs,
            layers=[LayerRecord.of(layer) for layer in step.architecture.layers],
            dtype=step.parameters.dtype.name,  # type: ignore[arg-type]  # one of the two
            loss=_named(Loss, step.output_loss.loss),
            parameters=step.parameters.tolist(),
            x=step.batch.x.tolist(),
            targets=step.batch.targets.tolist(),
            sample_weight=None if weights is None else weights.tolist(),
            example=step.example,
            update=_update_record(step.update),
            feature_names=_as_list(names.feature_names),
            class_names=_as_list(names.class_names),
            notation=asdict(names.notation),
            digits=numbers.digits,
            decimals=numbers.decimals,
            printed=dict(printed),
        )

    def sheet(self) -> Sheet:
        """Return the sheet.

        Raises
        ------
        ValueError, TypeError
            If parts of the record do not fit together.
        """
        architecture = Architecture.of(self.inputs, [record.layer for record in self.layers])
        count = architecture.places[-1].parameters.stop
        if count != len(self.parameters) or count > MOST_LINES:
            raise ValueError("the weights do not fit the layers")
        if set(self.notation) != set(Notation.__dataclass_fields__):
            raise ValueError("the letters of the notation are incomplete, or too many")
        step = self._step(architecture)
        style = Style.of(None, self.digits, self.decimals, Notation(**self.notation))  # type: ignore[arg-type]  # checked there
        symbols = Symbols(
            architecture,
            self._names(self.feature_names, architecture.inputs),
            self._names(self.class_names, architecture.outputs),
            None if step.alone else step.example,
            style.notation,
        )
        return Sheet(Explainer(step, symbols, style))

    def _step(self, architecture: Architecture) -> Step:
        dtype = np.dtype(self.dtype)
        examples = len(self.x)
        x = _array(self.x, (examples, architecture.inputs), dtype)
        targets = _array(self.targets, (examples, architecture.outputs), dtype)
        weight = self.sample_weight
        batch = Batch(x, targets, None if weight is None else _array(weight, (examples,), dtype))
        if self.example >= examples or not batch.weight:
            raise ValueError("there is no example with this number, or none that counts")
        parameters = _array(self.parameters, (len(self.parameters),), dtype)
        update = None if self.update is None else _update(self.update, parameters)
        loss = record_from_file(Loss, self.loss.name, self.loss.hyper_parameters)
        program = engine.compile(architecture, loss, None if update is None else update.rule)
        return take_step(program, parameters, batch, update, self.example)

    @staticmethod
    def _names(names: list[str] | None, count: int) -> tuple[str, ...] | None:
        if names is not None and len(names) != count:
            raise ValueError("the names do not fit the units")
        return None if names is None else tuple(names)


def record_text(sheet: Sheet, printed: Mapping[str, str]) -> str:
    """Return a sheet as one line of JSON."""
    return msgspec.json.encode(as_json(SheetRecord.of(sheet, printed))).decode()


def sheet_of_text(text: str) -> tuple[Sheet, dict[str, str]]:
    """Return the sheet that a line of JSON describes, and the numbers that it gives.

    Raises
    ------
    FileFormatError
        If it describes none.
    """
    if len(text) > LONGEST:
        raise FileFormatError("it is too long for a sheet of Glassnet")
    try:
        values = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise FileFormatError("what it says about its step is damaged") from None
    record = read_record(values, SheetRecord, "a sheet")
    try:
        with np.errstate(all="ignore"):
            return record.sheet(), record.printed
    except (ValueError, TypeError, OverflowError) as error:
        raise FileFormatError(f"it does not describe a sheet: {error}") from None


def _named(base: type[Any], record: Any) -> NamedRecord:
    require_own_name(base, record)
    return NamedRecord(record.name, dict(record.hyper_parameters))


def _update_record(update: Update | None) -> UpdateRecord | None:
    if update is None:
        return None
    rule = update.rule
    return UpdateRecord(
        _named(Optimizer, rule.optimizer),
        [_named(Penalty, penalty) for penalty in rule.penalties],
        rule.clip_norm,
        update.number,
        update.learning_rate,
        update.state.tolist(),
    )


def _update(record: UpdateRecord, parameters: Array) -> Update:
    named = record.optimizer
    optimizer = record_from_file(Optimizer, named.name, named.hyper_parameters)
    penalties = tuple(
        record_from_file(Penalty, one.name, one.hyper_parameters) for one in record.penalties
    )
    shape = (len(optimizer.state_names), len(parameters))
    state = optimizer.initial_state(parameters)
    state[...] = _array(record.state or np.empty(shape), shape, parameters.dtype)
    rule = UpdateRule(optimizer, penalties, record.clip_norm)
    return Update(rule, record.number, record.learning_rate, state)


def _array(values: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    try:
        array = np.array(values, dtype=dtype)
    except ValueError:  # rows of several lengths
        array = np.empty(0)
    if array.shape != shape:
        raise ValueError(f"expected numbers of shape {shape}")
    return array


def _as_list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
