"""Numbers as people write them: decimal sign, thousands, unit, currency, percent."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from glassnet.core.file_record import FileRecord

__all__ = [
    "FEW",
    "MAGNITUDES",
    "PLAIN_NUMBER",
    "Decimal",
    "NumberText",
    "decimals_of",
    "unit_key",
    "unit_of",
]

Decimal: TypeAlias = Literal[".", ","]

#: A number as a programming language writes it, for Python and for Polars.
PLAIN_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
PLAIN = re.compile(PLAIN_NUMBER)
#: Currency before a number; symbols, and codes that are not mistaken for the letters of a code.
CURRENCY = (
    r"[$€£¥₹₽₩₺₪฿₫₴₦]|(?:US|A|C|CA|AU|NZ|HK|S|R|NT|Mex)\$|"
    r"(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK|HUF|AUD|CAD|NZD|BRL|ZAR|RUB|TRY|"
    r"Rs\.?|Fr\.|kr\.?|zł|Kč|ca\.|circa|approx\.)|[~≈]"
)
#: The decimal signs.
MARKS: tuple[Decimal, ...] = (".", ",")
#: A unit after a number: m2, km/h, %, °C, sq ft, EUR, + (or more).
UNIT = r"\+|(?:[^\W\d_]|[%‰°$€£¥₹µ'\"])[^\d\s,;:|]*[²³]?[23]?(?:\s[^\W\d_][^\d\s,;:|]*[23]?)?"
#: Powers of ten, as computers and as people write them.
POWER = r"(?:(?:[eE]|[dD](?=[+-])|\s?[x×*·]\s?10(?:\^|(?=[+\-−])))(?P<power>[+\-−]?\d+))?"
BODY = (
    r"(?:\d[\d.,'’´` ]*\d|\d|[.,]\d+)(?:[.,](?=$|\s|[^\W\d_]))?"
    rf"{POWER.replace('?P<power>', '')}"
)
SIGN = r"[+\-−–]"
WRITTEN = re.compile(
    rf"(?P<sign>{SIGN}?) ?(?P<before>{CURRENCY})? ?(?P<inner>{SIGN}?)(?P<body>{BODY})"
    rf"(?P<trailing>[-−])?(?: ?(?P<after>{UNIT}))?"
)
#: A fraction before which a minus may be the last sign; others are grades, or open ranges.
FRACTION = re.compile(r"[.,]\d{1,3}$")
#: What stands for no hundredths: 5,- or 5.-- or Rs. 5/-
NO_HUNDREDTHS = re.compile(r"(?<=\d)(?:[.,][-–—]{1,2}|/-)(?=$|\s)")
#: Brackets around a number after its currency.
BRACKETS = re.compile(rf"(?P<before>(?:{CURRENCY})?) ?\((?P<inside>[^()]*)\)")
#: Thousands and millions, behind a number, and how the letters are told apart.
MAGNITUDES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "b": 1e9, "bn": 1e9, "Bn": 1e9, "BN": 1e9,
    "mn": 1e6, "Mn": 1e6, "MN": 1e6, "T": 1e12, "tn": 1e12, "thousand": 1e3, "million": 1e6,
    "billion": 1e9, "trillion": 1e12, "Tsd.": 1e3, "Mio.": 1e6, "Mio": 1e6, "Mrd.": 1e9,
    "Mrd": 1e9, "lakh": 1e5, "Lakh": 1e5, "Lac": 1e5, "crore": 1e7, "Crore": 1e7, "Cr": 1e7,
    "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
}  # fmt: skip
#: The whole part of a number, with thousands parted or not; in India, hundreds of them.
GROUPED = {
    ".": r"[1-9]\d{0,2}(?:(?P<sign>[,'’´` ])\d{3})(?:(?P=sign)\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3}",
    ",": r"[1-9]\d{0,2}(?:(?P<sign>[.'’´` ])\d{3})(?:(?P=sign)\d{3})*",
}
DIGITS = {
    mark: re.compile(
        rf"(?:(?P<grouped>{grouped})|(?P<whole>\d+))?(?:[{mark}](?P<part>\d*))?{POWER}"
    )
    for mark, grouped in GROUPED.items()
}
#: Digits of other scripts are no numbers here, nor are fractions and powers of one letter.
NOT_ASCII_DIGIT = re.compile(r"[^\W\D0-9]")
NUMERIC_LETTER = re.compile(r"[¹¼-¾⁰⁴-₉⅐-ⅿ]")
OPEN_END = re.compile(r"\d[-−]$")
INFINITY = float("inf")
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
    minus_last : bool
        Whether whole numbers may have their minus at the end.
    magnitudes : bool
        Whether letters behind a number are thousands and millions: 5K, 1.2M.

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
    minus_last: bool = False
    magnitudes: bool = False

    def value(self, text: str) -> float | None:
        """Return the number that a cell says; None if it says none."""
        if self.decimal == "." and PLAIN.fullmatch(text):
            return _finite(float(text))
        written = _written(text)
        if written is None or not self._fits(written):
            return None
        digits = _digits(written.body, self.decimal)
        if digits is None or (digits.grouped and not self.grouped):
            return None
        times = MAGNITUDES.get(written.after, 1.0) if self.magnitudes else 1.0
        return _finite(written.sign * digits.value * times)

    def _fits(self, written: "_Written") -> bool:
        """Whether a number has the currency and the unit of its column, or none."""
        if written.before not in ("", self.before) or (written.open_end and not self.minus_last):
            return False
        if self.magnitudes and written.after in MAGNITUDES:
            return True
        return written.after == "" or unit_key(written.after) == unit_key(self.after)

    @classmethod
    def of(
        cls,
        texts: Counter[str],
        plain: int,
        plain_large: int,
        plain_grouped: int,
        decimal: Decimal,
        *,
        whole: bool = False,
        different: bool = False,
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
        whole : bool
            Whether the plain numbers are whole, and most of them large.
        different : bool
            Whether there are more different numbers than a category has.
        """
        signs: Counter[tuple[str, str]] = Counter({("", ""): plain})
        spelled: Counter[tuple[str, str]] = Counter({("", ""): plain})
        large, grouped, surely = plain_large, plain_grouped, 0
        other: Decimal = "," if decimal == "." else "."
        for text, count in texts.items():
            written = _written(text)
            digits = None if written is None else _digits(written.body, decimal)
            if written is not None and digits is not None:
                signs[written.before, unit_key(written.after)] += count
                spelled[written.before, written.after] += count
                large += count * (digits.value >= SMALLEST_GROUPED)
                grouped += count * digits.grouped
                surely += count * (digits.grouped and _digits(written.body, other) is None)
        before, key = max(signs, key=lambda pair: signs[pair])
        units = [pair for pair in spelled if pair[0] == before and unit_key(pair[1]) == key]
        after = max(units, key=lambda pair: spelled[pair])[1]
        # A few cells like 1,234 may as well have the other decimal sign.
        common = surely > 0 or grouped > FEW * signs.total()
        return cls(
            decimal,
            before,
            after,
            grouped=grouped > 0 and (whole or (common and 2 * grouped >= large)),
            minus_last=different and any(OPEN_END.search(text) for text in texts),
            magnitudes=_are_magnitudes(spelled, before),
        )


