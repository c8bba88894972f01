"""Dates as people write them: the order of day and month, names of months, times of day."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias

from glassnet.core.file_record import FileRecord

__all__ = ["DateText", "DayOrder", "order_of"]

#: Which comes first where a date is three numbers, the year last.
DayOrder: TypeAlias = Literal["day first", "month first"]

TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
WITH_TIME = rf"(?:(?:[T,]\s?|\s+|\s?-\s){TIME})?"
WEEKDAY = r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*,?\s+)?"
MONTH = r"(?P<name>[^\W\d_]{3,9})\.?"
#: The year first, as ISO 8601 says.
YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){WITH_TIME}"
)
#: Three numbers, the year last; one of two digits beside others of two, or parted by strokes.
YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})(?P<sign>[-/.])\s?(?P<two>\d{1,2})(?P=sign)\s?(?P<year>\d{4}|"
    rf"(?:(?<=\d\d[-/.]\d\d[-/.])|(?<=/))\d{{2}}){WITH_TIME}"
)
NAMED = (
    re.compile(
        rf"{WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-\s/]*{MONTH}[-,\s/]*"
        rf"(?P<year>\d{{4}}|\d{{2}}){WITH_TIME}"
    ),
    re.compile(
        rf"{WEEKDAY}{MONTH}[-\s]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-,\s]+(?P<year>\d{{4}}){WITH_TIME}"
    ),
    re.compile(rf"{MONTH}[-,\s]+(?P<year>\d{{4}})"),
    re.compile(rf"(?P<year>\d{{4}})[-\s]{MONTH}(?:[-\s](?P<day>\d{{1,2}}))?{WITH_TIME}"),
)
#: Months of a year: 2026-01, 01/2026.
MONTHS_OF_YEARS = (
    re.compile(r"(?P<year>(?:1[89]|20)\d{2})[-/.](?P<month>\d{2})"),
    re.compile(r"(?P<month>\d{1,2})[/.](?P<year>(?:1[89]|20)\d{2})"),
)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene jän jänner",
            "feb february februar février févr fév febrero",
            "mar march märz mär mrz mars marzo", "apr april avril avr abril abr", "may mai mayo",
            "jun june juni juin junio", "jul july juli juillet juil julio",
            "aug august août agosto ago",
            "sep sept september septembre septiembre", "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember décembre déc diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
#: Years of two digits from here on belong to the last century, as POSIX says.
LAST_CENTURY = 69


class DateText(FileRecord, frozen=True):
    """How the dates of a column are written.

    Attributes
    ----------
    order : {"day first", "month first"}
        Of dates like 02/03/2026; dates with the year first, or the month's name, speak for
        themselves.

    Examples
    --------
    >>> DateText("month first").value("12/25/2023")
    datetime.datetime(2023, 12, 25, 0, 0)
    >>> DateText().value("5 January 2020 3:30 pm"), DateText().value("1.2.3")
    (datetime.datetime(2020, 1, 5, 15, 30), None)
    """

    order: DayOrder = "day first"

    def value(self, text: str) -> datetime | None:
        """Return the date or time that a cell says, in UTC where it names a zone; None if none."""
        if match := YEAR_LAST.fullmatch(text):
            day, month = match["one"], match["two"]
            if self.order == "month first":
                day, month = month, day
            return _moment(match, _year(match["year"]), int(month), int(day))
        if match := YEAR_FIRST.fullmatch(text):
            return _moment(match, int(match["year"]), int(match["month"]), int(match["day"]))
        for pattern in NAMED:
            if (match := pattern.fullmatch(text)) and match["name"].lower() in MONTHS:
                day = match.groupdict().get("day") or "1"
                return _moment(match, _year(match["year"]), MONTHS[match["name"].lower()], int(day))
        for pattern in MONTHS_OF_YEARS:
            if match := pattern.fullmatch(text):
                return _moment(match, int(match["year"]), int(match["month"]), 1)
        return None


def order_of(texts: Iterable[str]) -> tuple[DayOrder, bool]:
    """Return the order of day and month in some dates, and whether the other one would do, too.

    The order is the one in which more of them are dates; a number from 13 to 31 shows it. Where
    both would do, one date on the first of each month is likelier than twelve days of January, and
    dates with AM and PM are American; all else has the day first.

    Examples
    --------
    >>> order_of(["01/02/2026", "12/25/2026"])
    ('month first', False)
    >>> order_of(["01/01/2026", "02/01/2026", "03/01/2026"])
    ('month first', True)
    """
    found = [match for text in texts if (match := YEAR_LAST.fullmatch(text))]
    ones, twos = ({int(match[name]) for match in found} for name in ("one", "two"))
    day_shown = Counter(int(match["one"]) > 12 for match in found)[True]
    month_shown = Counter(int(match["two"]) > 12 for match in found)[True]
    if day_shown or month_shown:
        return "day first" if day_shown >= month_shown else "month first", False
    same_day_each_month = len(twos) == 1 < len(ones)
    american = any(match["half"] for match in found)
    order: DayOrder = "month first" if same_day_each_month or american else "day first"
    return order, ones != twos or len(ones) > 1


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= LAST_CENTURY else 2000)


def _moment(match: re.Match[str], year: int, month: int, day: int) -> datetime | None:
    """The moment of a date with its time of day, if it has one; None if there is no such day."""
    parts = match.groupdict()
    hour = int(parts.get("hour") or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    micros = int((parts.get("fraction") or "").ljust(6, "0")[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, micros, tzinfo=_zone(parts))
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _zone(parts: dict[str, str]) -> timezone | None:
    text = parts.get("zone")
    if not text:
        return None
    if not text.startswith(("+", "-")):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
