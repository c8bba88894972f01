"""Encoders: how a raw value becomes an input.

Small records of plain numbers and names, so that they travel with a saved model, and so that an
explanation can start at the raw values of a row.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.data.arrays import Array, reads_as_number
from glassnet.data.records import above_zero, finite, texts
from glassnet.data.table import Table, is_missing, number_label, rows_words
from glassnet.errors import FileFormatError, LimitError
from glassnet.formula.document import Block, Paragraph, worked
from glassnet.formula.number import number_text
from glassnet.formula.tree import Call, Symbol
from glassnet.randomness import Purpose, random_bits

__all__ = [
    "CategoryEncoder",
    "Encoder",
    "NumberEncoder",
    "TableEncoder",
    "encoder_from_dict",
    "require_usable",
]

#: More different texts than this are no categories.
MOST_CATEGORIES = 1000
#: Larger numbers than this are taken for a mistake.
LARGEST_NUMBER = 1e100
#: Smooth clipping keeps inputs within this on either side.
CLIPPED_AT = 3.0
#: Quantiles are those of so many rows at most.
MOST_SAMPLED = 100_000


class Encoder(ABC):
    """How one column becomes one or more inputs."""

    name: str

    @property
    @abstractmethod
    def feature_names(self) -> list[str]:
        """Names of the inputs."""

    @abstractmethod
    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[str]]:
        """Return the inputs, (rows, features), and notes on what had to be decided."""

    @abstractmethod
    def explain(self, value: Any) -> list[Block]:
        """Return how one raw value becomes inputs, for people."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""


def require_usable(name: str, column: Array) -> None:
    """Refuse numbers whose squares would overflow.

    Raises
    ------
    ValueError
        If a value is infinite or larger than 1e100; it is named with its row.
    """
    if column.dtype == object:
        return
    wrong = np.flatnonzero(np.abs(column) > LARGEST_NUMBER)
    if len(wrong):
        row, value = int(wrong[0]), float(column[wrong[0]])
        found = "an infinite number" if np.isinf(value) else f"the number {value:g}"
        raise ValueError(
            f"column {name!r} holds {found} in row {row + 1}; expected numbers up to "
            f"{LARGEST_NUMBER:g} in size"
        )


