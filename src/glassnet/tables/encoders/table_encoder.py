"""The encoders of a whole table: fitting, encoding, and reading from a file."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.validation import whole_number
from glassnet.formula.document import Block
from glassnet.tables.encoders.category import CategoryEncoder
from glassnet.tables.encoders.date import PERIODS, DateEncoder, days_since_1970
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.encoders.image import ImageEncoder
from glassnet.tables.encoders.number import NumberEncoder
from glassnet.tables.header_values import above_zero, as_file_format_error, finite, text, texts
from glassnet.tables.table import Table
from glassnet.tables.warnings import DataWarning

__all__ = ["TableEncoder", "encoder_from_dict"]


@dataclass(frozen=True)
class TableEncoder:
    """The encoders of all columns, in the order of the inputs."""

    encoders: tuple[Encoder, ...]

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
        numbers = NumberEncoder.fit_robust if robust else NumberEncoder.fit

        def encoder(name: str, column: Array) -> Encoder:
            if table.is_text(name):
                return CategoryEncoder.fit(name, column)
            if table.is_images(name):
                return ImageEncoder(name, column.shape[1:])
            if column.dtype.kind == "M":
                days = numbers(f"days of {name}", days_since_1970(column))
                return DateEncoder.of(name, column, days)
            return numbers(name, column)

        return cls(tuple(encoder(name, column) for name, column in table.columns.items()))

    @property
    def columns(self) -> list[str]:
        """The names of the input columns."""
        return [encoder.name for encoder in self.encoders]

    @property
    def text_columns(self) -> list[str]:
        """Columns that hold categories, even if the values in a file look like numbers."""
        return [e.name for e in self.encoders if isinstance(e, CategoryEncoder)]

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

    def column_of(self, feature: str) -> str:
        """Return the name of the column that an input comes from."""
        return next(e.name for e in self.encoders if feature in e.feature_names)


def encoder_from_dict(record: dict[str, Any]) -> Encoder:
    """Return the encoder that :meth:`Encoder.to_dict` describes.

    Raises
    ------
    FileFormatError
        If the record is not a valid encoder.
    """
    with as_file_format_error("an encoder"):
        match record["kind"]:
            case "number":
                return _number_encoder(record)
            case "category":
                return CategoryEncoder(text(record["name"]), texts(record["categories"]))
            case "image":
                return ImageEncoder(text(record["name"]), _image_shape(record["shape"]))
            case "date":
                days, periods = _number_encoder(record["days"]), texts(record["periods"])
                if set(periods) <= set(PERIODS):
                    return DateEncoder(text(record["name"]), days, periods)
        raise ValueError(record)


def _image_shape(sides: Any) -> tuple[int, ...]:
    shape = tuple(whole_number("a side of an image", side, 1) for side in sides)
    if len(shape) == 2 or (len(shape) == 3 and shape[2] == 3):
        return shape
    raise ValueError(sides)


def _number_encoder(record: dict[str, Any]) -> NumberEncoder:
    center, scale = finite(record["center"]), above_zero(record["scale"])
    indicator, clips = bool(record["indicator"]), bool(record["clips"])
    return NumberEncoder(text(record["name"]), center, scale, indicator, clips)