def _are_magnitudes(spelled: Counter[tuple[str, str]], before: str) -> bool:
    """Whether numbers of different magnitudes have different letters behind them."""
    found: Counter[float] = Counter()
    for (currency, unit), count in spelled.items():
        if currency == before and unit in MAGNITUDES:
            found[MAGNITUDES[unit]] += count
    bytes_too = {unit for _, unit in spelled if unit in ("KB", "kB", "MB", "GB", "TB")}
    letters = {unit for _, unit in spelled if unit in MAGNITUDES} - bytes_too
    return len(found) > 1 and not (bytes_too and letters)


def unit_key(unit: str) -> str:
    """Return what is the same for all spellings of a unit: kg and Kg, day and days.

    Examples
    --------
    >>> unit_key("Kg") == unit_key("kg"), unit_key("days") == unit_key("day")
    (True, True)
    >>> unit_key("mW") == unit_key("MW"), unit_key("m") == unit_key("M")
    (False, False)
    """
    if len(unit) < 2 or not unit.isalpha():
        return unit
    lower = unit.casefold()
    if lower in ("st", "nd", "rd", "th"):
        return "th"
    if lower.startswith("m") and len(unit) == 2:  # milli or mega
        return unit[0] + lower[1:]
    return lower.removesuffix("s") if len(unit) > 2 else lower


def _finite(value: float) -> float | None:
    return value if abs(value) < INFINITY else None


class _Written(NamedTuple):
    before: str
    after: str
    sign: int
    body: str
    open_end: bool


class _Digits(NamedTuple):
    value: float
    grouped: bool
    fraction: bool
    shows_sign: bool


def decimals_of(texts: Iterable[str]) -> dict[Decimal, int]:
    """Return how many texts can only be numbers with each decimal sign.

    Examples
    --------
    >>> decimals_of(["1,5", "2,25", "1,234", "7", "1.234.567"])
    {'.': 0, ',': 3}
    """
    proofs: dict[Decimal, int] = {".": 0, ",": 0}
    for text in texts:
        found = _written(text)
        if found is None:
            continue
        point, comma = (_digits(found.body, mark) for mark in MARKS)
        proofs["."] += point is not None and comma is None and point.shows_sign
        proofs[","] += comma is not None and point is None and comma.shows_sign
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
    brackets = BRACKETS.fullmatch(text)  # an accountant's minus
    bare = f"{brackets['before']}{brackets['inside']}" if brackets else text
    match = WRITTEN.fullmatch(NO_HUNDREDTHS.sub("", bare))
    if match is None or not text.isprintable() or NOT_ASCII_DIGIT.search(text):
        return None
    signs = [sign for sign in (match["sign"], match["inner"], match["trailing"]) if sign]
    after = match["after"] or ""
    if len(signs) > 1 or len(after) > LONGEST_UNIT or NUMERIC_LETTER.search(after):
        return None
    minus = brackets is not None or bool(signs and signs[0] != "+")
    open_end = bool(match["trailing"]) and not FRACTION.search(match["body"])
    return _Written(match["before"] or "", after, -1 if minus else 1, match["body"], open_end)


def _digits(body: str, decimal: Decimal) -> _Digits | None:
    match = DIGITS[decimal].fullmatch(body)
    whole = match and (match["grouped"] or match["whole"])
    if match is None or not (whole or match["part"]):
        return None
    digits = re.sub(r"\D", "", whole or "0")
    power = (match["power"] or "0").replace("−", "-")
    value = float(f"{digits}.{match['part'] or '0'}e{power}")
    groups = re.search(r"[.,]", match["grouped"] or "") is not None
    shows_sign = match["part"] is not None or groups
    return _Digits(value, match["grouped"] is not None, match["part"] is not None, shows_sign)
