"""Reads times as people write them, in any language of the CLDR, or not at all: what is not understood is no time."""

import re
import unicodedata
from datetime import datetime, tzinfo
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from pipelines.normalize.calendar_words import CalendarWords, fillers, key, vocabularies
from pipelines.normalize.zones import is_zone, read_zone

LONGEST = 100
"""Characters; what is longer is prose."""


class Written(NamedTuple):
    """What was written: the time on the wall, whether it had an hour, and the zone that was named."""

    wall: datetime
    has_time: bool
    zone: tzinfo | None


class _Clock(NamedTuple):
    hour: int = 0
    minute: int = 0
    second: int = 0


_HALF = r"[AaPp]\.?\s?[Mm]\b\.?|上午|下午|午前|午後|오전|오후"
_CLOCK = re.compile(
    rf"""
    (?:(?P<before>{_HALF})\s*)?
    (?:
        (?<![\d:.])(?P<h1>\d{{1,2}}):(?P<m1>\d{{2}})(?::(?P<s1>\d{{2}})(?:[.,]\d{{1,9}})?)?(?![\d:])
      | (?<![\d:.])(?P<h2>\d{{1,2}})\s?[hH](?:\s?(?P<m2>\d{{2}})(?:\s?(?:min|m|[hH])\b)?)?(?!\w)
      | (?<!\d)(?P<h3>\d{{1,2}})\s?[時时點点시](?:\s?(?P<m3>\d{{1,2}})[分분]?)?(?:\s?(?P<s3>\d{{1,2}})[秒초])?
      | (?<![\d:.])(?P<h4>\d{{1,2}})(?:\.(?P<m4>\d{{2}}))?(?=\s*(?:[Uu]hr|[Uu]ur|[Hh]rs|{_HALF}))
        (?:\s*[Uu]hr\s+(?P<n4>\d{{2}})(?!\d))?
      | \b(?:kl|klo|ore|alle|um|om|às)\.?\s(?P<h5>\d{{1,2}})\.(?P<m5>\d{{2}})(?![\d.])
    )
    (?:\s*(?P<after>{_HALF}))?
    """,
    re.VERBOSE,
)
_ZONE = re.compile(
    r"[\s,(\[]*(?:[Uu]hr\b[\s,(\[]*|[Uu]ur\b\s*|[Hh]rs\b\s*)?"
    r"(?:(?P<offset>(?:UTC|GMT|UT|Z)?\s?[+\-−]\d{1,2}(?::?\d{2})?)(?![\d./-])"
    r"|(?P<name>[A-Z][A-Za-z]+(?:/[A-Za-z_]+)+|МСК|[A-Z]{1,5})(?!\w))"
    r"(?:\s*\([A-Z]{2,5}\))?"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?:\s?[日일]|\.)?(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/-])")
_NUMBERED_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s*tháng\s*(\d{1,2})[\s,]*(?:năm\s*)?(\d{4})(?!\d)")
_NUMBER = r"(?<!\d)(\d+)(?:st|nd|rd|th|er|re|de|ste|o|a|e)?(?![^\W\d])"
_TOKEN = re.compile(rf"{_NUMBER}|[^\s\d,;:/()\[\]\-–—|·•،、]+")
_AFTERNOON = ("p", "下午", "午後", "오후")


def read_written(raw: str, home: str | None, language: str | None) -> Written | None:
    """The one time that a text is, with nothing else in it but names of days and small words; None otherwise.

    `home` and `language` decide the order of 3/4/2025; where they don't, such a date is not read.
    """
    if not 6 <= len(raw) <= LONGEST or not any(map(str.isdigit, raw)):
        return None
    text = _plain_digits(unicodedata.normalize("NFKC", raw))
    text = re.sub(r"(?<=\d)[Tt](?=\d)", " ", text)
    clock, before, after = _take_clock(text)
    if clock is None:
        return _dated(before, after, None, home, language)
    if not (clock.hour < 24 and clock.minute < 60 and clock.second <= 60):
        return None
    zone = _ZONE.match(after)
    if zone is None:
        return _dated(before, after, clock, home, language)
    name = zone["offset"] or zone["name"]
    if zone["offset"] or is_zone(name) or "/" in name or _own_name(name, home):
        found = _dated(before, after[zone.end() :], clock, home, language)
        return found and found._replace(zone=read_zone(name.strip(), found.wall.year, home))
    # What stands there may be a month in capitals, or a zone that nobody knows.
    return _dated(before, after, clock, home, language) or _dated(before, after[zone.end() :], clock, home, language)


def whole_year(year: int, digits: int) -> int:
    """A year of two digits as RFC 5322 section 4.3 and POSIX read it: up to 68 lies in this century."""
    if digits != 2:
        return year
    return year + (2000 if year <= 68 else 1900)


def wall_time(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    """A time without a zone; None where the calendar has no such time."""
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)


