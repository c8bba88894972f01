"""Columns that may be read in two ways are refused, with what to say."""

import polars as pl
import pytest

from glassnet.tables.cells.column_cells import ColumnCells
from glassnet.tables.cells.column_format import ColumnFormat, PlainText
from glassnet.tables.cells.date_text import DateText
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
    with pytest.raises(ValueError, match="numbers with 'kg' and 'g'; write all alike, or say"):
        table_formats({"a": cells_of(both)}, {}, {})
    mixed = [f"{n}.5" for n in range(100)] + [f"note {n}" for n in range(20)]
    with pytest.raises(ValueError, match=r"text like 'note 0', .* in 20 of 120 cells; say"):
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


FRACTIONS = [f"{n}.25" for n in range(60)]
COMMAS = [f"{n},25" for n in range(60)]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([*FRACTIONS, *["DNF", "DNS", "DQ"] * 7], "holds text like 'DNF', 'DNS', 'DQ' in 21 of 81"),
        ([*COMMAS, *["DNF", "DNS", "DQ"] * 7], "holds text like 'DNF', 'DNS', 'DQ' in 21 of 81"),
        ([*FRACTIONS, *(f"{text}*" for text in FRACTIONS[:9])], "holds text like '0.25\\*'"),
        ([*COMMAS[:36], *FRACTIONS[:24]], "holds text like .* in 24 of 60 cells"),
        ([*(f"{n}%" for n in range(40)), *FRACTIONS[:20]], "numbers with '%' and without; write"),
        ([*FRACTIONS, *["<0.5"] * 30], "holds text like '<0.5' in 30 of 90 cells"),
    ],
)
def test_what_is_refused_in_either_decimal_sign(texts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table_formats({"a": cells_of(texts)}, {}, {}, parted_by_comma=False)


def test_points_that_may_part_thousands() -> None:
    texts = [f"{n}.{n * 37 % 1000:03}" for n in range(1, 40)] + [str(n) for n in range(500, 520)]
    with pytest.raises(ValueError, match="a point and three digits, which may part thousands"):
        table_formats({"a": cells_of(texts)}, {}, {}, parted_by_comma=False)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([*(str(n) for n in range(100)), *["<5", "5*", "supp", "(a)"] * 3], "number"),
        ([*(f"2024-01-{n:02}" for n in range(1, 31)), *["in May", "later", "soon"] * 3], "date"),
    ],
)
def test_text_that_is_mostly_something_else_is_warned_of(texts: list[str], kind: str) -> None:
    formats, (warning,) = table_formats({"a": cells_of(texts)}, {}, {})
    assert formats["a"] == PlainText()
    assert warning.endswith(f"and is read as text; else say --type COLUMN={kind}")


def test_one_column_of_addresses_does_not_decide_for_others() -> None:
    addresses = cells_of([f"192.168.197.{n}" for n in range(100, 160)])
    sizes = cells_of([f"1.{n}" for n in range(800, 860)])
    formats, _ = table_formats({"ip": addresses, "size": sizes}, {}, {})
    assert formats == {"ip": PlainText(), "size": NumberText()}


def test_a_type_that_hardly_any_cell_has_is_refused() -> None:
    columns = {"a": cells_of(["x 1", "x 2", "3"])}
    with pytest.raises(ValueError, match="said to hold numbers, but 2 of 3 cells are none, like"):
        table_formats(columns, {"a": "number"}, {})
    with pytest.raises(ValueError, match="said to hold dates, but 3 of 3 cells are none, like"):
        table_formats(columns, {"a": "date"}, {})
    formats, _ = table_formats({"a": cells_of(["6.288,00-", "1,50"])}, {"a": "number"}, {})
    assert formats["a"].value("6.288,00-") == -6288


def test_a_model_takes_the_signs_that_the_new_file_shows() -> None:
    known: dict[str, ColumnFormat] = {"a": NumberText(), "day": DateText("month first")}
    columns = {"a": cells_of(["2.000"]), "day": cells_of(["03/04/2021"])}
    formats, _ = table_formats(
        columns, {}, known, None, "day first", parted_by_comma=False, evidence=[cells_of(["1,5"])]
    )
    assert formats["a"].value("2.000") == 2000
    assert formats["day"] == DateText("day first")
    assert table_formats({"a": cells_of(["1,050.5"])}, {}, known)[0]["a"].value("1,050.5") == 1050.5
    comma: dict[str, ColumnFormat] = {"a": NumberText(",", grouped=True)}
    assert table_formats({"a": cells_of(["5.125"])}, {}, comma)[0]["a"].value("5.125") == 5.125


def test_a_model_meets_a_few_stray_cells_in_a_small_file() -> None:
    known: dict[str, ColumnFormat] = {"a": NumberText()}
    for stray in ("abc", "12..5", "Total"):
        formats, warnings = table_formats({"a": cells_of(["1.5", "2.5", "3.5", stray])}, {}, known)
        assert (formats["a"], warnings) == (NumberText(), [])
    with pytest.raises(ValueError, match="must hold numbers, but holds 'abc'"):
        table_formats({"a": cells_of(["abc"])}, {}, known)


def test_a_model_reads_the_order_of_dates_that_the_new_file_shows() -> None:
    known: dict[str, ColumnFormat] = {"a": DateText("day first")}
    shown = table_formats({"a": cells_of(["08/25/2019", "08/02/2019"])}, {}, known)[0]["a"]
    assert shown == DateText("month first")
    assert table_formats({"a": cells_of(["08/02/2019"])}, {}, known)[0] == known


def test_a_unit_that_a_model_does_not_know_is_warned_of() -> None:
    known: dict[str, ColumnFormat] = {"a": NumberText()}
    formats, (warning,) = table_formats({"a": cells_of(["33.8 m2", "41 m2"])}, {}, known)
    assert formats["a"].value("33.8 m2") == 33.8
    assert warning == "a: numbers are in 'm2' here; the model learned them without a unit"
    metres: dict[str, ColumnFormat] = {"a": NumberText(after="m2")}
    with pytest.raises(ValueError, match=r"must hold numbers, in m2, but holds '33\.8 sq ft'"):
        table_formats({"a": cells_of(["33.8 sq ft", "41 sq ft"])}, {}, metres)
