"""The target of regression with several columns."""

from typing import Annotated, Any, ClassVar

import msgspec
import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Block
from glassnet.formula.tree import Symbol
from glassnet.nn.task import Task
from glassnet.tables.table import Table
from glassnet.tables.targets.multi_target import MultiTarget, _one_for_each_column
from glassnet.tables.targets.number_target import NumberTarget

__all__ = ["MultiNumberTarget"]


class MultiNumberTarget(MultiTarget, frozen=True, tag="regression"):
    """Several numbers, each standardised."""

    targets: Annotated[tuple[NumberTarget, ...], msgspec.Meta(min_length=2)]
    task: ClassVar[Task] = Task.REGRESSION

    @property
    def output_names(self) -> tuple[str, ...]:
        """The column names."""
        return self.columns

    def encode(self, table: Table) -> Array:
        """Return the standardised numbers."""
        return np.concatenate([target.encode(table) for target in self.targets], axis=1)

    def decode(self, predicted: Array) -> Array:
        """Return the numbers."""
        return predicted

    def encode_value(self, value: Any) -> Any:
        """Return the standardised numbers."""
        values = _one_for_each_column(self.columns, value)
        return [target.encode_value(one) for target, one in zip(self.targets, values, strict=True)]

    def explain(self, outputs: Array, value: Any, letter: str = "p") -> tuple[Block, ...]:
        """Show p · scale + mean and t = (target − mean) / scale for each column."""
        nothing = [None] * self.outputs
        values = nothing if value is None else _one_for_each_column(self.columns, value)
        rows = zip(self.targets, outputs.tolist(), values, strict=True)
        return tuple(
            equation
            for number, (target, output, value) in enumerate(rows, start=1)
            for equation in target.explain_output(Symbol(letter, output, index=str(number)), value)
        )

    def rescale(self, outputs: Array) -> Array:
        """Return mean + scale · output for each column."""
        columns = [target.rescale(outputs[:, number]) for number, target in enumerate(self.targets)]
        return np.stack(columns, axis=1)
