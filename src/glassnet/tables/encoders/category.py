"""How a column of categories becomes inputs: one for each category."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.errors import LimitError
from glassnet.formula.document import Block, Paragraph
from glassnet.tables.columns import number_label
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.warnings import DataWarning

__all__ = ["CategoryEncoder"]

#: More different texts than this are no categories.
MOST_CATEGORIES = 1000
# The places of what is no category.
MISSING, UNSEEN = -2, -1


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

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[DataWarning]]:
        """Return one-hot rows."""
        texts = _texts(column)
        if set(self.categories) <= {"true", "false"}:  # however a file spells them
            texts = [text if text is None else text.lower() for text in texts]
        place: dict[str | None, int] = {text: number for number, text in enumerate(self.categories)}
        place[None] = MISSING
        places = np.array([place.get(text, UNSEEN) for text in texts], dtype=np.int64)
        missing, unseen = places == MISSING, places == UNSEEN
        other = len(self.categories)
        one_hot = np.zeros((len(column), other + 1))
        one_hot[np.arange(len(column)), np.where(places < 0, other, places)] = 1
        unknown = f"is none of the known categories, counted as {self.other!r}"
        return one_hot, [
            *DataWarning.of(self.name, f"counted as {self.other!r}", missing),
            *DataWarning.of(
                self.name,
                unknown,
                unseen,
                [str(texts[row]) for row in np.flatnonzero(unseen).tolist()],
            ),
        ]

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


def _texts(column: Array) -> list[str | None]:
    """The categories as texts, None where one is missing."""
    if column.dtype == object:
        texts: list[str | None] = column.tolist()
        return texts
    return [_category_text(value) for value in column]


def _category_text(value: object) -> str | None:
    """A category as text; numbers that Polars read where training had text are text again."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return None if np.isnan(value) else number_label(float(value))
    return str(value)
