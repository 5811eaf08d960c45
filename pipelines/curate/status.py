"""How the configured feeds do, by what is remembered of their polls."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import get_args

from models.curation import Condition, FeedStatus
from models.feed_state import FeedState
from models.source import FeedSource
from pipelines.due import due_times, pauses_of
from pipelines.logs import without_secrets
from pipelines.schedule import asked_by, interval_of, is_retired, is_silent

DueTimes = Mapping[str, datetime | None]
_WORST_FIRST = get_args(Condition)


def feed_statuses(
    enabled: Sequence[FeedSource], disabled: Sequence[FeedSource], states: Mapping[str, FeedState], now: datetime
) -> list[FeedStatus]:
    """Each feed's status, the worst first, then in the order of the file."""
    times = due_times(enabled, states, now, pauses_of(enabled, states, {}))
    feeds = sorted((*enabled, *disabled), key=lambda feed: feed.order)
    found = [_status(feed, states.get(feed.id), now, times) for feed in feeds]
    return sorted(found, key=lambda status: _WORST_FIRST.index(status.condition))


def _status(feed: FeedSource, state: FeedState | None, now: datetime, times: DueTimes) -> FeedStatus:
    enabled = feed.id in times
    known = state or FeedState(source_id=feed.id, url=feed.url)
    silent, retired = is_silent(known), is_retired(known, feed.url)
    return FeedStatus(
        id=feed.id,
        name=feed.name,
        url=without_secrets(feed.url),
        condition=_condition(known, enabled=enabled, retired=retired, silent=silent),
        enabled=enabled,
        every_seconds=int(_interval(feed, state, now).total_seconds()),
        last_attempt_at=known.last_attempt_at,
        last_success_at=known.last_success_at,
        last_new_at=known.last_new_at,
        asked_for_seconds=int(asked_by(known).total_seconds()) or None,
        next_due_at=times.get(feed.id) if state is not None else None,
        failures_in_a_row=known.failures_in_a_row,
        last_error=without_secrets(known.last_error) if known.last_error else None,
        silent=silent,
        retired=retired,
        moved_to=without_secrets(known.moved_to) if known.moved_to else None,
    )


def _interval(feed: FeedSource, state: FeedState | None, now: datetime) -> timedelta:
    at = state.last_attempt_at if state is not None else None
    return interval_of(feed.every, state, at or now)


def _condition(state: FeedState, *, enabled: bool, retired: bool, silent: bool) -> Condition:
    if not enabled:
        return "disabled"
    if retired:
        return "retired"
    if state.failures_in_a_row:
        return "failing"
    if state.last_attempt_at is None:
        return "waiting"
    return "silent" if silent else "well"
