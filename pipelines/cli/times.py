"""Reads moments as people write them on a command line."""

import re
from datetime import UTC, date, datetime, time, timedelta

from pydantic import TypeAdapter, ValidationError

from models.errors import SetupError
from models.feeds_file import Duration

_AGO = re.compile(r"([0-9]{1,5})\s*(m|h|d|w)")
_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_duration(text: str | None, option: str) -> timedelta | None:
    """`90s`, `15m`, `2h`, `1d`. Raises SetupError that names the option and what can be written."""
    if text is None:
        return None
    try:
        return _DURATION.validate_python(text)
    except ValidationError as error:
        raise SetupError(f"{option}: '{text}' is no duration above zero; write 90s, 15m or 2h") from error


def read_moment(text: str, now: datetime, option: str, *, end: bool = False) -> datetime:
    """A date (its first moment in UTC; with `end` the first after it), `7d` for seven days ago, or an instant.

    Raises SetupError that names the option and what can be written.
    """
    said = text.strip()
    try:
        if (ago := _AGO.fullmatch(said.lower())) is not None:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if len(said) == len("2025-04-01"):
            midnight = datetime.combine(date.fromisoformat(said), time.min, UTC)
            return midnight + timedelta(days=1) if end else midnight
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is None:
            raise SetupError(f"{option}: '{text}' has no zone; write {said}Z for UTC")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SetupError(
            f"{option}: '{text}' is no such time; write 2025-04-01, 2025-04-01T12:00Z, or 7d for seven days ago"
        ) from error
