"""The target of multilabel classification."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Block, DocumentTable
from glassnet.tables.table import Table
from glassnet.tables.targets.class_target import ClassTarget
from glassnet.tables.targets.multi_target import MultiTarget, _one_for_each_column

__all__ = ["MultilabelTarget"]


@dataclass(frozen=True)
class MultilabelTarget(MultiTarget):
    """Several labels of two classes each: an output is the probability of the second class."""

    targets: tuple[ClassTarget, ...]
    task = "multilabel"

    @property
    def output_names(self) -> tuple[str, ...]:
        """Each label with its second class, whose probability the output is."""
        return tuple(f"{label.name} = {label.classes[1]}" for label in self.targets)

    def encode(self, table: Table) -> Array:
        """Return 1 where the label has its second class, 0 where it has its first."""
        return np.stack([label.places(table) for label in self.targets], axis=1).astype(np.float64)

    def decode(self, predicted: Array) -> Array:
        """Return the more probable class of each label, (rows, columns)."""
        columns = [
            np.array(label.classes)[(predicted[:, number] > 0.5).astype(int)]
            for number, label in enumerate(self.targets)
        ]
        return np.stack(columns, axis=1)

    def encode_value(self, value: Any) -> Any:
        """Return 1 for each label that has its second class, 0 for the others."""
        values = _one_for_each_column(self.columns, value)
        places = []
        for label, one in zip(self.targets, values, strict=True):
            name = label.class_name(one)
            if name not in label.classes:
                known = " and ".join(map(repr, label.classes))
                raise ValueError(f"the classes of {label.name} are {known}, not {one!r}")
            places.append(float(label.classes.index(name)))
        return places

    def explain(self, outputs: Array, value: Any) -> tuple[Block, ...]:
        """Show which probability each output is."""
        rows = zip(self.output_names, outputs.tolist(), strict=True)
        table = tuple((f"output {k}", name, p) for k, (name, p) in enumerate(rows, start=1))
        return (DocumentTable(("", "is the probability of", "p"), table),)