@dataclass(frozen=True)
class NumberEncoder(Encoder):
    """z = (value − center) / scale; a missing value counts as the center.

    With smooth clipping the input is x = z / √(1 + (z/3)²), which stays between −3 and 3
    (Holzmüller, Grinsztajn and Steinwart 2024, "Better by default", section 3), otherwise x = z.
    Where the training data had missing values, a second input says whether the value is missing.
    """

    name: str
    center: float
    scale: float
    indicator: bool
    clips: bool = False

    @classmethod
    def fit(cls, name: str, column: Array) -> "NumberEncoder":
        """Return the encoder that standardises: by mean and standard deviation.

        Raises
        ------
        ValueError
            If a value is infinite or too large.
        """
        require_usable(name, column)
        known = column[~np.isnan(column)]
        mean = float(known.mean()) if len(known) else 0.0
        deviation = float(known.std()) if len(known) else 0.0
        # A column that does not vary tells nothing; by 1 it stays finite.
        tiny = 1e-12 * max(abs(mean), 1e-300)
        return cls(name, mean, deviation if deviation > tiny else 1.0, len(known) < len(column))

    @classmethod
    def fit_robust(cls, name: str, column: Array, sample: NDArray[np.int64]) -> "NumberEncoder":
        """Return the encoder by median and interquartile range, which outliers do not move.

        Where half of the values are the same, half the whole range stands for it.

        Parameters
        ----------
        name : str
        column : array of shape (rows,)
        sample : array of int64
            The rows whose quantiles count.

        Raises
        ------
        ValueError
            If a value is infinite or too large.
        """
        require_usable(name, column)
        sampled = column[sample]
        known = sampled[~np.isnan(sampled)]
        indicator = bool(np.isnan(column).any())
        if not len(known):
            return cls(name, 0.0, 1.0, indicator, clips=True)
        low, median, high = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
        # Smaller spreads are rounding, and by them large values would overflow.
        tiny = max(1e-12 * abs(median), 1e-50)
        spreads = (high - low, float(known.max() - known.min()) / 2)
        scale = next((spread for spread in spreads if spread > tiny), 1.0)
        return cls(name, median, scale, indicator, clips=True)

    @property
    def feature_names(self) -> list[str]:
        """The column's name, and "... is missing"."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]

    @property
    def center_name(self) -> str:
        """What the center is: the mean, or the median."""
        return "median" if self.clips else "mean"

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[str]]:
        """Return the scaled values."""
        column = self._numbers(column)
        require_usable(self.name, column)
        missing = is_missing(column)
        z = np.where(missing, 0.0, (column - self.center) / self.scale)
        x = z / np.sqrt(1 + (z / CLIPPED_AT) ** 2) if self.clips else z
        notes = []
        if missing.any():
            rows = np.flatnonzero(missing).tolist()
            notes.append(
                f"{self.name}: missing in {rows_words(rows)}, "
                f"counted as the {self.center_name} {number_text(self.center)}"
            )
        features = [x, missing.astype(np.float64)] if self.indicator else [x]
        return np.stack(features, axis=1), notes

    def _numbers(self, column: Array) -> Array:
        """The column as numbers; one of text passes only where no value is there."""
        if column.dtype != object:
            return column
        texts = [value for value in column if value is not None]
        if texts:
            text = next((value for value in texts if not reads_as_number(value)), texts[0])
            raise ValueError(f"column {self.name!r} must hold numbers, but holds {text!r}")
        return np.full(len(column), np.nan)

    def explain(self, value: Any) -> list[Block]:
        """Return x by the row's numbers, step by step."""
        if value is None or (isinstance(value, float) and np.isnan(value)):
            center = f"the {self.center_name} {number_text(self.center)}"
            also = f", x[{self.name} is missing] = 1" if self.indicator else ""
            words = f"{self.name} is missing and counts as {center}: x[{self.name}] = 0{also}."
            return [Paragraph(words)]
        scaled = (Symbol(self.name, float(value)) - self.center) / self.scale
        equations: list[Block]
        if self.clips:
            z = Symbol("z", scaled.evaluate(), index=self.name)
            clipped = z / Call("sqrt", (1 + (z / CLIPPED_AT) ** 2,))
            x = Symbol("x", clipped.evaluate(), index=self.name)
            equations = [worked(z, scaled), worked(x, clipped)]
        else:
            equations = [worked(Symbol("x", scaled.evaluate(), index=self.name), scaled)]
        if not self.indicator:
            return equations
        return [*equations, Paragraph(f"It is not missing: x[{self.name} is missing] = 0.")]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {
            "kind": "number",
            "name": self.name,
            "center": self.center,
            "scale": self.scale,
            "indicator": self.indicator,
            "clips": self.clips,
        }


