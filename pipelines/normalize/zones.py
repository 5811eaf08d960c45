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
_FIXED = {
    **dict.fromkeys(("UTC", "GMT", "UT", "Z", "WET", "UCT", "ZULU", "WEZ"), 0),
    **{"BST": 60, "IST": 330, "WEST": 60, "WESZ": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "HNEC": 60},
    **{"HEC": 120, "EET": 120, "OEZ": 120, "EEST": 180, "OESZ": 180, "MSK": 180, "МСК": 180, "MSD": 240, "TRT": 180, "SAST": 120},
    **{"CAT": 120, "WAT": 60, "EAT": 180, "IDT": 180, "AST": -240, "ADT": -180, "NST": -210, "NDT": -150},
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
    **{"AKST": -540, "AKDT": -480, "HST": -600, "HDT": -540, "SST": -660, "HNE": -300, "HAE": -240},
    **{"BRT": -180, "BRST": -120, "ART": -180, "CLT": -240, "CLST": -180, "COT": -300, "PET": -300, "VET": -240},
    **{"BOT": -240, "PYT": -180, "UYT": -180, "ECT": -300, "AMT": -240, "GYT": -240},
    **{"GST": 240, "IRST": 210, "AFT": 270, "PKT": 300, "UZT": 300, "NPT": 345, "BDT": 360, "MMT": 390, "AZT": 240},
    **{"GET": 240, "KZT": 300, "ALMT": 300, "YEKT": 300, "OMST": 360, "NOVT": 420, "KRAT": 420, "VLAT": 600},
    **{"ICT": 420, "WIB": 420, "WITA": 480, "WIT": 540, "SGT": 480, "HKT": 480, "MYT": 480, "PHT": 480, "AWST": 480},
    **{"WST": 480, "JST": 540, "KST": 540, "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720},
    **{"NZDT": 780, "FJT": 720, "CHST": 600},
}

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
