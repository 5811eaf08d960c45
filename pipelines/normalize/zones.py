"""What a zone abbreviation means on a date: a written table, because most of them mean several things."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.errors import SetupError

# Names of a place's time, summer or winter: the date decides.
_FOLLOWS_DATE = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage",
    "AET": "Australia/Sydney",
}

# Names of one offset from UTC, in minutes, whatever the date: EST in July is still five hours behind.
# Of several meanings the one that news writes most stands here: BST is British and not Bangladeshi, IST Indian and
# not Irish or Israeli, CST American and not Chinese, AST Atlantic and not Arabian, PST not Philippine, SST Samoan,
# GST of the Gulf, ECT of Ecuador, WST of Western Australia; a source's own zone goes before this table.
_BY_OFFSET = {
    -660: "SST",
    -600: "HST",
    -540: "AKST HDT",
    -480: "PST AKDT",
    -420: "MST PDT",
    -360: "CST MDT",
    -300: "EST CDT HNE COT PET ECT",
    -240: "AST EDT HAE CLT VET BOT AMT GYT",
    -210: "NST",
    -180: "ADT BRT ART CLST PYT UYT",
    -150: "NDT",
    -120: "BRST",
    0: "UTC GMT UT Z WET UCT ZULU WEZ",
    60: "BST WEST WESZ CET MEZ WAT",
    120: "CEST MESZ EET OEZ SAST CAT",
    180: "EEST OESZ MSK МСК TRT EAT IDT",
    210: "IRST",
    240: "MSD GST AZT GET",
    270: "AFT",
    300: "PKT UZT KZT ALMT YEKT",
    330: "IST",
    345: "NPT",
    360: "BDT OMST",
    390: "MMT",
    420: "NOVT KRAT ICT WIB",
    480: "WITA SGT HKT MYT PHT AWST WST",
    540: "WIT JST KST",
    570: "ACST",
    600: "VLAT AEST CHST",
    630: "ACDT",
    660: "AEDT",
    720: "NZST FJT",
    780: "NZDT",
}
_FIXED = {name: minutes for minutes, names in _BY_OFFSET.items() for name in names.split()}

_OFFSET = re.compile(r"(?:UTC|GMT|UT|Z)?\s?([+\-−])(\d{1,2}):?(\d{2})?$")


def is_zone(name: str) -> bool:
    """Whether an abbreviation is in the table."""
    return name in _FIXED or name in _FOLLOWS_DATE


@lru_cache(maxsize=1024)
def read_zone(name: str, year: int, home: str | None) -> tzinfo | None:
    """The zone that an abbreviation, an offset (`+0200`, `UTC+2`) or an IANA name means; None if it means none.

    `home` is the source's own zone: an abbreviation that it uses in that year has its meaning there.
    """
    offset = _OFFSET.match(name)
    if offset is not None:
        return _fixed(offset[1], int(offset[2]), int(offset[3] or 0))
    if "/" in name:
        return _iana(name)
    own = _in_home(name, year, home) if home else None
    if own is not None:
        return own
    if name in _FOLLOWS_DATE:
        return ZoneInfo(_FOLLOWS_DATE[name])
    minutes = _FIXED.get(name)
    return None if minutes is None else _of_minutes(minutes)


@lru_cache(maxsize=1024)
def home_zone(name: str | None) -> tzinfo:
    """A source's zone by its IANA name, UTC for None. Raises SetupError for a name that is none."""
    if name is None:
        return UTC
    zone = UTC if name == "UTC" else _iana(name)
    if zone is None:
        raise SetupError(f"timezone {name!r} is no zone; write its IANA name, for example Europe/Berlin.")
    return zone


def _fixed(sign: str, hours: int, minutes: int) -> tzinfo | None:
    if hours > 15 or minutes > 59:
        return None
    total = hours * 60 + minutes
    return _of_minutes(total if sign == "+" else -total)


def _of_minutes(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def _iana(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name is a directory of the zone database
        return None


def _in_home(name: str, year: int, home: str) -> tzinfo | None:
    zone = home_zone(home)
    for month in (1, 7):
        there = datetime(year, month, 1, tzinfo=zone)
        offset = there.utcoffset()
        if there.tzname() == name and offset is not None:
            return timezone(offset)
    return None
