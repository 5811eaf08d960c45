"""From a time as written to an instant: the formats of machines first, what people write last."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from models.article import Precision
from pipelines.normalize.written_time import Written, read_written, wall_time, whole_year
from pipelines.normalize.zones import home_zone, is_zone, read_zone

EARLIEST_YEAR = 1900
LATEST_YEAR = 9998
FUTURE = timedelta(days=1)
"""A time may lie this far after the fetch: clocks and zones are often a little wrong."""


class ReadTime(NamedTuple):
    """A time as written, and the instant (UTC) that it means; None for both others when it can't be used."""

    raw: str
    instant: datetime | None = None
    precision: Precision | None = None


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4}|\d{2})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"(?:\s*([A-Z]{1,5}|[+-]\d{4}))?(?:\s*\([A-Za-z ]*\))?$"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]|$)|\d{8}[Tt]\d{4}")
_ISO_DAY_WITH_ZONE = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})$")
_DIGITS = re.compile(r"\d{8}$|\d{14}$|\d{10}(?:\.\d+)?$|\d{13}$", re.ASCII)


def read_time(raw: str, *, zone: str | None, language: str | None, fetched_at: datetime) -> ReadTime:
    """What a written time means.

    `zone` is the source's IANA zone, in which a time without one is read (UTC where None); `language` (BCP 47) helps
    with names of months and the order of 3/4/2025. A time before 1900, later than `fetched_at` and a day, at the
    zero of the Unix clock, or not understood as a whole is kept raw only. Raises SetupError for a wrong `zone`.
    """
    instant, precision = _resolve(raw.strip(), zone, language)
    if instant is None or instant > fetched_at + FUTURE:
        return ReadTime(raw)
    return ReadTime(raw, instant, precision)


def is_time(raw: str, *, language: str | None) -> bool:
    """Whether the whole of a text is one time, wherever in history."""
    return bool(_read(raw.strip(), None, language))


@lru_cache(maxsize=16384)
def _resolve(raw: str, zone: str | None, language: str | None) -> tuple[datetime | None, Precision | None]:
    written = _read(raw, zone, language)
    if written is None or not EARLIEST_YEAR <= written.wall.year <= LATEST_YEAR:
        return None, None
    instant = written.wall.replace(tzinfo=written.zone or home_zone(zone)).astimezone(UTC)
    if instant.timestamp() == 0 or written.wall == datetime(1970, 1, 1):
        return None, None
    if not written.has_time:
        return instant, Precision.DAY
    return instant, Precision.INSTANT if written.zone else Precision.NO_ZONE


def _read(raw: str, zone: str | None, language: str | None) -> Written | None:
    return _read_rfc822(raw, zone) or _read_iso(raw) or _read_digits(raw) or read_written(raw, zone, language)


def _read_rfc822(raw: str, home: str | None) -> Written | None:
    """RFC 822 section 5, with the four-digit years of RFC 1123."""
    found = _RFC822.match(raw)
    if found is None:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = _MONTHS.get(name.lower())
    if month is None or (zone and zone.isalpha() and not is_zone(zone)):
        return None
    full_year = whole_year(int(year), len(year))
    # A leap second is the last one that datetime knows.
    wall = wall_time(full_year, month, int(day), int(hour), int(minute), min(int(second or 0), 59))
    if wall is None:
        return None
    return Written(wall, has_time=True, zone=read_zone(zone, full_year, home) if zone else None)


def _read_iso(raw: str) -> Written | None:
    """ISO 8601, RFC 3339 and W3CDTF down to the day; a month or a year alone is no time."""
    day = _ISO_DAY_WITH_ZONE.match(raw)
    try:
        if day is not None:
            zone = read_zone(day[2], int(raw[:4]), None)
            return Written(datetime.fromisoformat(day[1]), has_time=False, zone=zone)
        if not _ISO.match(raw):
            return None
        found = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return Written(found.replace(tzinfo=None), has_time=len(raw) > 10, zone=found.tzinfo)


def _read_digits(raw: str) -> Written | None:
    """`20250428`, `20250428030000`, and seconds or milliseconds of the Unix clock."""
    if not _DIGITS.match(raw):
        return None
    whole = raw.partition(".")[0]
    try:
        if len(whole) in (8, 14):
            wall = datetime.strptime(whole, "%Y%m%d%H%M%S"[: 6 if len(whole) == 8 else 12])
            return Written(wall, has_time=len(whole) == 14, zone=None)
        seconds = int(whole) if len(whole) == 10 else int(whole) / 1000
        return Written(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), has_time=True, zone=UTC)
    except (ValueError, OverflowError, OSError):
        return None
