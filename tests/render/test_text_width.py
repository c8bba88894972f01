"""Widths of text are those of a wide font; what is fitted fits."""

import random
import string

import pytest

from glassnet.render.text_width import (
    POWER_SIZE,
    SMALLEST,
    fitted_number,
    number_parts,
    shortened,
    text_width,
)


def width_in_dejavu_sans(words: str, size: float) -> float:
    matplotlib_text = pytest.importorskip("matplotlib.textpath")
    properties = pytest.importorskip("matplotlib.font_manager").FontProperties("DejaVu Sans")
    width, _, _ = matplotlib_text.TextToPath().get_text_width_height_descent(
        words, properties, ismath=False
    )
    return float(width * size / properties.get_size_in_points())


def test_words_are_about_as_wide_as_in_the_widest_usual_font() -> None:
    draw = random.Random(1)  # noqa: S311 - no secret
    letters = string.ascii_letters + string.digits + " _-.()"
    for _ in range(200):
        words = "".join(draw.choices(letters, k=draw.randint(6, 30)))
        ratio = text_width(words, 12) / width_in_dejavu_sans(words, 12)
        assert 0.95 < ratio < 1.25, words


@pytest.mark.parametrize("room", [8, 20, 60, 200])
@pytest.mark.parametrize("name", ["x", "bill_length_mm", "petal length (cm)", "W" * 60, "花" * 20])
def test_names_fit(name: str, room: float) -> None:
    short = shortened(name, 11, room)
    assert text_width(short, 11) <= max(room, text_width("…", 11))
    assert short == name or (short.endswith("…") and name.startswith(short[:-1]))


@pytest.mark.parametrize("value", [0.0, 1.0, -0.125, 1234.56, -1.23e-05, 6.02e23, -1.7e-308, 99999])
@pytest.mark.parametrize("room", [30, 40, 52, 60])
def test_numbers_fit(value: float, room: float) -> None:
    fitted = fitted_number("in ", value, 11, room)
    width = text_width(fitted.words, fitted.size) + text_width(
        fitted.power, POWER_SIZE * fitted.size
    )
    assert width <= room + 1e-9
    if room >= 52:
        assert fitted.size >= SMALLEST


def test_numbers_keep_their_digits_before_the_point() -> None:
    assert number_parts(1000.123, 3) == ("1000", "")
    assert number_parts(-54321.9, 2) == ("−54322", "")
    assert number_parts(-1.23e-05, 2) == ("−1.2·10", "−5")
    assert number_parts(999.7, 3) == ("1000", "")
