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
TRUTH = {"true", "false"}
RESPELLED = "spelled otherwise in training, taken as that"


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
        unknown_texts = {*texts} - {None, *self.categories}
        spelled = self._spelled() if unknown_texts else {}
        meant = {text: spelled.get(self._spelling(text or "")) for text in unknown_texts}
        place: dict[str | None, int] = {text: number for number, text in enumerate(self.categories)}
        place |= {text: place[one] for text, one in meant.items() if one is not None}
        place[None] = MISSING
        places = np.array([place.get(text, UNSEEN) for text in texts], dtype=np.int64)
        missing, unseen = places == MISSING, places == UNSEEN
        respelled = np.array([meant.get(text) is not None for text in texts], dtype=np.bool_)
        if set(self.categories) <= TRUTH:
            respelled[:] = False  # nobody minds how these are spelled
        other = len(self.categories)
        one_hot = np.zeros((len(column), other + 1))
        one_hot[np.arange(len(column)), np.where(places < 0, other, places)] = 1
        unknown = f"not seen in training, encoded as {self.other!r}"
        return one_hot, [
            *DataWarning.of(self.name, f"encoded as {self.other!r}", missing),
            *(
                warning
                for handling, rows in ((unknown, unseen), (RESPELLED, respelled))
                for warning in DataWarning.of(
                    self.name, handling, rows, [str(texts[row]) for row in np.flatnonzero(rows)]
                )
            ),
        ]

    def _spelled(self) -> dict[str, str | None]:
        """The category of each spelling; None where several are spelled alike."""
        found: dict[str, str | None] = {}
        for category in self.categories:
            spelling = self._spelling(category)
            found[spelling] = None if spelling in found else category
        return found

    def _spelling(self, text: str) -> str:
        """What is the same for all spellings: in case, in blanks, in zeros before a number."""
        spelling = " ".join(text.casefold().split())
        if set(self.categories) <= TRUTH:
            spelling = {"1": "true", "0": "false"}.get(spelling, spelling)
        return spelling.lstrip("0") or "0" if spelling.isdecimal() else spelling

    def explain(self, value: Any) -> list[Block]:
        """Show which input is 1."""
        text = _category_text(value)
        if text is not None and text not in self.categories:
            text = self._spelled().get(self._spelling(text)) or text
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
