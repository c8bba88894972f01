"""What a column holds is decided from all of its cells."""

import random
from collections.abc import Sequence

import polars as pl
import pytest

from glassnet.tables.cells.column_cells import ColumnCells, trimmed
from glassnet.tables.cells.column_format import (
    ColumnFormat,
    PlainText,
    TruthText,
    YesNoText,
    column_format,
    kind_of,
)
from glassnet.tables.cells.date_text import DateText
from glassnet.tables.cells.number_text import Decimal, NumberText

#: What stands in one cell of a column where the others are numbers.
STRAYS = [
    " ", "-", "--", ".", "NaT", "missing", "none", "unknown", "n.d.", "#DIV/0!", "Total", "m2",
    "33.8 m2", "$5", "5%", "1,234", "?", "n/a", "see note", "2a", "12:30", "<5", "2024-01-01",
]  # fmt: skip


def cells_of(texts: Sequence[str | None]) -> ColumnCells:
    cells = ColumnCells()
    cells.add(trimmed(pl.DataFrame({"": texts}, {"": pl.String}))[""])
    return cells


def format_of(texts: Sequence[str | None]) -> ColumnFormat:
    return column_format(cells_of(texts), ".")


def measured(rows: int = 400) -> list[str]:
    source = random.Random(0)  # noqa: S311
    return [f"{source.uniform(30, 200):.1f}" for _ in range(rows)]


@pytest.mark.parametrize("stray", STRAYS)
def test_one_stray_cell_leaves_a_column_of_numbers_one(stray: str) -> None:
    assert format_of([*measured(), stray]) == NumberText()
    days = [f"2026-01-{day:02}" for day in range(1, 29)] * 5
    if stray != "2024-01-01":
        assert format_of([*days, stray]) == DateText()
        assert format_of([*["true", "False"] * 50, stray]) == TruthText()


def test_words_for_missing_values_may_be_many() -> None:
    assert format_of([*measured(20), *["unknown"] * 30]) == NumberText()
    assert format_of([*["1", "2", "3"] * 10, *["-"] * 30]) == NumberText()


def test_two_texts_may_stand_for_missing_values() -> None:
    assert format_of([*measured(100), *["not yet"] * 20, *["ill"] * 20]) == NumberText()
    assert format_of([*measured(100), *["a", "b", "c"] * 20]) == PlainText()


@pytest.mark.parametrize(
    "texts",
    [
        ["01067", "10115", "80331", "04103"] * 50,
        ["007", "12", "005"] * 50,
        ["0815", "4711", "n.d."] * 50,
        ["1", "2", "2a", "3", "1"] * 50,
        [*[str(number) for number in range(100)], "12a", "13b", "14c"],
        ["2000-01", "2001-02", "2010-11"] * 50,
        ["01.11", "47.19", "02.10"] * 50,
        ["S", "10", "12", "14"] * 50,
        ["1.2.3", "1.10.1", "2.3.1"] * 50,
        ["12-34-56", "45-67-12", "99-01-02"] * 50,
        ["22:00-06:00", "06:00-14:00"] * 50,
        ["2:1", "0:0", "3:2"] * 50,
        ["16:9", "4:3"] * 50,
        ["A1", "A2", "B7"] * 50,
        ["P1", "P2", "P3"] * 50,
        ["12A", "12B", "14F", "3C"] * 50,
        ["low", "none", "high"] * 50,
    ],
    ids=lambda texts: ", ".join(texts[:3]),
)
def test_codes_sizes_and_categories_stay_text(texts: list[str]) -> None:
    assert format_of(texts) == PlainText()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([f"{n} m2" for n in measured()], NumberText(after="m2")),
        ([f"${n}" for n in measured()], NumberText(before="$")),
        ([f"{n}%" for n in measured()], NumberText(after="%")),
        ([f"{1000 + n:,}" for n in range(100)], NumberText(grouped=True)),
        ([f"  {n} " for n in measured()], NumberText()),
        ([f"\u00a0{n}" for n in measured()], NumberText()),
        ([f"−{n}" for n in measured()], NumberText()),
        (["007", *[str(n) for n in range(10, 500)]], NumberText()),
    ],
    ids=["unit", "currency", "percent", "thousands", "blanks", "no-break", "minus", "one 0"],
)
def test_what_is_common_to_a_column_is_understood(texts: list[str], expected: NumberText) -> None:
    assert format_of(texts) == expected


