"""Dates as people write them: which part of a text is the year, the month, the day, the time."""

import re
from datetime import UTC, timedelta, timezone

__all__ = ["MONTHS", "date_parts", "zone_of"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene jän jänner janeiro gennaio gen januari",
            "feb february februar février févr fév febrero fevereiro fev febbraio februari",
            "mar march märz mär mrz mars marzo março maart mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maio maggio mag mei maj", "jun june juni juin junio junho giugno giu",
            "jul july juli juil juillet julio julho luglio lug",
            "aug august août aoû agosto ago augustus",
            "sep sept september septembre septiembre setembro set settembre",
            "oct october okt oktober octobre octubre outubro out ottobre ott",
            "nov november novembre noviembre novembro",
            "dec december dez dezember décembre déc diciembre dic dezembro dicembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
#: Minutes east of Greenwich of the zones that people name.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120,
    "EET": 120, "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "JST": 540,
}  # fmt: skip
WEEKDAYS = (
    "mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|"
    "dom|gio|sab|seg|ter|qua|qui|sex"
)
ZONE = rf"(?:{'|'.join(sorted(ZONES, key=len, reverse=True))}|[+-]\d{{2}}(?::?\d{{2}})?)"
TIME = (
    r"(?P<hour>\d{1,2})(?:[:.hH]?(?P<minute>\d{2})(?:[:.]?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    rf"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?\s?(?P<zone>{ZONE})?(?:\s(?:Uhr|h))?"
)
WITH_TIME = rf"(?:(?:[T,:_]\s?|\s+|\s?-\s){TIME})?"
MONTH, DAY = r"(?P<name>[^\W\d_]{3,9})\.?", r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
OF = r"(?:[-,\s/]*|\s+(?:of|de|del)\s+)"
#: Before a date: the day of the week, or the time of day.
BEFORE = re.compile(rf"(?:{WEEKDAYS})[^\W\d_]*\.?,?\s+(?=\S)", re.IGNORECASE)
TIME_BEFORE = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?),?\s+(\d.*[-/.].*)")
#: After a date: the day of the week, or a full stop.
AFTER = re.compile(r"(?<=\d\d)(?:\s?\([^\W\d_]{2,9}\)|\.)$")
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # The year first, as ISO 8601 says; also without signs.
        (
            r"(?P<year>\d{4})(?P<sign>\. |[-/._ ])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})\.?"
            rf"{WITH_TIME}"
        ),
        (
            r"(?P<year>(?:1[89]|2[01])\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>\d{2})"
            rf"(?:[T _]{TIME}|(?P<clock>\d{{4}}(?:\d{{2}})?))?"
        ),
        rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日{WITH_TIME}",
        # Three numbers, the year last; one of two digits beside others of two, or by strokes.
        (
            r"(?P<one>\d{1,2})(?P<sign>[-/._ ])\s?(?P<two>\d{1,2})(?P=sign)\s?(?P<last>\d{4}|"
            rf"(?:(?<=\d\d[-/.]\d\d[-/.])|(?<=/))\d{{2}})\.?{WITH_TIME}"
        ),
        # The month by its name.
        rf"{DAY}{OF}{MONTH}{OF}(?P<year>\d{{4}}|\d{{2}}){WITH_TIME}",
        rf"{MONTH}[-\s]+{DAY}(?:[-,\s]+|,\s*)(?P<year>\d{{4}}){WITH_TIME}",
        rf"{MONTH}\s+{DAY}\s+{TIME}\s+(?:[A-Z]{{3,4}}\s+)?(?P<year>\d{{4}})",
        rf"{MONTH}{OF}(?P<year>\d{{4}})",
        rf"{MONTH}(?:-|\s?['’])(?P<year>\d{{2}})",
        rf"(?P<year>\d{{4}})[-\s]{MONTH}(?:[-\s](?P<day>\d{{1,2}}))?{WITH_TIME}",
        # Months, quarters and weeks of a year.
        r"(?P<year>(?:1[89]|20)\d{2})(?:[-/.]|M)(?P<month>\d{2})",
        r"(?P<month>\d{1,2})[/.](?P<year>(?:1[89]|20)\d{2})",
        r"(?P<month>0[1-9]|1[0-2])-(?P<year>(?:1[89]|20)\d{2})",
        r"(?P<year>(?:1[89]|20)\d{2})[-/\s]{0,2}[Qq](?P<quarter>[1-4])",
        r"[Qq](?P<quarter>[1-4])[-/\s'’]{0,2}(?P<year>(?:1[89]|20)\d{2}|\d{2})",
        r"(?P<quarter>[1-4])\.?\s?[Qq](?:uartal)?[-/\s]{0,2}(?P<year>(?:1[89]|20)\d{2}|\d{2})",
        (
            r"(?P<year>(?:1[89]|20)\d{2})[-/\s]{0,2}(?:W|KW|CW)\s?(?P<week>\d{1,2})"
            r"(?:-?(?P<weekday>[1-7]))?"
        ),
        r"(?:W|KW|CW|Week|Woche)\s?(?P<week>\d{1,2})[-/,\s]{1,2}(?P<year>(?:1[89]|20)\d{2})",
    )
)  # fmt: skip
UNPADDED = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sign>[-.])(?P<two>\d{{1,2}})(?P=sign)(?P<last>\d\d){WITH_TIME}"
)
LONGEST = 40


def date_parts(text: str, *, unpadded: bool = False) -> dict[str, str] | None:
    """Return the parts of a date by their names; None if a text is no date.

    Where all of it are numbers and the year is not first, the first two are ``one`` and ``two``
    and the last is ``last``: the order of a column decides what they are.

    Parameters
    ----------
    text : str
    unpadded : bool
        Whether a year of two digits may follow days and months of one, as in 5.1.20.

    Examples
    --------
    >>> parts = date_parts("Wed 18.12.2019, 14:30 Uhr")
    >>> [parts[name] for name in ("one", "two", "last", "hour", "minute")]
    ['18', '12', '2019', '14', '30']
    >>> date_parts("2020-Q3"), date_parts("1.2.3")
    ({'year': '2020', 'quarter': '3'}, None)
    """
    if len(text) > LONGEST or not any("0" <= sign <= "9" for sign in text):
        return None
    for form in _forms(text):
        for pattern in (UNPADDED, *PATTERNS) if unpadded else PATTERNS:
            if match := pattern.fullmatch(form):
                parts = {name: part for name, part in match.groupdict().items() if part}
                if parts.get("name", "may").lower() in MONTHS:
                    return parts
    return None


def _forms(text: str) -> list[str]:
    """The text, and without what may stand around a date where there is some."""
    forms = [text]
    bare = AFTER.sub("", BEFORE.sub("", text, count=1))
    if match := TIME_BEFORE.fullmatch(bare):
        bare = f"{match[2]} {match[1]}"
    return forms if bare == text else [*forms, bare]


def zone_of(name: str) -> timezone:
    """Return the time zone of a name or a difference: CET, +02:00, -0530."""
    if name in ZONES:
        return timezone(timedelta(minutes=ZONES[name])) if ZONES[name] else UTC
    digits = name[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=minutes if name[0] == "+" else -minutes))
