"""How a number is written: six significant digits, a real minus sign, no locale."""

import math

__all__ = ["number_text"]


def number_text(value: float, digits: int = 6) -> str:
    """Return a number as people read it.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits.

    Examples
    --------
    >>> number_text(-0.5), number_text(1 / 3), number_text(6.02e23)
    ('−0.5', '0.333333', '6.02·10^23')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    text = f"{value:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not exponent:
        return "0" if mantissa == "−0" else mantissa
    return f"{mantissa}·10^{int(exponent)}".replace("^-", "^−")
