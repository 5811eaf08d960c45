"""Reads the values of a query that are not words: times, with Elasticsearch's date maths, and integers."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)
_STEP = re.compile(r"(?:(?P<sign>[+-])(?P<amount>\d{0,9})|/)(?P<unit>[yMwdhHms])", re.ASCII)
_SHORT_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)} | {
    "s": timedelta(seconds=1),
    "u": timedelta(microseconds=1),
}
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A time as exactly as it was written: from `start` (inclusive) to `end` (exclusive)."""

    start: datetime
    end: datetime


def read_span(text: str, now: datetime | None) -> Span:
    """Read `2025`, `2025-04`, `2025-04-01`, an instant (UTC if it names no zone), or date maths on one of them.

    Date maths is `now` or a date and `||`, then steps: `now-7d`, `now/d`, `2025-04-01||+1M`. Units are y, M, w, d,
    h, m and s; `/d` rounds down and makes the span a whole day. Raises ValueError with what is wrong.
    """
    base, steps = _split(text)
    try:
        start, unit = _base(base, now)
        for sign, amount, step_unit in steps:
            if sign:
                start = _shift(start, step_unit, int(sign + (amount or "1")))
            else:
                start, unit = _floor(start, step_unit), step_unit
        return Span(start, _shift(start, unit, 1))
    except OverflowError as error:
        raise ValueError("it lies outside the years 1 to 9999") from error


def read_integer(text: str) -> int:
    """Read a whole number of at most 18 digits. Raises ValueError with what is wrong."""
    if not _INTEGER.fullmatch(text):
        raise ValueError("a whole number is meant, like 100")
    return int(text)


def _split(text: str) -> tuple[str, list[tuple[str | None, str | None, str]]]:
    if text.startswith("now"):
        base, maths = "now", text[3:]
    else:
        base, _, maths = text.partition("||")
    steps, at = [], 0
    while at < len(maths):
        step = _STEP.match(maths, at)
        if step is None:
            raise ValueError("date maths is written now-7d, now/d or 2025-04-01||+1M")
        steps.append((step["sign"], step["amount"], step["unit"].replace("H", "h")))
        at = step.end()
    return base, steps


def _base(text: str, now: datetime | None) -> tuple[datetime, str]:
    if text == "now":
        if now is None:
            raise ValueError("`now` means nothing here, name a date")
        return now.astimezone(UTC), "u"
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("a time is written 2025, 2025-04, 2025-04-01 or 2025-04-01T07:00:00Z")
    year, month, day, hour, minute, second = (
        int(found[name]) if found[name] else None for name in ("year", "month", "day", "hour", "minute", "second")
    )
    fraction = int((found["fraction"] or "0").ljust(6, "0"))
    try:
        naive = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, fraction)
        written = found["zone"] or "Z"
        at = datetime.fromisoformat(naive.isoformat() + written).astimezone(UTC)
    except ValueError as error:
        raise ValueError("there is no such time") from error
    if found["fraction"]:
        return at, "u"
    given = {"y": year, "M": month, "d": day, "h": hour, "m": minute, "s": second}
    return at, [unit for unit, value in given.items() if value is not None][-1]


def _shift(at: datetime, unit: str, amount: int) -> datetime:
    if unit in _SHORT_UNITS:
        return at + _SHORT_UNITS[unit] * amount
    months = at.year * 12 + at.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def _floor(at: datetime, unit: str) -> datetime:
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "y":
            return day.replace(month=1, day=1)
        case "M":
            return day.replace(day=1)
        case "w":
            return day - timedelta(days=day.weekday())
        case "d":
            return day
        case _:
            return day + (at - day) // _SHORT_UNITS[unit] * _SHORT_UNITS[unit]
