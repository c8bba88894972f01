"""How numbers are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.formula.number import number_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-2.5, "−2.5"),
        (1 / 3, "0.333333"),
        (123456789.0, "1.23457·10^8"),
        (-1e-9, "−1·10^−9"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_examples(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_six_digits_come_back(value: float) -> None:
    text = number_text(value).replace("−", "-").replace("·10^", "e")
    assert float(text) == pytest.approx(value, rel=5.1e-6, abs=0)
