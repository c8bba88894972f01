"""One-hot encoding of a column of categories."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from glassnet.core.array import Array
from glassnet.core.plural import named_in_short
from glassnet.errors import LimitError
from glassnet.formula.document import Block, Paragraph
from glassnet.tables.cells.column_format import ColumnFormat, PlainText
from glassnet.tables.columns import number_label
from glassnet.tables.encoders.encoder import Encoder
from glassnet.tables.warnings import DataWarning

__all__ = ["MAX_CATEGORIES", "CategoryEncoder"]

#: A column with more distinct texts is refused.
MAX_CATEGORIES = 1000
# Indices that stand for no category.
MISSING, UNSEEN = -2, -1


class CategoryEncoder(Encoder, frozen=True, tag="category"):
    """One-hot encoding: one input for each category, and a last one for everything else.

    "Everything else" is a missing value, or a category not seen in training.
    """

    name: str
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.categories)) < len(self.categories):
            raise ValueError("the same category twice")

    for_a_whole_type: ClassVar[bool] = True

    @classmethod
    def is_for(cls, column: Array) -> bool:
        """Return whether the column holds text."""
        return column.dtype == object

    @classmethod
    def fit(cls, name: str, column: Array, *, robust: bool = False) -> Self:
        """Return the encoder with the distinct texts as categories."""
        categories = sorted({value for value in column if value is not None})
        if len(categories) > MAX_CATEGORIES:
            raise LimitError(
                f"column {name!r} has {len(categories):,} different categories; at most "
                f"{MAX_CATEGORIES:,} are supported. Drop the column"
            )
        return cls(name, tuple(categories))

    @property
    def summary(self) -> str:
        """How many categories there are, and the first of them."""
        return named_in_short("category", "categories", self.categories)

    @property
    def text_format(self) -> ColumnFormat:
        """Text as it is, even if it looks like numbers."""
        return PlainText()

    @property
    def feature_names(self) -> list[str]:
        """The input names: ``column = category`` for each, and ``column = other``."""
        return [f"{self.name} = {category}" for category in (*self.categories, self.other)]

    @property
    def other(self) -> str:
        """The name for everything else, different from every category."""
        other = "other"
        while other in self.categories:
            other = f"({other})"
        return other

    def encode(self, column: Array) -> tuple[NDArray[np.float64], list[DataWarning]]:
        """Return one-hot rows, and warnings about missing and unseen categories."""
        texts = _texts(column)
        if set(self.categories) <= {"true", "false"}:  # in any spelling
            texts = [text if text is None else text.lower() for text in texts]
        place: dict[str | None, int] = {text: number for number, text in enumerate(self.categories)}
        place[None] = MISSING
        places = np.array([place.get(text, UNSEEN) for text in texts], dtype=np.int64)
        missing, unseen = places == MISSING, places == UNSEEN
        other = len(self.categories)
        one_hot = np.zeros((len(column), other + 1))
        one_hot[np.arange(len(column)), np.where(places < 0, other, places)] = 1
        unknown = f"not seen in training, encoded as {self.other!r}"
        return one_hot, [
            *DataWarning.of(self.name, f"encoded as {self.other!r}", missing),
            *DataWarning.of(
                self.name,
                unknown,
                unseen,
                [str(texts[row]) for row in np.flatnonzero(unseen).tolist()],
            ),
        ]

    def explain(self, value: Any) -> list[Block]:
        """Show which input is 1."""
        text = _category_text(value)
        feature = f"{self.name} = {text if text in self.categories else self.other}"
        shown = "missing" if text is None else repr(text)
        return [Paragraph(f"{self.name} is {shown}: x[{feature}] = 1, its other inputs are 0.")]


def _texts(column: Array) -> list[str | None]:
    """The categories as text, None where missing."""
    if column.dtype == object:
        texts: list[str | None] = column.tolist()
        return texts
    return [_category_text(value) for value in column]


def _category_text(value: object) -> str | None:
    """A category as text; numbers that Polars read where training had text become text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return None if np.isnan(value) else number_label(float(value))
    return str(value)
