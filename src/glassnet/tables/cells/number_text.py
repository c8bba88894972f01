"""Numbers as people write them: decimal sign, thousands, unit, currency, percent."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from glassnet.core.file_record import FileRecord

__all__ = ["FEW", "PLAIN_NUMBER", "Decimal", "NumberText", "decimals_of", "unit_of"]

Decimal: TypeAlias = Literal[".", ","]

#: A number as a programming language writes it, for Python and for Polars.
PLAIN_NUMBER = (
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)"
)
PLAIN = re.compile(PLAIN_NUMBER)
#: Currency before a number; symbols, and codes that are not mistaken for the letters of a code.
CURRENCY = (
    r"[$€£¥₹₽₩₺₪฿₫₴₦]|(?:US|A|C|CA|AU|NZ|HK|S|R|NT|Mex)\$|"
    r"(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK|HUF|AUD|CAD|NZD|BRL|ZAR|RUB|TRY|"
    r"Rs\.?|Fr\.|kr\.?|zł|Kč)"
)
#: The decimal signs.
MARKS: tuple[Decimal, ...] = (".", ",")
#: A unit after a number: m2, km/h, %, °C, sq ft, EUR.
UNIT = r"(?:[^\W\d_]|[%‰°$€£¥₹µ'\"])[^\d\s,;:|]*[²³]?[23]?(?:\s[^\W\d_][^\d\s,;:|]*[23]?)?"
BODY = r"(?:\d[\d.,'’ ]*\d|\d|[.,]\d+)(?:[.,](?=$|\s|[^\W\d_]))?(?:[eE][+-]?\d+)?"
SIGN = r"[+\-−–]"
WRITTEN = re.compile(
    rf"(?P<sign>{SIGN}?) ?(?P<before>{CURRENCY})? ?(?P<inner>{SIGN}?)(?P<body>{BODY})"
    rf"(?P<trailing>(?<=[.,]\d)-|(?<=[.,]\d\d)-|(?<=[.,]\d\d\d)-)?(?: ?(?P<after>{UNIT}))?"
)
#: The whole part of a number, with thousands parted or not; in India, hundreds of them.
GROUPED = {
    ".": r"[1-9]\d{0,2}(?:(?P<sign>[,'’ ])\d{3})(?:(?P=sign)\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3}",
    ",": r"[1-9]\d{0,2}(?:(?P<sign>[.'’ ])\d{3})(?:(?P=sign)\d{3})*",
}
DIGITS = {
    mark: re.compile(
        rf"(?:(?P<grouped>{grouped})|(?P<whole>\d+))?(?:[{mark}](?P<part>\d*))?"
        r"(?P<power>[eE][+-]?\d+)?"
    )
    for mark, grouped in GROUPED.items()
}
#: Digits of other scripts are no numbers here, nor are fractions and powers of one letter.
NOT_ASCII_DIGIT = re.compile(r"[^\W\D0-9]")
LONGEST_UNIT, SMALLEST_GROUPED = 15, 1000
#: So many cells of a column of numbers or dates may be none.
FEW = 0.05


class NumberText(FileRecord, frozen=True):
    """How the numbers of a column are written.

    Attributes
    ----------
    decimal : {".", ","}
        The decimal sign.
    before, after : str
        Currency or unit, which cells may have or not.
    grouped : bool
        Whether thousands may be parted, by the other sign, a blank or an apostrophe.

    Examples
    --------
    >>> NumberText(grouped=True).value("1,234.5"), NumberText(",").value("1234,5")
    (1234.5, 1234.5)
    >>> NumberText(after="m2").value("33.8 m2"), NumberText().value("33.8 m2")
    (33.8, None)
    """

    decimal: Decimal = "."
    before: str = ""
    after: str = ""
    grouped: bool = False

    def value(self, text: str) -> float | None:
        """Return the number that a cell says; None if it says none."""
        if self.decimal == "." and PLAIN.fullmatch(text):
            return float(text)
        written = _written(text)
        if written is None:
            return None
        if written.before not in ("", self.before) or written.after not in ("", self.after):
            return None
        digits = _digits(written.body, self.decimal)
        if digits is None or (digits.grouped and not self.grouped):
            return None
        return written.sign * digits.value

    @classmethod
    def of(
        cls,
        texts: Counter[str],
        plain: int,
        plain_large: int,
        plain_grouped: int,
        decimal: Decimal,
    ) -> "NumberText":
        """Return how the numbers of a column are written: what half of them have is common.

        Parameters
        ----------
        texts : Counter
            How often each text occurs that is no plain number.
        plain, plain_large, plain_grouped : int
            How many plain numbers there are; how many of them are 1000 or more, or have their
            thousands parted by a point.
        decimal : {".", ","}
        """
        signs: Counter[tuple[str, str]] = Counter({("", ""): plain})
        large, grouped, surely = plain_large, plain_grouped, 0
        other: Decimal = "," if decimal == "." else "."
        for text, count in texts.items():
            written = _written(text)
            digits = None if written is None else _digits(written.body, decimal)
            if written is not None and digits is not None:
                signs[written.before, written.after] += count
                large += count * (digits.value >= SMALLEST_GROUPED)
                grouped += count * digits.grouped
                surely += count * (digits.grouped and _digits(written.body, other) is None)
        before, after = max(signs, key=lambda pair: signs[pair])
        # A few cells like 1,234 may as well have the other decimal sign.
        common = surely > 0 or grouped > FEW * signs.total()
        return cls(decimal, before, after, grouped=common and 2 * grouped >= large)


class _Written(NamedTuple):
    before: str
    after: str
    sign: int
    body: str


class _Digits(NamedTuple):
    value: float
    grouped: bool
    fraction: bool


def decimals_of(texts: Iterable[str]) -> dict[Decimal, int]:
    """Return how many texts can only be numbers with each decimal sign.

    Examples
    --------
    >>> decimals_of(["1,5", "2,25", "1,234", "7"])
    {'.': 0, ',': 2}
    """
    proofs: dict[Decimal, int] = {".": 0, ",": 0}
    for text in texts:
        found = _written(text)
        if found is None:
            continue
        point, comma = (_digits(found.body, mark) for mark in MARKS)
        proofs["."] += point is not None and comma is None and point.fraction
        proofs[","] += comma is not None and point is None and comma.fraction
    return proofs


def unit_of(text: str, decimal: Decimal) -> str | None:
    """Return the currency or unit of a number, which may be none; None if the text is no number.

    Examples
    --------
    >>> unit_of("33.8 m2", "."), unit_of("7", "."), unit_of("many", ".")
    ('m2', '', None)
    """
    written = _written(text)
    if written is None or _digits(written.body, decimal) is None:
        return None
    return written.before + written.after


def _written(text: str) -> _Written | None:
    """A number with currency or unit and sign; None if the text is none."""
    in_brackets = text.startswith("(") and text.endswith(")")  # an accountant's minus
    match = WRITTEN.fullmatch(text[1:-1] if in_brackets else text)
    if match is None or not text.isprintable() or NOT_ASCII_DIGIT.search(text):
        return None
    signs = [sign for sign in (match["sign"], match["inner"], match["trailing"]) if sign]
    if len(signs) > 1:
        return None
    after = match["after"] or ""
    if len(after) > LONGEST_UNIT:
        return None
    minus = in_brackets or bool(signs and signs[0] != "+")
    return _Written(match["before"] or "", after, -1 if minus else 1, match["body"])


def _digits(body: str, decimal: Decimal) -> _Digits | None:
    match = DIGITS[decimal].fullmatch(body)
    whole = match and (match["grouped"] or match["whole"])
    if match is None or not (whole or match["part"]):
        return None
    digits = re.sub(r"\D", "", whole or "0")
    value = float(f"{digits}.{match['part'] or '0'}{match['power'] or ''}")
    return _Digits(value, match["grouped"] is not None, match["part"] is not None)
