"""When a feed is due again: its interval, the back-off after failures, and what the server asks for."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from models.feed_state import FeedState

INTERVAL = timedelta(minutes=15)
"""Of feeds that name none and whose rhythm is not known yet."""

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""The bounds of an interval that follows the feed's rhythm."""

_POLLS_A_GAP = 3
"""How often a feed is asked between two polls that bring something new."""

LONGEST_PAUSE = timedelta(days=1)
"""No failure and no server makes Newsbeam wait longer: a feed is never given up."""


SILENT_AFTER = timedelta(days=2)
"""No feed is called silent earlier, however often it brings something."""
_USUAL_GAPS = 5


def is_silent(state: FeedState) -> bool:
    """Whether a feed that answers has brought nothing new for much longer than it usually takes.

    Polls count, not the clock: a feed that nobody has asked is not silent.
    """
    if state.last_success_at is None or state.last_new_at is None:
        return False
    usual = timedelta(seconds=state.usual_gap or 0)
    return state.last_success_at - state.last_new_at > max(SILENT_AFTER, _USUAL_GAPS * usual)


def interval_of(every: timedelta | None, state: FeedState | None, at: datetime) -> timedelta:
    """The interval that the configuration names, else one that follows the feed.

    The longer it usually takes, and the longer it is since anything new came, the rarer it is asked.
    """
    if every is not None:
        return every
    if state is None or state.last_new_at is None:
        return INTERVAL
    usual = timedelta(seconds=state.usual_gap) if state.usual_gap is not None else INTERVAL * _POLLS_A_GAP
    return min(max(max(usual, at - state.last_new_at) / _POLLS_A_GAP, SHORTEST), LONGEST)


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
