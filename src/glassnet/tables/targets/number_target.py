"""The target of regression: a number."""

from typing import Any, ClassVar

import numpy as np

from glassnet.core.array import Array
from glassnet.core.file_record import AboveZero, Finite
from glassnet.formula.document import Block, Equation, equation_with_numbers
from glassnet.formula.tree import Symbol
from glassnet.nn.task import Task
from glassnet.tables.table import Table
from glassnet.tables.targets.target import Target, as_number

__all__ = ["NumberTarget"]


class NumberTarget(Target, frozen=True, tag="number"):
    """A number, standardised for the network: (number − mean) / scale."""

    name: str
    mean: Finite
    scale: AboveZero
    task: ClassVar[Task] = Task.REGRESSION

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    @property
    def output_names(self) -> tuple[str, ...]:
        """The target's name."""
        return (self.name,)

    def numbers(self, table: Table) -> Array:
        """Return the target column.

        Raises
        ------
        ValueError
            If a value is not a finite number.
        """
        column = table.column(self.name)
        if column.dtype.kind != "f" or not np.isfinite(column).all():
            raise ValueError(f"the target {self.name!r} must hold finite numbers")
        return column

    def encode(self, table: Table) -> Array:
        """Return the standardised numbers."""
        scaled: Array = (self.numbers(table)[:, np.newaxis] - self.mean) / self.scale
        return scaled

    def decode(self, predicted: Array) -> Array:
        """Return the numbers."""
        return predicted[:, 0]

    def rescale(self, outputs: Array) -> Array:
        """Return mean + scale · output."""
        numbers: Array = outputs.astype(np.float64) * self.scale + self.mean
        return numbers

    def encode_value(self, value: Any) -> Any:
        """Return the standardised number."""
        return (as_number(value, self.name) - self.mean) / self.scale

    def explain(self, outputs: Array, value: Any, letter: str = "p") -> tuple[Block, ...]:
        """Return p · scale + mean, and t = (target − mean) / scale."""
        return self.explain_output(Symbol(letter, float(outputs[0]), index="1"), value)

    def explain_output(self, output: Symbol, value: Any) -> tuple[Equation, ...]:
        """Return these equations for one output."""
        scale, mean = Symbol("scale", self.scale), Symbol("mean", self.mean)
        formula = output * scale + mean
        predicted = Symbol(f"predicted {self.name}", formula.evaluate())
        equations = (equation_with_numbers(predicted, formula),)
        if value is None:
            return equations
        standardised = (Symbol(f"target {self.name}", as_number(value, self.name)) - mean) / scale
        return (
            *equations,
            equation_with_numbers(
                Symbol("t", standardised.evaluate(), index=output.index), standardised
            ),
        )