@pytest.mark.parametrize(
    "word",
    ["k.A.", "s/d", "s.o.", "#NV", "#WERT!", "1.#QNAN", "∞", "n.v.", "entfällt", "sin dato",
     "non renseigné", "[missing]", "(blank)", "нет данных", "onbekend", ":", "inf"],
)  # fmt: skip
def test_a_third_may_be_missing_in_any_language(word: str) -> None:
    assert format_of([*["1", "2", "3"] * 20, *[word] * 20]) == NumberText()
    assert format_of([*measured(40), *[word] * 20]) == NumberText()


@pytest.mark.parametrize("words", [("yes", "no"), ("Ja", "Nein"), ("T", "F"), ("WAHR", "FALSCH")])
def test_yes_and_no_with_a_stray_cell(words: tuple[str, str]) -> None:
    texts = [*words * 30, words[0].upper()]
    for stray in ("unknown", "-", "maybe", "3"):
        one = format_of([*texts, stray])
        assert isinstance(one, YesNoText)
        assert (one.value(words[0]), one.value(stray)) == (words[0], None)
    assert format_of([*texts, *["unknown"] * 20]) == PlainText()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([f"202001{day:02}" for day in range(1, 32)], DateText()),
        ([*(f"202001{day:02}" for day in range(1, 32)), "0"], DateText()),
        ([f"{number}" for number in range(20200100, 20200180)], NumberText()),
        ([f"{day}.1.20" for day in range(1, 32)], DateText(unpadded=True)),
        (["12E5", "34E2", "17E1"] * 20, PlainText()),
        ([f"{n}.5e3" for n in range(40)], NumberText()),
        ([f"{n}-" if n % 3 else f"{n}" for n in range(10, 60)], NumberText(minus_last=True)),
        (["1-", "2", "2+", "3"] * 20, PlainText()),
        ([f"{n}.{n * 7 % 1000:03}.{n * 13 % 1000:03}" for n in range(1, 40)],
         NumberText(",", grouped=True)),
        ([*(str(n) for n in range(2000, 2040)), *(f"{n},500" for n in range(2, 14))],
         NumberText(grouped=True)),
        ([f"{n}{unit}" for n in range(30) for unit in ("", "a", "b")], PlainText()),
        ([f"{n} {unit}" for n in range(30) for unit in ("kg", "Kg", "KG")], NumberText(after="kg")),
        (["1 day", *(f"{n} days" for n in range(2, 8))] * 5, NumberText(after="days")),
        ([*(f"${n}.5M" for n in range(30)), *(f"${n}K" for n in range(40))],
         NumberText(before="$", after="K", magnitudes=True)),
        (["None", "Brick", "Stone"] * 20, PlainText()),
        (["Inf", "Nan", "Bo"] * 20, PlainText()),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else "",
)  # fmt: skip
def test_the_whole_column_decides(texts: list[str], expected: ColumnFormat) -> None:
    decimal: Decimal = "."
    if isinstance(expected, NumberText):
        decimal = expected.decimal
    assert column_format(cells_of(texts), decimal) == expected


def test_chunks_count_as_the_whole_does() -> None:
    texts = [*measured(), "n.d.", "5 kg", None, "007", "1,5"]
    whole, parts = cells_of(texts), ColumnCells()
    for start in range(0, len(texts), 7):
        parts.add(trimmed(pl.DataFrame({"": texts[start : start + 7]}, {"": pl.String}))[""])
    parts.numbers, whole.numbers = set(), set()  # any few of them
    assert parts == whole


def test_what_the_user_says_holds() -> None:
    cells = cells_of(["1", "2", "3"])
    assert [kind_of(column_format(cells, ".", kind)) for kind in ("number", "date", "text")] == [
        "number",
        "date",
        "text",
    ]


def test_what_keeps_text_as_it_is_in_a_spreadsheet_is_taken_off() -> None:
    texts = pl.DataFrame({"a": ['="007"', "'12", '"1.5"', "'tis", '5"', None]})
    assert trimmed(texts)["a"].to_list() == ["007", "12", "1.5", "'tis", '5"', None]
