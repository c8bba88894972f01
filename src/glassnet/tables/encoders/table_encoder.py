"""The encoders of a whole table: fitting, encoding, and reading from a file."""

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.record import import_all
from glassnet.explanation.pages.why import InputPart
from glassnet.explanation.why import Row, background, blank_words, shape_of_pixels
from glassnet.formula.document import Block, Picture
from glassnet.tables import encoders
from glassnet.tables.cells.column_format import ColumnFormat
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.table import Table
from glassnet.tables.warnings import DataWarning

__all__ = ["AnyEncoder", "TableEncoder"]

import_all(encoders.__name__)


def _kinds() -> list[type[Encoder]]:
    """All encoders: those for particular columns, then those for a whole type."""
    return sorted(Encoder.__subclasses__(), key=lambda kind: (kind.for_a_whole_type, kind.__name__))


if TYPE_CHECKING:
    AnyEncoder: TypeAlias = Encoder
else:  # what a file may hold: every kind of encoder of this package
    AnyEncoder = functools.reduce(operator.or_, _kinds())


@dataclass(frozen=True)
class TableEncoder:
    """The encoders of all columns, in the order of the inputs."""

    encoders: tuple[AnyEncoder, ...]

    @classmethod
    def fit(cls, table: Table, *, robust: bool = False) -> "TableEncoder":
        """Fit encoders to training data: numbers are scaled, text is one-hot encoded.

        Parameters
        ----------
        table : Table
        robust : bool
            Whether numbers are scaled by median and interquartile range and smoothly clipped;
            otherwise they are standardised.
        """
        return cls(
            tuple(
                _kind_for(column)
                .fit(name, column, robust=robust)
                .written_as(table.formats.get(name))
                for name, column in table.columns.items()
            )
        )

    @property
    def columns(self) -> list[str]:
        """The names of the input columns."""
        return [encoder.name for encoder in self.encoders]

    @property
    def formats(self) -> dict[str, ColumnFormat]:
        """How the columns are written in text: categories as themselves, like numbers or not."""
        return {
            encoder.name: one
            for encoder in self.encoders
            if (one := encoder.text_format) is not None
        }

    @property
    def feature_names(self) -> list[str]:
        """Names of all inputs."""
        return [name for encoder in self.encoders for name in encoder.feature_names]

    def encode(self, table: Table) -> tuple[NDArray[Any], list[DataWarning]]:
        """Return the inputs of a table's rows, and warnings about missing or unseen values.

        Raises
        ------
        ValueError
            If a column is missing or has the wrong type.
        """
        absent = [encoder.name for encoder in self.encoders if encoder.name not in table.columns]
        if absent:
            known = ", ".join(repr(name) for name in table.columns)
            names = ", ".join(repr(name) for name in absent)
            raise ValueError(f"the table has no column {names}; its columns are {known}")
        parts = [encoder.encode(table.columns[encoder.name]) for encoder in self.encoders]
        warnings = [warning for _, warnings in parts for warning in warnings]
        # Images are large; a single image column is not copied.
        return parts[0][0] if len(parts) == 1 else np.hstack([x for x, _ in parts]), warnings

    def explain(self, table: Table, row: int) -> dict[str, list[Block]]:
        """Show how the raw values of one row become inputs, by column name."""
        return {
            encoder.name: encoder.explain(table.columns[encoder.name][row])
            for encoder in self.encoders
        }

    def row(self, table: Table) -> Row:
        """Return how a table's only row is shown beside the inputs that it became."""
        parts, start = [], 0
        for encoder in self.encoders:
            stop = start + len(encoder.feature_names)
            value = table.columns[encoder.name][0]
            if np.ndim(value):  # an image, whose pixels are the inputs
                picture = next(b for b in encoder.explain(value) if isinstance(b, Picture))
                return Row(picture=picture)
            parts.append(InputPart(encoder.name, _shown(value), tuple(range(start, stop))))
            start = stop
        shape = shape_of_pixels(parts)
        blank = background(np.array([part.value for part in parts])) if shape else None
        if blank is None:
            words = "a row of inputs 0 (numbers at their center, no category)"
            return Row(parts, None, np.zeros(start), words)
        empty = Table({encoder.name: np.array([blank]) for encoder in self.encoders})
        return Row(parts, None, self.encode(empty)[0][0], blank_words(blank), is_blank=True)

    def column_of(self, feature: str) -> str:
        """Return the name of the column that an input comes from."""
        return next(e.name for e in self.encoders if feature in e.feature_names)


def _shown(value: Any) -> str | float:
    """A cell as a page shows it."""
    if value is None or value != value:
        return "missing"
    return float(value) if isinstance(value, float) else str(value)


def _kind_for(column: Array) -> type[Encoder]:
    return next(kind for kind in _kinds() if kind.is_for(column))
