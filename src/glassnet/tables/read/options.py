"""What a user says about a table in a text file: what else is found by looking at it."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from glassnet.core.validation import one_of
from glassnet.tables.cells.column_format import Kind
from glassnet.tables.cells.date_text import DayOrder
from glassnet.tables.cells.number_text import Decimal
from glassnet.tables.read.dialect import SEPARATORS, Separator

__all__ = ["TableOptions"]


@dataclass(frozen=True)
class TableOptions:
    """How a table is written, where it isn't plain to see. What is not given is found.

    Attributes
    ----------
    types : mapping of column name to {"number", "date", "text"}
        What columns hold; cells that do not are missing.
    separator : {",", ";", tab, "|", " "}, optional
        A blank stands for any number of them.
    decimal : {".", ","}, optional
        The decimal sign of numbers.
    dates : {"day first", "month first", "year first"}, optional
        Of dates like 02/03/2026, and 20/01/31.
    encoding : str, optional
        Of a text file, as Python calls it: ``"cp1250"``.
    sheet : str, optional
        Which sheet of a spreadsheet, table of a database, or file of an archive.

    Raises
    ------
    ValueError
        If an option is none of these.

    Examples
    --------
    >>> TableOptions({"postcode": "text"}, decimal=",").decimal
    ','
    """

    types: Mapping[str, Kind] = field(default_factory=dict)
    separator: Separator | None = None
    decimal: Decimal | None = None
    dates: DayOrder | None = None
    encoding: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        choices: dict[str, tuple[Any, ...]] = {
            "separator": SEPARATORS,
            "decimal": get_args(Decimal),
            "dates": get_args(DayOrder),
        }
        for name, known in choices.items():
            if getattr(self, name) is not None:
                one_of(name, getattr(self, name), known)
        for column, kind in self.types.items():
            one_of(f"the type of {column!r}", kind, get_args(Kind))
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise ValueError(f"there is no encoding {self.encoding!r}") from None
