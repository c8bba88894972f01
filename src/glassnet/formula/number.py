"""The format of numbers: six significant digits, a real minus sign, no locale."""

import math

__all__ = ["count_text", "number_text"]

# Longer counts are read as a power of ten.
LONGEST_COUNT = 10**15


def number_text(value: float, digits: int | None = 6) -> str:
    """Return a number as text.

    Parameters
    ----------
    value : float
    digits : int, optional
        Significant digits; None writes as many as identify the value uniquely.

    Examples
    --------
    >>> number_text(-0.5), number_text(1 / 3), number_text(6.02e23), number_text(0.1 + 0.2, None)
    ('−0.5', '0.333333', '6.02·10^23', '0.30000000000000004')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    text = repr(float(value)).removesuffix(".0") if digits is None else f"{value:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not exponent:
        return "0" if mantissa == "−0" else mantissa
    return f"{mantissa}·10^{int(exponent)}".replace("^-", "^−")


def count_text(count: int) -> str:
    """Return a count as text, one of any size.

    Examples
    --------
    >>> count_text(12345), count_text(3**2000)
    ('12,345', 'about 10^954')
    """
    return f"{count:,}" if count < LONGEST_COUNT else f"about 10^{round(math.log10(count))}"
