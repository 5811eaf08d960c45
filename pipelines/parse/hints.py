"""How often a feed wants to be read, by what stands in it: RSS's ttl, skipHours and skipDays, syndication's sy:*."""

import re
from collections.abc import Mapping
from typing import Any

from models.feed_state import PollingHints

_SEARCHED = 64 * 1024
_DAY = 86_400.0
_PERIODS = {"hourly": 3600.0, "daily": _DAY, "weekly": 7 * _DAY, "monthly": 30 * _DAY, "yearly": 365 * _DAY}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPED = re.compile(rb"<skip(Hours|Days)\s*>(.{0,4000}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL)
_PART = re.compile(rb"<(?:hour|day)\s*>\s*([A-Za-z0-9]{1,20})\s*<", re.IGNORECASE)


def read_hints(channel: Mapping[str, Any], data: bytes) -> PollingHints:
    """What the channel says; nonsense counts as not said.

    `channel` is the feed as feedparser has it, which keeps only the last of the hours and days: these are read from
    the document itself.
    """
    skipped: dict[bytes, list[str]] = {b"hours": [], b"days": []}
    for kind, inner in _SKIPPED.findall(data[:_SEARCHED]):
        skipped[kind.lower()] += [part.decode("ascii").lower() for part in _PART.findall(inner)]
    # Hour 24 is an older way to write hour 0.
    hours = sorted({int(hour) % 24 for hour in skipped[b"hours"] if hour.isdigit() and int(hour) <= 24})
    days = sorted({_DAYS.index(day) for day in skipped[b"days"] if day in _DAYS})
    return PollingHints(interval=_interval(channel), skip_hours=tuple(hours), skip_days=tuple(days))


def _interval(channel: Mapping[str, Any]) -> float | None:
    """Seconds between polls; of ttl (minutes) and sy:* the longer."""
    said = [60.0 * (_number(channel.get("ttl")) or 0)]
    period, frequency = channel.get("sy_updateperiod"), channel.get("sy_updatefrequency")
    if period or frequency:
        length = _PERIODS.get(str(period or "daily").strip().lower(), 0.0)
        said.append(length / max(_number(frequency) or 1, 1))
    return max(said) or None


def _number(value: object) -> int | None:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
