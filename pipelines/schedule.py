"""When a feed is due again: its interval, what its server asks for, the back-off after failures."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zlib import crc32

from models.feed_state import FeedState, PollingHints
from models.source import Bounds, Every

INTERVAL = timedelta(minutes=15)
"""Of feeds that name none and whose rhythm is not known yet."""

BOUNDS = Bounds(shortest=timedelta(minutes=5), longest=timedelta(hours=6))
"""Of an interval that follows the feed's rhythm, where the configuration names none."""

_POLLS_A_GAP = 3
"""How often a feed is asked between two polls that bring something new."""

LONGEST_PAUSE = timedelta(days=1)
"""No failure and no server makes Newsbeam wait longer: a feed is never given up."""

JITTER = 0.1
"""By up to such a share each interval is shorter, by half of it at least.

The polls of many feeds drift apart, and a scheduler that starts a run as often as a feed is to be asked comes late
enough each time.
"""

SILENT_AFTER = timedelta(days=2)
"""No feed is called silent earlier, however often it brings something."""
_USUAL_GAPS = 5

_HOUR = timedelta(hours=1)


def is_silent(state: FeedState) -> bool:
    """Whether a feed that answers has brought nothing new for much longer than it usually takes.

    Polls count, not the clock: a feed that nobody has asked is not silent.
    """
    if state.last_success_at is None or state.last_new_at is None:
        return False
    usual = timedelta(seconds=state.usual_gap or 0)
    return state.last_success_at - state.last_new_at > max(SILENT_AFTER, _USUAL_GAPS * usual)


def is_retired(state: FeedState, url: str) -> bool:
    """Whether a feed's address, if it is still this one, has answered that it is gone for good."""
    return state.gone_at is not None and state.url == url


def interval_of(every: Every | None, state: FeedState | None, at: datetime) -> timedelta:
    """The interval that the configuration names, or one that follows the feed; never shorter than its server asks."""
    own = _own_interval(every, state, at)
    return own if state is None else max(own, asked_by(state))


def asked_by(state: FeedState) -> timedelta:
    """How long the server of a feed wants to be left alone after each poll."""
    return asked_for(timedelta(seconds=state.fresh_for or 0), state.hints)


def asked_for(fresh_for: timedelta, hints: PollingHints) -> timedelta:
    """The longer of what the server's answer and what the feed itself ask for, a day at most."""
    seconds = max(fresh_for.total_seconds(), hints.interval or 0)
    return timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds()))


def due_after_success(every: Every | None, state: FeedState, at: datetime) -> datetime:
    """The moment of the poll that follows a good one. Skipped hours and days put it off for a day at most."""
    own = _own_interval(every, state, at) * (1 - JITTER * (1 + _spread(state.source_id, at)) / 2)
    return _awake(max(at + own, at + asked_by(state)), state.hints, at + LONGEST_PAUSE)


def due_after_failure(
    source_id: str, at: datetime, every: Every | None, failures: int, asked: timedelta = timedelta(0)
) -> datetime:
    """The moment of the poll that follows a failed one.

    The interval doubles with every failure in a row but the first, up to a day. `asked` is the pause that the server
    wants; it is kept to the full.
    """
    interval = _own_interval(every, None, at)
    backed_off = max(interval, min(interval * (1 << min(max(failures - 1, 0), 20)), LONGEST_PAUSE))
    spread = _spread(source_id, at)
    return at + max(backed_off * (1 - JITTER * (1 + spread) / 2), min(asked * (1 + JITTER * spread / 2), LONGEST_PAUSE))


def pause_asked_for(retry_after: str | None, at: datetime) -> timedelta:
    """What a Retry-After header asks for, in seconds or as a date (RFC 9110, section 10.2.3), at most a day."""
    value = (retry_after or "").strip()
    if value.isascii() and value.isdigit():
        pause = timedelta(seconds=min(int(value[:12]), int(LONGEST_PAUSE.total_seconds())))
    else:
        date = http_date(value)
        pause = date - at if date is not None else timedelta(0)
    return max(timedelta(0), min(pause, LONGEST_PAUSE))


def http_date(value: str | None) -> datetime | None:
    """A date as HTTP writes it (RFC 9110, section 5.6.7), if it is one."""
    try:
        found = parsedate_to_datetime(value or "")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _own_interval(every: Every | None, state: FeedState | None, at: datetime) -> timedelta:
    """The longer it usually takes, and the longer it is since anything new came, the rarer a feed is asked."""
    if isinstance(every, timedelta):
        return every
    bounds = every or BOUNDS
    if state is None or state.last_new_at is None:
        return min(max(INTERVAL, bounds.shortest), bounds.longest)
    usual = timedelta(seconds=state.usual_gap) if state.usual_gap is not None else INTERVAL * _POLLS_A_GAP
    return min(max(max(usual, at - state.last_new_at) / _POLLS_A_GAP, bounds.shortest), bounds.longest)


def _awake(due: datetime, hints: PollingHints, latest: datetime) -> datetime:
    """The first moment from then on that is in no hour and on no day that the feed wants to be spared."""
    moment = due
    while moment < latest and (moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days):
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return max(due, min(moment, latest))


def _spread(source_id: str, at: datetime) -> float:
    """From 0 to 1, the same for the same poll."""
    return crc32(f"{source_id}\n{at.isoformat()}".encode()) / 2**32
