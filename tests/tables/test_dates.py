"""Dates as inputs: how long ago, and where in the year, the week and the day."""

import math

import numpy as np
import pytest

from glassnet.core.file_record import as_json, read_record
from glassnet.errors import FileFormatError
from glassnet.formula.document import Equation
from glassnet.tables.encoders.date import DateEncoder
from glassnet.tables.encoders.table_encoder import AnyEncoder, TableEncoder
from glassnet.tables.table import Table


def dates(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


def fitted(*texts: str) -> DateEncoder:
    encoder = TableEncoder.fit(Table({"day": dates(*texts)})).encoders[0]
    assert isinstance(encoder, DateEncoder)
    return encoder


def test_days_are_standardised_and_turn_with_year_and_week() -> None:
    encoder = fitted("1970-01-01", "1970-01-08", "1970-01-15")
    assert encoder.feature_names == [
        "days of day",
        "sin of day in its year",
        "cos of day in its year",
        "sin of day in its week",
        "cos of day in its week",
    ]
    x, warnings = encoder.encode(dates("1970-01-08", "1970-01-01"))
    # Days 0, 7 and 14: mean 7, deviation √(98/3). A week later the week has come round.
    assert list(map(str, warnings)) == []
    assert x[:, 0] == pytest.approx([0, -7 / math.sqrt(98 / 3)])
    assert x[:, 3] == pytest.approx([0, 0], abs=1e-12)
    assert x[:, 4] == pytest.approx([1, 1])
    assert x[0, 1] == pytest.approx(math.sin(2 * math.pi * 7 / 365.2425))


def test_times_of_day_turn_with_the_day_too() -> None:
    encoder = fitted("1970-01-01T00:00", "1970-01-02T06:00")
    assert encoder.periods == ("year", "week", "day")
    x, _ = encoder.encode(dates("1970-01-05T06:00"))
    assert x[0, -2:] == pytest.approx([1, 0], abs=1e-9)  # a quarter of a day: sin 1, cos 0


def test_a_missing_date_is_nowhere_and_the_note_says_so() -> None:
    encoder = fitted("2024-01-01", "NaT", "2024-03-01")
    x, warnings = encoder.encode(dates("NaT", "2024-03-01"))
    assert x[0].tolist() == [0, 1, 0, 0, 0, 0]
    assert x[1, 1] == 0
    assert list(map(str, warnings)) == ["day: missing in 1 row (1), inputs set to 0"]
    assert encoder.encode(np.array([np.nan]))[0].tolist() == [[0, 1, 0, 0, 0, 0]]
    as_text = np.array(["2024-03-01", None], dtype=object)
    assert encoder.encode(as_text)[0].tolist() == [x[1].tolist(), x[0].tolist()]
    with pytest.raises(ValueError, match=r"column 'day' must hold dates, but holds '5\.0'"):
        encoder.encode(np.array([5.0]))
    with pytest.raises(ValueError, match="column 'day' must hold dates, but holds 'soon'"):
        encoder.encode(np.array(["soon"], dtype=object))


def test_the_explanation_computes_the_inputs() -> None:
    encoder = fitted("2024-01-01", "2024-02-01T18:30", "2024-03-01")
    x, _ = encoder.encode(dates("2024-02-01T18:30"))
    blocks = encoder.explain(dates("2024-02-01T18:30")[0])
    values = [block.value for block in blocks if isinstance(block, Equation)]
    assert values == pytest.approx(x[0].tolist())


def test_the_record_comes_back_and_a_wrong_one_does_not() -> None:
    encoder = fitted("2024-01-01", "2024-03-01")
    assert read_record(as_json(encoder), AnyEncoder, "it") == encoder
    with pytest.raises(FileFormatError):
        read_record({**as_json(encoder), "periods": ["moon"]}, AnyEncoder, "it")
    with pytest.raises(FileFormatError):
        read_record({**as_json(encoder), "days": {"kind": "number"}}, AnyEncoder, "it")
