"""The format of numbers: significant digits or decimals, a real minus sign, no locale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["NumberFormat", "column_texts", "count_text", "number_text", "typed_text"]

# Longer counts are read as a power of ten.
LONGEST_COUNT = 10**15
# A column has one number of decimals, so that its smallest number keeps so many digits ...
LEAST_DIGITS = 2
# ... if that takes at most so many more than the largest one needs.
MORE_DECIMALS = 2
# float32 has fewer digits below.
SMALLEST_SINGLE = float(np.finfo(np.float32).tiny)
# Beyond these powers of ten, a column is written with powers.
SMALLEST_POWER, LARGEST_POWER = -4, 6


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a document are written.

    Attributes
    ----------
    digits : int, optional
        Significant digits; None writes as many as identify the value uniquely.
    decimals : int, optional
        Digits after the point; `digits` does not count then.

    Examples
    --------
    >>> NumberFormat(3).text(1 / 3), NumberFormat(decimals=4).text(1 / 3)
    ('0.333', '0.3333')
    """

    digits: int | None = 6
    decimals: int | None = None

    def text(self, value: float, decimals: int | None = None) -> str:
        """Return a number as text; `decimals` are those of this number alone."""
        if decimals is None:
            decimals = self.decimals
        return number_text(value, self.digits, decimals)

    def short(self) -> "NumberFormat":
        """Return the format beside bars and in drawings: at most four digits."""
        if self.decimals is not None or self.digits is None:
            return self
        return NumberFormat(min(self.digits, 4))


def number_text(value: float, digits: int | None = 6, decimals: int | None = None) -> str:
    """Return a number as text.

    A number that was rounded keeps its zeros at the end; one that has fewer digits does not get
    more. A number that is not 1 is not written as 1.

    Parameters
    ----------
    value : float
    digits : int, optional
        Significant digits; None writes as many as identify the value uniquely.
    decimals : int, optional
        Digits after the point, instead of `digits`.

    Examples
    --------
    >>> number_text(-0.5), number_text(1 / 3), number_text(6.02e23), number_text(0.1 + 0.2, None)
    ('−0.5', '0.333333', '6.02·10^23', '0.30000000000000004')
    >>> number_text(0.59326999), number_text(0.9999999), number_text(2 / 3, decimals=4)
    ('0.593270', '0.9999999', '0.6667')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if decimals is not None and abs(value) < LONGEST_COUNT:
        return _written(f"{value:.{decimals}f}")
    if digits is None:
        return _written(repr(float(value)).removesuffix(".0"))
    if _count_digits(_shortest(value)) <= digits:
        return _written(f"{value:.{digits}g}")
    rounded = f"{value:#.{digits}g}"
    if abs(float(rounded)) == 1 and abs(value) != 1:
        missing = abs(1 - abs(value))
        rounded = f"{value:.{min(17, 1 - math.floor(math.log10(missing)))}f}".rstrip("0")
    return _written(rounded)


def typed_text(text: str) -> str:
    """Return a number as it is typed, so that Python and other programs can read it.

    Examples
    --------
    >>> typed_text("−1.5·10^−7")
    '-1.5e-7'
    """
    return text.replace("−", "-").replace("·10^", "e")


def column_texts(values: Sequence[float], numbers: NumberFormat) -> list[str]:
    """Return the numbers of a column, all with as many decimals, or all with powers of ten.

    Examples
    --------
    >>> column_texts([0.15, 0.2, 1.0], NumberFormat())
    ['0.15', '0.20', '1.00']
    >>> column_texts([1 / 3, 1e-9], NumberFormat(3))
    ['3.33·10^−1', '1.00·10^−9']
    """
    digits = numbers.digits
    sizes = [abs(value) for value in values if value and math.isfinite(value)]
    if numbers.decimals is not None or digits is None or not sizes:
        return [numbers.text(value) for value in values]
    largest, smallest = (math.floor(math.log10(size)) for size in (max(sizes), min(sizes)))
    needed = max(_count_decimals(_shortest(size)) for size in sizes)
    usual = max(digits - 1 - largest, 0)
    # The smallest number may need more, so that the others show more digits than asked for.
    decimals = min(needed, max(usual, LEAST_DIGITS - 1 - smallest))
    fits = decimals <= usual + MORE_DECIMALS
    if fits and SMALLEST_POWER <= largest < LARGEST_POWER:
        return [number_text(value, digits, decimals) for value in values]
    return [_with_power(value, digits) for value in values]


def count_text(count: int) -> str:
    """Return a count as text, one of any size.

    Examples
    --------
    >>> count_text(12345), count_text(3**2000)
    ('12,345', 'about 10^954')
    """
    return f"{count:,}" if count < LONGEST_COUNT else f"about 10^{round(math.log10(count))}"


def _shortest(value: float) -> str:
    """The shortest text that is read back as the value, in float32 if that holds it.

    What rounding left behind the fifteenth digit of a float64 does not count.
    """
    with np.errstate(over="ignore"):
        single = np.float32(value)
    is_single = float(single) == value and (abs(value) >= SMALLEST_SINGLE or not value)
    return repr(float(str(single)) if is_single else float(f"{value:.15g}"))


def _count_digits(text: str) -> int:
    mantissa = text.partition("e")[0].removesuffix(".0").lstrip("-")
    return len(mantissa.replace(".", "").strip("0")) or 1


def _count_decimals(text: str) -> int:
    mantissa, _, exponent = text.partition("e")
    after = len(mantissa.removesuffix(".0").partition(".")[2])
    return max(after - int(exponent or 0), 0)


def _with_power(value: float, digits: int) -> str:
    if not value or not math.isfinite(value):
        return number_text(value, digits)
    return _written(f"{value:.{digits - 1}e}")


def _written(text: str) -> str:
    """Python's text of a number, with a minus sign and a power of ten."""
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".").replace("-", "−")
    if not exponent:
        return mantissa.removeprefix("−") if not mantissa.strip("−0.") else mantissa
    return f"{mantissa}·10^{int(exponent)}".replace("^-", "^−")
