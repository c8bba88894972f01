"""Encoding of numbers: centering, scaling, and optional smooth clipping."""

from typing import Any, ClassVar, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.file_record import AboveZero, Finite
from glassnet.formula.document import Block, Paragraph, equation_with_numbers
from glassnet.formula.number import number_text
from glassnet.formula.tree import Call, Symbol
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.cells.number_text import NumberText
from glassnet.tables.cells.typed_column import read_texts
from glassnet.tables.columns import is_missing
from glassnet.tables.encoders.encoder import Encoder, require_usable
from glassnet.tables.warnings import DataWarning

__all__ = ["NumberEncoder"]

#: Smooth clipping limits inputs to ± this value.
CLIPPED_AT = 3.0


class NumberEncoder(Encoder, frozen=True, tag="number"):
    """z = (value − center) / scale; a missing value is replaced by the center.

    With smooth clipping the input is x = z / √(1 + (z/3)²), which stays between −3 and 3
    (Holzmüller, Grinsztajn and Steinwart 2024, "Better by default", section 3), otherwise x = z.
    If the training data has missing values, a second input indicates whether a value is missing.
    """

    name: str
    center: Finite
    scale: AboveZero
    indicator: bool
    clips: bool = False
    written: NumberText = NumberText()

    for_a_whole_type: ClassVar[bool] = True

    @classmethod
    def is_for(cls, column: Array) -> bool:
        """Return whether the column holds numbers."""
        return column.dtype.kind == "f" and column.ndim == 1

    @classmethod
    def fit(cls, name: str, column: Array, *, robust: bool = False) -> Self:
        """Return the encoder that standardises, or that scales robustly."""
        require_usable(name, column)
        known = column[~np.isnan(column)]
        center, scale = _quartiles(known) if robust else _moments(known)
        return cls(name, center, scale, len(known) < len(column), clips=robust)

    @property
    def summary(self) -> str:
        """That it holds numbers, and their unit."""
        unit = self.written.before or self.written.after
        return f"number, in {unit}" if unit else "number"

    @property
    def text_format(self) -> NumberText:
        """How the numbers are written."""
        return self.written

    def written_as(self, one: ColumnFormat | None) -> Self:
        """Return the encoder of numbers that are written so."""
        return msgspec.structs.replace(self, written=one) if isinstance(one, NumberText) else self

    @property
    def feature_names(self) -> list[str]:
        """The input names: the column, and "... is missing" if there is an indicator."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]

    @property
    def center_name(self) -> str:
        """The kind of center: "mean" or "median"."""
        return "median" if self.clips else "mean"

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[DataWarning]]:
        """Return the scaled values, and warnings about missing ones."""
        column, strays = self._numbers(column)
        require_usable(self.name, column)
        missing = is_missing(column)
        z = np.where(missing, 0.0, (column - self.center) / self.scale)
        x = z / np.sqrt(1 + (z / CLIPPED_AT) ** 2) if self.clips else z
        counted = f"replaced by the {self.center_name} {number_text(self.center)}"
        features = [x, missing.astype(np.float64)] if self.indicator else [x]
        return np.stack(features, axis=1), [
            *strays,
            *DataWarning.of(self.name, counted, missing),
        ]

    def _numbers(self, column: Array) -> tuple[Array, list[DataWarning]]:
        """The column as numbers; text is read as it was written in training."""
        if column.dtype != object:
            return column, []
        numbers, strays = read_texts(self.name, column, self.written)
        return numbers, DataWarning.of_strays(strays)

    def explain(self, value: Any) -> list[Block]:
        """Show how one value becomes inputs, step by step."""
        if value is None or (isinstance(value, float) and np.isnan(value)):
            center = f"the {self.center_name} {number_text(self.center)}"
            also = f", x[{self.name} is missing] = 1" if self.indicator else ""
            words = f"{self.name} is missing and is replaced by {center}: x[{self.name}] = 0{also}."
            return [Paragraph(words)]
        scaled = (Symbol(self.name, float(value)) - self.center) / self.scale
        equations: list[Block]
        if self.clips:
            z = Symbol("z", scaled.evaluate(), index=self.name)
            clipped = z / Call("sqrt", (1 + (z / CLIPPED_AT) ** 2,))
            x = Symbol("x", clipped.evaluate(), index=self.name)
            equations = [equation_with_numbers(z, scaled), equation_with_numbers(x, clipped)]
        else:
            equations = [
                equation_with_numbers(Symbol("x", scaled.evaluate(), index=self.name), scaled)
            ]
        if not self.indicator:
            return equations
        return [*equations, Paragraph(f"The value is not missing: x[{self.name} is missing] = 0.")]


def _moments(known: Array) -> tuple[float, float]:
    """Mean and standard deviation."""
    mean = float(known.mean()) if len(known) else 0.0
    deviation = float(known.std()) if len(known) else 0.0
    # For a constant column, the scale is 1 to avoid division by 0.
    tiny = 1e-12 * max(abs(mean), 1e-300)
    return mean, deviation if deviation > tiny else 1.0


def _quartiles(known: Array) -> tuple[float, float]:
    """Median and interquartile range, or half the range where that is 0."""
    if not len(known):
        return 0.0, 1.0
    low, median, high = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
    # Smaller spreads are rounding errors, and dividing by them could overflow.
    tiny = max(1e-12 * abs(median), 1e-50)
    spreads = (high - low, float(known.max() - known.min()) / 2)
    return median, next((spread for spread in spreads if spread > tiny), 1.0)
