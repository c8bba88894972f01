"""Numbers as people write them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.cells.number_text import Decimal, NumberText, decimals_of, unit_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("-1.5e3", -1500), ("+.5", 0.5), ("5.", 5), ("−5", -5), ("- 5", -5),
        ("1,234", 1234), ("1,234,567.5", 1234567.5), ("12 345.5", 12345.5), ("1'234.5", 1234.5),
        ("12,34,567", 1234567), ("(1,250.00)", -1250), ("$5", 5), ("-$1,000", -1000),
        ("EUR 7.5", 7.5), ("33.8 m2", 33.8), ("5%", 5), ("-3 °C", -3), ("80 km/h", 80),
        ("7 sq ft", 7), ("5 000 m²", 5000),
    ],
)  # fmt: skip
def test_what_people_write_with_a_point(text: str, number: float) -> None:
    one = NumberText.of(Counter({text: 1}), 0, 0, 0, ".")
    assert one.value(text) == number or NumberText(grouped=True).value(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,5", 1.5), ("1.234,5", 1234.5), ("12 345,67", 12345.67), ("0,125", 0.125), ("7", 7)],
)
def test_what_people_write_with_a_comma(text: str, number: float) -> None:
    assert NumberText(",", grouped=True).value(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "P12",
        "1.2.3",
        "12:30",
        "3-4",
        "1/2",
        "10W-40",
        "1..2",
        "5 ft 3 in",
        "2x4",
        "A",
        "1,23",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert NumberText(grouped=True).value(text) is None
    assert unit_of(text, ".") is None


@given(st.floats(-1e12, 1e12), st.sampled_from([".", ","]), st.sampled_from(["", "kg", "%", "m2"]))
def test_every_number_comes_back(number: float, decimal: Decimal, unit: str) -> None:
    plain = f"{number:,.4f}"
    text = plain if decimal == "." else plain.translate(str.maketrans(",.", ".,"))
    one = NumberText(decimal, after=unit, grouped=True)
    assert one.value(f"{text} {unit}".strip()) == float(f"{number:.4f}")


def test_a_unit_is_understood_only_where_it_is_common() -> None:
    assert NumberText.of(Counter({"5 kg": 40}), 0, 0, 0, ".").after == "kg"
    assert NumberText.of(Counter({"5 kg": 4}), 40, 0, 0, ".").after == ""


def test_a_few_cells_with_thousands_may_have_another_decimal_sign() -> None:
    assert not NumberText.of(Counter({"1,234": 1}), 400, 0, 0, ".").grouped
    assert NumberText.of(Counter({"1,234,567": 1}), 400, 0, 0, ".").grouped
    assert NumberText.of(Counter({"1,234": 100}), 300, 0, 0, ".").grouped
    assert not NumberText.of(Counter({"1,234": 100}), 300, 200, 0, ".").grouped


def test_which_cells_show_the_decimal_sign() -> None:
    found = decimals_of(["1,5", "0,125", "1.5", "1,234", "7", "text"])
    assert (found["."], found[","]) == (1, 2)


@pytest.mark.parametrize(
    ("one", "text", "value"),
    [
        (NumberText(before="$", grouped=True), "$(2,211.88)", -2211.88),
        (NumberText(before="Rs."), "Rs. 103/-", 103.0), (NumberText(","), "67,-", 67.0),
        (NumberText(before="CHF"), "CHF 12.–", 12.0),
        (NumberText(grouped=True), "62´686.04", 62686.04),
        (NumberText(), "4.98D+01", 49.8), (NumberText(), "1.5x10^3", 1500.0),
        (NumberText(","), "1,5·10^-3", 0.0015), (NumberText(minus_last=True), "49-", -49.0),
        (NumberText(), "49-", None), (NumberText(), "49.5-", -49.5),
        (NumberText(after="+", grouped=True), "5,000+", 5000.0), (NumberText(), "5+", None),
        (NumberText(before="~"), "~89", 89.0), (NumberText(), "~89", None),
        (NumberText(after="days"), "1 day", 1.0), (NumberText(after="kg"), "5 Kg", 5.0),
        (NumberText(after="mW"), "5 MW", None), (NumberText(after="th"), "3rd", 3.0),
        (NumberText(magnitudes=True, before="$", after="M"), "$94.5K", 94_500.0),
        (NumberText(after="M"), "94.5K", None), (NumberText(), "inf", None),
        (NumberText(), "1e400", None), (NumberText(), "89¼", None),
    ],
)  # fmt: skip
def test_what_people_write(one: NumberText, text: str, value: float | None) -> None:
    assert one.value(text) == (value if value is None else pytest.approx(value))
