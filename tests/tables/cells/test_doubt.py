"""Columns that may be read in two ways are refused, with what to say."""

import polars as pl
import pytest

from glassnet.tables.cells.column_cells import ColumnCells
from glassnet.tables.cells.number_text import NumberText
from glassnet.tables.cells.table_formats import table_formats


def cells_of(texts: list[str]) -> ColumnCells:
    cells = ColumnCells()
    cells.add(pl.Series(texts))
    return cells


def test_a_decimal_sign_that_nothing_shows() -> None:
    columns = {"price": cells_of(["1,234", "2,345", "12,345"])}
    with pytest.raises(ValueError, match=r"column 'price' holds .* '1,234', which may be .* --dec"):
        table_formats(columns, {}, {}, parted_by_comma=False)
    formats, _ = table_formats(columns, {}, {})
    assert formats["price"] == NumberText(grouped=True)
    formats, _ = table_formats(columns, {}, {}, ",", parted_by_comma=False)
    assert formats["price"] == NumberText(",")
    # Another column shows it.
    columns["size"] = cells_of(["1,5", "2,5"])
    formats, _ = table_formats(columns, {}, {}, parted_by_comma=False)
    assert formats["price"] == NumberText(",")


def test_a_point_parts_thousands_where_commas_are_decimal_signs() -> None:
    columns = {"price": cells_of(["1.234", "2.345"]), "size": cells_of(["1,5", "2,5"])}
    formats, _ = table_formats(columns, {}, {}, parted_by_comma=False)
    assert formats["price"] == NumberText(",", grouped=True)


def test_two_units_and_numbers_beside_text() -> None:
    both = [f"{n}.5 kg" for n in range(40)] + [f"{n}.5 g" for n in range(40)]
    with pytest.raises(ValueError, match="numbers with 'kg' and 'g'; make it one unit, or say"):
        table_formats({"a": cells_of(both)}, {}, {})
    mixed = [f"{n}.5" for n in range(100)] + [f"note {n}" for n in range(20)]
    with pytest.raises(ValueError, match=r"in 20 of 120 cells text like 'note 0', .* say --type"):
        table_formats({"a": cells_of(mixed)}, {}, {})
    formats, _ = table_formats({"a": cells_of(mixed)}, {"a": "number"}, {})
    assert formats["a"] == NumberText()


def test_all_doubts_are_told_at_once() -> None:
    both = cells_of([f"{n}.5 kg" for n in range(40)] + [f"{n}.5 g" for n in range(40)])
    with pytest.raises(ValueError, match=r"column 'a' holds .*; column 'b' holds"):
        table_formats({"a": both, "b": both}, {}, {})


def test_a_column_must_hold_what_a_model_knows() -> None:
    known = {"a": NumberText()}
    with pytest.raises(ValueError, match="column 'a' must hold numbers, but holds 'x'"):
        table_formats({"a": cells_of(["1", "x"])}, {}, known)
    formats, _ = table_formats({"a": cells_of(["1,5", "2,5", "-"])}, {}, known)
    assert formats["a"] == NumberText(",")
