"""Dates as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.cells.date_text import DateText, DayOrder, date_text, order_of


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2026-01-02", (2026, 1, 2)), ("2026/1/2", (2026, 1, 2)), ("2026.01.02", (2026, 1, 2)),
        ("2026-01-02 12:30", (2026, 1, 2, 12, 30)), ("2026-01", (2026, 1, 1)),
        ("2026-01-02T12:30:15.5Z", (2026, 1, 2, 12, 30, 15, 500000)),
        ("2026-01-02T12:30:00+02:00", (2026, 1, 2, 10, 30)),
        ("25.12.2023", (2023, 12, 25)), ("5/1/20", (2020, 1, 5)), ("05-01-70", (1970, 1, 5)),
        ("25/12/2023 3:04 PM", (2023, 12, 25, 15, 4)), ("25/12/2023 12:00 a.m.", (2023, 12, 25)),
        ("05-Jan-2020", (2020, 1, 5)), ("5 January 2020 14:00", (2020, 1, 5, 14)),
        ("Jan 5, 2020", (2020, 1, 5)), ("Mon, 05 Jan 2020", (2020, 1, 5)),
        ("Mai 2020", (2020, 5, 1)),
        ("3. März 2021", (2021, 3, 3)),
        ("07-dic-2021", (2021, 12, 7)), ("5 janv. 2021", (2021, 1, 5)),
        ("2020-Jan-05", (2020, 1, 5)), ("01/2026", (2026, 1, 1)), ("01-2026", (2026, 1, 1)),
        ("20200105", (2020, 1, 5)), ("20200105143015", (2020, 1, 5, 14, 30, 15)),
        ("20200105T143015Z", (2020, 1, 5, 14, 30, 15)), ("20200105 14:30", (2020, 1, 5, 14, 30)),
        ("Wed 18.12.2019", (2019, 12, 18)), ("Mi, 18.12.2019, 14:30 Uhr", (2019, 12, 18, 14, 30)),
        ("14:30 18.12.2019", (2019, 12, 18, 14, 30)), ("2019-12-18 (Wed)", (2019, 12, 18)),
        ("18 12 2019", (2019, 12, 18)), ("2019_12_18", (2019, 12, 18)),
        ("2019. 12. 18.", (2019, 12, 18)), ("2019年12月18日", (2019, 12, 18)),
        ("18/Dec/2019:04:00:43 +0000", (2019, 12, 18, 4, 0, 43)),
        ("18DEC2019:04:00:43", (2019, 12, 18, 4, 0, 43)),
        ("Wed Dec 18 04:00:43 CET 2019", (2019, 12, 18, 3, 0, 43)),
        ("18 de diciembre de 2019", (2019, 12, 18)), ("Dec-19", (2019, 12, 1)),
        ("18/12/2019 04h30", (2019, 12, 18, 4, 30)), ("2019-12-18T04:00+02", (2019, 12, 18, 2)),
        ("2019-12-18 04:00 CEST", (2019, 12, 18, 2)), ("2019-12-18 04", (2019, 12, 18, 4)),
        ("2020-Q3", (2020, 7, 1)), ("Q1 2020", (2020, 1, 1)), ("4Q19", (2019, 10, 1)),
        ("2019-W51", (2019, 12, 16)), ("2019-W51-3", (2019, 12, 18)), ("KW 1/2021", (2021, 1, 4)),
        ("2019M12", (2019, 12, 1)),
    ],
)  # fmt: skip
def test_what_people_write(text: str, parts: tuple[int, ...]) -> None:
    assert DateText("day first").value(text) == moment(*parts)


@pytest.mark.parametrize(
    "text",
    ["1.2.3", "1.10.12", "12-34-56", "2024-02-30", "31/02/2020", "12:30", "2020", "24:00", "1/2",
     "5 Foo 2020", "25/12/2023 13:00 PM", "2026-01-02 25:00", "20201305", "2020-W60", "Q5 2020",
     "5.1.20",
     "9999-12-31", "0001-01-01", ""],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert DateText("day first").value(text) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9998, 12, 31)))  # noqa: DTZ001
def test_every_moment_comes_back(when: datetime) -> None:
    assert DateText().value(when.isoformat()) == when
    assert DateText("day first").value(when.strftime("%d/%m/%Y").rjust(10, "0")) == when.replace(
        hour=0, minute=0, second=0, microsecond=0
    )


@pytest.mark.parametrize(
    ("texts", "order", "either"),
    [
        (["12/25/2023", "01/02/2023"], "month first", False),
        (["25/12/2023", "01/02/2023"], "day first", False),
        (["25/12/2023", "01/02/2023", "12/25/2023", "26/12/2023"], "day first", False),
        (["01/01/2023", "02/01/2023", "03/01/2023"], "month first", True),
        (["01/02/2023", "02/03/2023"], "day first", True),
        (["01/02/2023 1:00 PM", "02/03/2023 2:00 AM"], "month first", True),
        (["2023-01-02"], "day first", False),
    ],
)
def test_the_whole_column_decides_the_order(
    texts: list[str], order: DayOrder, either: bool
) -> None:
    assert order_of(texts) == (order, either)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["19/12/18", "20/01/31", "19/02/07"], "year first"),
        (["19-12-18", "20-01-31"], "year first"),
        (["18/12/19", "31/01/20", "07/02/19"], "day first"),
        (["12/18/19", "01/31/20", "02/07/19"], "month first"),
    ],
)
def test_years_of_two_digits_may_come_first(texts: list[str], order: DayOrder) -> None:
    one = date_text(texts)
    assert one.order == order
    assert one.value(texts[0]) == moment(2019, 12, 18)


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((30, 98), (1930, 1998)), ((35, 99, 0, 20), (1935, 1999, 2000, 2020)),
        ((19, 23), (2019, 2023)), ((98, 1), (1998, 2001)), ((45,), (2045,)),
    ],
)  # fmt: skip
def test_years_of_two_digits_are_one_span(
    years: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    span = range(years[0], years[0] + (years[-1] - years[0]) % 100 + 1)
    one = date_text([f"18.02.{year % 100:02}" for year in span])
    found = [one.value(f"18.02.{year:02}") for year in years]
    assert found == [moment(year, 2, 18) for year in expected]


def test_short_dates_are_no_versions() -> None:
    one = date_text(["5.1.20", "18.12.19", "7.2.19"])
    assert one.unpadded
    assert one.value("5.1.20") == moment(2020, 1, 5)
    for texts in (["1.10.12", "1.9.11"], ["1.2.30", "2.15.10", "14.3.10"], ["3.14.15"]):
        assert not date_text(texts).unpadded


def test_dates_by_two_hands_may_have_two_orders() -> None:
    assert order_of(["18.12.2019", "02/07/2019"]) == ("day first", True)
    assert order_of(["18.12.2019", "02.07.2019"]) == ("day first", False)