def _own_name(name: str, home: str | None) -> bool:
    return home is not None and read_zone(name, 2000, home) is not None


def _take_clock(text: str) -> tuple[_Clock | None, str, str]:
    """The time of day, and what stands before and after it."""
    found = _CLOCK.search(text)
    if found is None:
        return None, text, ""
    parts = found.groupdict()
    hour = next(int(parts[name]) for name in ("h1", "h2", "h3", "h4", "h5") if parts[name])
    minute = next((int(parts[name]) for name in ("m1", "m2", "m3", "m4", "n4", "m5") if parts[name]), 0)
    second = next((int(parts[name]) for name in ("s1", "s3") if parts[name]), 0)
    half = (parts["after"] or parts["before"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith(_AFTERNOON) else 0)
    return _Clock(hour, minute, second), text[: found.start()], text[found.end() :]


def _dated(before: str, after: str, clock: _Clock | None, home: str | None, language: str | None) -> Written | None:
    """A day found in what is left around the time of day."""
    rest = f"{before} , {after}".casefold()
    day = _numeric_day(rest, home, language) or _named_day(rest, language)
    if day is None:
        return None
    wall = wall_time(*day, *(clock._replace(second=min(clock.second, 59)) if clock else ()))
    return None if wall is None else Written(wall, has_time=clock is not None, zone=None)


def _numeric_day(rest: str, home: str | None, language: str | None) -> tuple[int, int, int] | None:
    day: tuple[int, int, int] | None = None
    if found := _YEAR_FIRST.search(rest):
        day = int(found[1]), int(found[2]), int(found[3])
    elif found := _NUMBERED_MONTH.search(rest):
        day = int(found[3]), int(found[2]), int(found[1])
    elif found := _YEAR_LAST.search(rest):
        year = whole_year(int(found[4]), len(found[4]))
        day = _in_order(int(found[1]), int(found[3]), found[2], year, home, language)
    if found is None or day is None:
        return None
    left = _words(rest[: found.start()] + " " + rest[found.end() :])
    return day if all(_says_nothing(word, language) for word in left) else None


def _in_order(
    first: int, second: int, separator: str, year: int, home: str | None, language: str | None
) -> tuple[int, int, int] | None:
    if first > 12 or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    english = (language or "").partition("-")[0] == "en"
    day_first = True if separator == "." and not english else _day_goes_first(home, language)
    if day_first is None:
        return None
    return (year, second, first) if day_first else (year, first, second)


@cache
def _day_goes_first(home: str | None, language: str | None) -> bool | None:
    """Whether 3/4/2025 is in April, as the CLDR has it for the language.

    English without a region is of two minds: there, and without a language, the source's zone tells America from
    the rest; without a zone nobody knows.
    """
    if language and language != "und" and language != "en":
        try:
            pattern = Locale.parse(language, sep="-").date_formats["short"].pattern
        except (UnknownLocaleError, ValueError):
            return None
        return bool(pattern.lower().index("d") < pattern.lower().index("m"))
    if home is None or home == "UTC":
        return None
    if home.startswith(("America/", "US/")):
        return False if language == "en" else None
    return True


def _named_day(rest: str, language: str | None) -> tuple[int, int, int] | None:
    tokens = _words(rest)
    numbers = [token for token in tokens if token[0].isdigit()]
    if len(numbers) != 2:
        return None
    words = [token for token in tokens if not token[0].isdigit()]
    for vocabulary in vocabularies(language):
        month = _month_among(words, vocabulary)
        if month is not None:
            return _year_and_day(numbers, month)
    return None


def _words(rest: str) -> list[str]:
    """Numbers, freed of what makes them ordinals, and words as the calendar writes them."""
    undotted = re.sub(r"(?<=\d)\.", " ", rest)
    found = (match[1] or key(match[0]) for match in _TOKEN.finditer(undotted.replace(".", "")))
    return [token for token in found if token]


def _month_among(words: list[str], vocabulary: CalendarWords) -> int | None:
    """The month, where all other words say nothing or name a day; a name that can be both is the day at first."""
    months = [word for word in words if word in vocabulary.months]
    while len(months) > 1 and months[0] in vocabulary.weekdays:
        months.pop(0)
    if len(months) != 1:
        return None
    known = vocabulary.weekdays | fillers() | {months[0]}
    return vocabulary.months[months[0]] if all(word in known for word in words) else None


def _says_nothing(word: str, language: str | None) -> bool:
    return word in fillers() or any(word in vocabulary.weekdays for vocabulary in vocabularies(language))


def _year_and_day(numbers: list[str], month: int) -> tuple[int, int, int] | None:
    first, second = numbers
    if len(first) == 4 and len(second) <= 2:
        return int(first), month, int(second)
    if len(first) <= 2 and len(second) in (2, 4):
        return whole_year(int(second), len(second)), month, int(first)
    return None
