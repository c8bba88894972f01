"""The target of multilabel classification."""

from typing import Annotated, Any, ClassVar

import msgspec
import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Block, DocumentTable
from glassnet.nn.task import Task
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_target import MultiTarget, _one_for_each_column

__all__ = ["MultilabelTarget"]


class MultilabelTarget(MultiTarget, frozen=True, tag="multilabel"):
    """Several labels of two classes each: an output is the probability of the second class."""

    targets: Annotated[tuple[ClassTarget, ...], msgspec.Meta(min_length=2)]
    task: ClassVar[Task] = Task.MULTILABEL

    def __post_init__(self) -> None:
        if any(label.outputs != 2 for label in self.targets):
            raise ValueError("a label has two classes")

    @property
    def output_names(self) -> tuple[str, ...]:
        """Each label with its second class, whose probability the output is."""
        return tuple(f"{label.name} = {label.output_names[1]}" for label in self.targets)

    def encode(self, table: Table) -> Array:
        """Return 1 where the label has its second class, 0 where it has its first."""
        return np.stack([label.places(table) for label in self.targets], axis=1).astype(np.float64)

    def decode(self, predicted: Array) -> Array:
        """Return the more probable class of each label, (rows, columns)."""
        places = self.task.places(predicted)
        columns = [label.labels[places[:, k]] for k, label in enumerate(self.targets)]
        types = {"U" if column.dtype.kind == "U" else column.dtype for column in columns}
        if len(types) > 1:  # each keeps its own type
            columns = [column.astype(object) for column in columns]
        return np.stack(columns, axis=1)

    def encode_value(self, value: Any) -> Any:
        """Return 1 for each label that has its second class, 0 for the others."""
        values = _one_for_each_column(self.columns, value)
        return [float(label.place(one)) for label, one in zip(self.targets, values, strict=True)]

    def explain(self, outputs: Array, value: Any, letter: str = "p") -> tuple[Block, ...]:
        """Show which probability each output is."""
        rows = zip(self.output_names, outputs.tolist(), strict=True)
        table = tuple((f"output {k}", name, p) for k, (name, p) in enumerate(rows, start=1))
        return (DocumentTable(("", "is the probability of", letter), table),)