@dataclass(frozen=True)
class CategoryEncoder(Encoder):
    """One input for each category, 1 for the row's own; the last place is for everything else.

    "Everything else" is a missing value, or a category that was not there in training.
    """

    name: str
    categories: tuple[str, ...]

    @classmethod
    def fit(cls, name: str, column: Array) -> "CategoryEncoder":
        """Return the encoder for a column of training data.

        Raises
        ------
        LimitError
            If there are too many different texts.
        """
        categories = sorted({value for value in column if value is not None})
        if len(categories) > MOST_CATEGORIES:
            raise LimitError(
                f"column {name!r} holds {len(categories):,} different texts; at most "
                f"{MOST_CATEGORIES:,} can be categories. Leave the column out"
            )
        return cls(name, tuple(categories))

    @property
    def feature_names(self) -> list[str]:
        """The inputs: ``column = category`` for each, and ``column = other``."""
        return [f"{self.name} = {category}" for category in (*self.categories, self.other)]

    @property
    def other(self) -> str:
        """What the place of everything else is called; unlike any category."""
        other = "other"
        while other in self.categories:
            other = f"({other})"
        return other

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[str]]:
        """Return one-hot rows."""
        place = {category: number for number, category in enumerate(self.categories)}
        other = len(self.categories)
        texts = [_category_text(value) for value in column]
        if set(self.categories) <= {"true", "false"}:  # however a file spells them
            texts = [text if text is None else text.lower() for text in texts]
        places = [other if text is None else place.get(text, other) for text in texts]
        one_hot = np.zeros((len(column), other + 1))
        one_hot[np.arange(len(column)), places] = 1
        return one_hot, self._notes(texts, place)

    def _notes(self, texts: Sequence[str | None], known: dict[str, int]) -> list[str]:
        notes = []
        missing = [row for row, text in enumerate(texts) if text is None]
        if missing:
            notes.append(
                f"{self.name}: missing in {rows_words(missing)}, counted as {self.other!r}"
            )
        unseen = [row for row, text in enumerate(texts) if text is not None and text not in known]
        if unseen:
            values = sorted({repr(texts[row]) for row in unseen})
            shown = ", ".join(values[:5]) + (", ..." if len(values) > 5 else "")
            notes.append(
                f"{self.name}: {shown} in {rows_words(unseen)} was not "
                f"there in training, counted as {self.other!r}"
            )
        return notes

    def explain(self, value: Any) -> list[Block]:
        """Return which input is 1."""
        text = _category_text(value)
        feature = f"{self.name} = {text if text in self.categories else self.other}"
        shown = "missing" if text is None else repr(text)
        return [
            Paragraph(f"{self.name} is {shown}: x[{feature}] = 1, the other inputs of it are 0.")
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {"kind": "category", "name": self.name, "categories": list(self.categories)}


def _category_text(value: object) -> str | None:
    """A category as text; numbers that Polars read where training had text are text again."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return None if np.isnan(value) else number_label(float(value))
    return str(value)


@dataclass(frozen=True)
class TableEncoder:
    """The encoders of all columns, in the order of the inputs."""

    encoders: tuple[Encoder, ...]

    @classmethod
    def fit(cls, table: Table, *, robust: bool = False, seed: int = 0) -> "TableEncoder":
        """Return the encoders for training data: numbers scaled, text one-hot.

        Parameters
        ----------
        table : Table
        robust : bool
            Whether numbers are scaled by median and interquartile range and smoothly clipped;
            otherwise they are standardised.
        seed : int
            Of the sample of rows whose quantiles count, where there are more than 100,000.
        """
        sample = _sampled_rows(len(table), seed) if robust else None

        def encoder(name: str, column: Array) -> Encoder:
            if table.is_text(name):
                return CategoryEncoder.fit(name, column)
            if sample is None:
                return NumberEncoder.fit(name, column)
            return NumberEncoder.fit_robust(name, column, sample)

        return cls(tuple(encoder(name, column) for name, column in table.columns.items()))

    @property
    def text_columns(self) -> list[str]:
        """Columns that are categories, even where a file's values look like numbers."""
        return [e.name for e in self.encoders if isinstance(e, CategoryEncoder)]

    @property
    def feature_names(self) -> list[str]:
        """Names of all inputs."""
        return [name for encoder in self.encoders for name in encoder.feature_names]

    def encode(self, table: Table) -> tuple[NDArray[np.float64], list[str]]:
        """Return the inputs of a table's rows, and notes on what had to be decided.

        Raises
        ------
        ValueError
            If a column is missing or holds the wrong kind of values.
        """
        absent = [encoder.name for encoder in self.encoders if encoder.name not in table.columns]
        if absent:
            known = ", ".join(repr(name) for name in table.columns)
            names = ", ".join(repr(name) for name in absent)
            raise ValueError(f"the table has no column {names}; its columns are {known}")
        parts = [encoder.encode(table.columns[encoder.name]) for encoder in self.encoders]
        notes = [note for _, notes in parts for note in notes]
        return np.hstack([x for x, _ in parts]), notes

    def explain(self, table: Table, row: int) -> dict[str, list[Block]]:
        """Return how one row's raw values become inputs, by the name of the column."""
        return {
            encoder.name: encoder.explain(table.columns[encoder.name][row])
            for encoder in self.encoders
        }

    def column_of(self, feature: str) -> str:
        """Return the name of the column that an input comes from."""
        return next(e.name for e in self.encoders if feature in e.feature_names)


def _sampled_rows(rows: int, seed: int) -> NDArray[np.int64]:
    """The rows of the smallest random words: all where they are few."""
    if rows <= MOST_SAMPLED:
        return np.arange(rows)
    words = random_bits(seed, Purpose.QUANTILES, 0, rows)
    return np.sort(np.argpartition(words, MOST_SAMPLED)[:MOST_SAMPLED])


def encoder_from_dict(record: dict[str, Any]) -> Encoder:
    """Return the encoder that :meth:`Encoder.to_dict` describes.

    Raises
    ------
    FileFormatError
        If it describes none.
    """
    try:
        if record["kind"] == "number":
            center, scale = finite(record["center"]), above_zero(record["scale"])
            indicator, clips = bool(record["indicator"]), bool(record["clips"])
            return NumberEncoder(str(record["name"]), center, scale, indicator, clips)
        if record["kind"] == "category":
            return CategoryEncoder(str(record["name"]), texts(record["categories"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise FileFormatError("the file holds an encoder that this version does not know")
