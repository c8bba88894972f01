"""The dates of a column: the order of day and month, and the century of years of two digits."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from glassnet.core.file_record import FileRecord
from glassnet.tables.cells.date_patterns import MONTHS, date_parts, zone_of

__all__ = ["DateText", "DayOrder", "date_text", "order_of"]

#: Which comes first where a date is three numbers; the year only if it has two digits.
DayOrder: TypeAlias = Literal["day first", "month first", "year first"]
#: Years of two digits are from 1969 to 2068, as POSIX says, if a column shows nothing else.
FIRST_YEAR = 1969
#: Databases write these years for "always" and "never".
ALWAYS, NEVER = 1, 9999
#: So many dates show how a column is written.
SAMPLE = 20_000
MONTHS_IN_QUARTER = 3


class DateText(FileRecord, frozen=True):
    """How the dates of a column are written.

    Attributes
    ----------
    order : {"day first", "month first", "year first"}
        Of dates like 02/03/2026, and 20/01/31; dates with a year of four digits first, or the
        month's name, speak for themselves.
    first_year : int
        Of the hundred years that two digits may mean.
    unpadded : bool
        Whether a year of two digits may follow days and months of one, as in 5.1.20.

    Examples
    --------
    >>> DateText("month first").value("12/25/2023")
    datetime.datetime(2023, 12, 25, 0, 0)
    >>> DateText().value("5 January 2020 3:30 pm"), DateText().value("1.2.3")
    (datetime.datetime(2020, 1, 5, 15, 30), None)
    """

    order: DayOrder = "day first"
    first_year: int = FIRST_YEAR
    unpadded: bool = False

    def value(self, text: str) -> datetime | None:
        """Return the date or time that a cell says, in UTC where it names a zone; None if none."""
        parts = date_parts(text, unpadded=self.unpadded)
        if parts is None:
            return None
        try:
            return _moment(self._day(parts), parts)
        except (ValueError, OverflowError):  # there is no such day, or time
            return None

    def _day(self, parts: dict[str, str]) -> date:
        if "week" in parts:
            weekday = int(parts.get("weekday", 1))
            return date.fromisocalendar(int(parts["year"]), int(parts["week"]), weekday)
        if "quarter" in parts:
            first = MONTHS_IN_QUARTER * (int(parts["quarter"]) - 1) + 1
            return date(self._year(parts["year"]), first, 1)
        if "one" in parts:
            year, month, day = self._in_order(parts["one"], parts["two"], parts["last"])
        else:
            year, day = parts["year"], parts.get("day", "1")
            month = parts["month"] if "month" in parts else str(MONTHS[parts["name"].lower()])
        return date(self._year(year), int(month), int(day))

    def _in_order(self, one: str, two: str, last: str) -> tuple[str, str, str]:
        """Year, month and day of three numbers."""
        if self.order == "year first" and len(last) == 2:
            return one, two, last
        return (last, one, two) if self.order == "month first" else (last, two, one)

    def _year(self, text: str) -> int:
        year = int(text)
        return year if len(text) > 2 else self.first_year + (year - self.first_year) % 100


def date_text(texts: Iterable[str], order: DayOrder | None = None) -> DateText:
    """Return how the dates among some texts are written.

    Parameters
    ----------
    texts : iterable of str
    order : optional
        Found if not given.

    Examples
    --------
    >>> date_text(["18.2.44", "7.12.79", "26.1.69"])
    DateText(order='day first', first_year=1912, unpadded=True)
    """
    found = [parts for text in _sample(texts) if (parts := date_parts(text, unpadded=True))]
    chosen = order or _order(found)[0]
    years = [
        parts["one" if chosen == "year first" else "last"] if "one" in parts else parts["year"]
        for parts in found
    ]
    first_year = _first_year({int(year) for year in years if len(year) == 2})
    return DateText(chosen, first_year, _may_be_unpadded(found, chosen))


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
    return _order([parts for text in _sample(texts) if (parts := date_parts(text, unpadded=True))])


def _sample(texts: Iterable[str]) -> list[str]:
    return [text for _, text in zip(range(SAMPLE), texts, strict=False)]


def _order(dates: list[dict[str, str]]) -> tuple[DayOrder, bool]:
    found = [parts for parts in dates if "one" in parts]
    if _are_years_first(found):
        return "year first", all(int(parts["one"]) <= 31 for parts in found)
    ones, twos = ({int(parts[name]) for parts in found} for name in ("one", "two"))
    day_shown = Counter(int(parts["one"]) > 12 for parts in found)[True]
    month_shown = Counter(int(parts["two"]) > 12 for parts in found)[True]
    if day_shown or month_shown:
        return "day first" if day_shown >= month_shown else "month first", not _all_shown(found)
    same_day_each_month = len(twos) == 1 < len(ones)
    american = any("half" in parts for parts in found)
    order: DayOrder = "month first" if same_day_each_month or american else "day first"
    return order, ones != twos or len(ones) > 1


def _all_shown(found: list[dict[str, str]]) -> bool:
    """Whether dates parted by each sign show their order: a mixture may come from two hands."""
    shown: dict[str, bool] = defaultdict(bool)
    for parts in found:
        own = max(int(parts["one"]), int(parts["two"])) > 12
        shown[parts["sign"]] |= own or parts["one"] == parts["two"]
    return all(shown.values())


def _are_years_first(found: list[dict[str, str]]) -> bool:
    """Whether years of two digits come first: they vary less than the last number, a day."""
    if not found or any(len(parts["last"]) > 2 or len(parts["one"]) < 2 for parts in found):
        return False
    ones, twos, lasts = ([int(parts[name]) for parts in found] for name in ("one", "two", "last"))
    if max(twos) > 12 or max(lasts) > 31 or min(lasts) < 1:
        return False
    if max(ones) > 31:
        return True
    varies = max(lasts) - min(lasts)
    strokes = all(parts["sign"] in "/-" for parts in found)
    return strokes and varies >= 12 and varies > max(ones) - min(ones)


def _first_year(found: set[int]) -> int:
    """The first of the hundred years that years of two digits belong to: they are one span.

    The span ends with 2068 at the latest; what is before and after it is shared.
    """
    if not found:
        return FIRST_YEAR
    ordered = sorted(found)
    gaps = [
        (after - year - 1) % 100
        for year, after in zip(ordered, ordered[1:] + ordered[:1], strict=True)
    ]
    gap = max(gaps)
    last = ordered[gaps.index(gap)]
    usual = [FIRST_YEAR + (year - FIRST_YEAR) % 100 for year in found]
    if max(usual) - min(usual) == 99 - gap or len(found) == 1:
        return FIRST_YEAR
    return FIRST_YEAR + (last - FIRST_YEAR) % 100 - 99 + gap // 2


def _may_be_unpadded(dates: list[dict[str, str]], order: DayOrder) -> bool:
    """Whether texts like 5.1.20 are dates, not versions: days above 12 show it, and no month is."""
    days, months = ("two", "one") if order == "month first" else ("one", "two")
    short = [
        parts
        for parts in dates
        if "one" in parts and len(parts["last"]) == 2 and parts["sign"] in ".-"
    ]
    return (
        order != "year first"
        and (order == "day first" or all(parts["sign"] == "-" for parts in short))
        and any(int(parts[days]) > 12 for parts in short)
        and all(1 <= int(parts[months]) <= 12 and 1 <= int(parts[days]) <= 31 for parts in short)
    )


def _moment(day: date, parts: dict[str, str]) -> datetime | None:
    """The moment of a date with its time of day, if it has one; None if it means never."""
    if not ALWAYS < day.year < NEVER:
        return None
    clock = parts.get("clock", "")  # without signs between
    hour = int(parts.get("hour") or clock[:2] or 0)
    minute = int(parts.get("minute") or clock[2:4] or 0)
    second = int(parts.get("second") or clock[4:6] or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    micros = int(parts.get("fraction", "").ljust(6, "0")[:6])
    zone = zone_of(parts["zone"]) if "zone" in parts else None
    moment = datetime(day.year, day.month, day.day, hour, minute, second, micros, tzinfo=zone)
    return moment.astimezone(UTC).replace(tzinfo=None) if zone else moment
