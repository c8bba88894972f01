"""Several numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.array import Array
from glassnet.formula.document import Block
from glassnet.tables.table import Table
from glassnet.tables.targets.number_target import NumberTarget
from glassnet.tables.targets.several import SeveralTarget, _an_answer_for_each

__all__ = ["NumbersTarget"]


@dataclass(frozen=True)
class NumbersTarget(SeveralTarget):
    """Several numbers."""

    targets: tuple[NumberTarget, ...]
    task = "numbers"

    @property
    def output_names(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def desired(self, table: Table) -> Array:
        """Return the standardised numbers."""
        return np.concatenate([target.desired(table) for target in self.targets], axis=1)

    def answers(self, predicted: Array) -> Array:
        """Return the numbers."""
        return predicted

    def wanted(self, answer: Any) -> Any:
        """Return the standardised numbers."""
        answers = _an_answer_for_each(self.columns, answer)
        return [target.wanted(one) for target, one in zip(self.targets, answers, strict=True)]

    def explain(self, outputs: Array, wanted: Any) -> tuple[Block, ...]:
        """Return p · scale + mean for each, and d = (desired − mean) / scale."""
        nothing = [None] * self.outputs
        answers = nothing if wanted is None else _an_answer_for_each(self.columns, wanted)
        rows = zip(self.targets, outputs.tolist(), answers, strict=True)
        return tuple(
            equation
            for number, (target, output, answer) in enumerate(rows, start=1)
            for equation in target.explain_output(number, output, answer)
        )

    def in_its_unit(self, outputs: Array) -> Array:
        """Return each column in its own unit."""
        columns = [
            target.in_its_unit(outputs[:, number]) for number, target in enumerate(self.targets)
        ]
        return np.stack(columns, axis=1)
