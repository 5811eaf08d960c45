"""When a feed is due again: its interval, the back-off after failures, and what the server asks for."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

INTERVAL = timedelta(minutes=15)
"""Of feeds that name none."""

LONGEST_PAUSE = timedelta(days=1)
"""No failure and no server makes Newsbeam wait longer: a feed is never given up."""


def next_due(at: datetime, every: timedelta | None, failures: int, retry_after: str | None) -> datetime:
    """The moment of the next poll. The interval doubles with every failure in a row but the first, up to a day."""
    interval = every or INTERVAL
    backed_off = min(interval * (1 << min(max(failures - 1, 0), 20)), LONGEST_PAUSE)
    return at + max(interval, backed_off, pause_asked_for(retry_after, at))


def pause_asked_for(retry_after: str | None, at: datetime) -> timedelta:
    """What a Retry-After header asks for, in seconds or as a date (RFC 9110, section 10.2.3); else none."""
    value = (retry_after or "").strip()
    if value.isascii() and value.isdigit():
        pause = timedelta(seconds=min(int(value[:12]), int(LONGEST_PAUSE.total_seconds())))
    else:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return timedelta(0)
        pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - at
    return max(timedelta(0), min(pause, LONGEST_PAUSE))
