"""Dates as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.cells.date_text import DateText, DayOrder, order_of


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
        ("2020-Jan-05", (2020, 1, 5)), ("01/2026", (2026, 1, 1)),
    ],
)  # fmt: skip
def test_what_people_write(text: str, parts: tuple[int, ...]) -> None:
    assert DateText("day first").value(text) == moment(*parts)


@pytest.mark.parametrize(
    "text",
    ["1.2.3", "1.10.12", "12-34-56", "2024-02-30", "31/02/2020", "12:30", "2020", "24:00", "1/2",
     "5 Foo 2020", "25/12/2023 13:00 PM", "2026-01-02 25:00", "20200105", ""],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert DateText("day first").value(text) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001
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
