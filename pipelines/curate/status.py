"""How the configured feeds do, by what is remembered of their polls."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import get_args

from models.curation import Condition, FeedStatus
from models.feed_state import FeedState
from models.source import FeedSource
from pipelines.logs import without_secrets
from pipelines.schedule import INTERVAL, interval_of, is_silent

_WORST_FIRST = get_args(Condition)


def feed_statuses(
    enabled: Iterable[FeedSource], disabled: Iterable[FeedSource], states: Mapping[str, FeedState]
) -> list[FeedStatus]:
    """Each feed's status, the worst first, then in the order of the file."""
    pairs = [*((feed, True) for feed in enabled), *((feed, False) for feed in disabled)]
    pairs.sort(key=lambda pair: pair[0].order)
    found = [_status(feed, states.get(feed.id), is_enabled) for feed, is_enabled in pairs]
    return sorted(found, key=lambda status: _WORST_FIRST.index(status.condition))


def _status(feed: FeedSource, state: FeedState | None, enabled: bool) -> FeedStatus:
    known = state or FeedState(source_id=feed.id, url=feed.url)
    silent, retired = is_silent(known), known.gone_at is not None
    return FeedStatus(
        id=feed.id,
        name=feed.name,
        url=without_secrets(feed.url),
        condition=_condition(known, enabled=enabled, silent=silent),
        enabled=enabled,
        every_seconds=int(_interval(feed, state).total_seconds()),
        last_attempt_at=known.last_attempt_at,
        last_success_at=known.last_success_at,
        last_new_at=known.last_new_at,
        next_due_at=known.next_due_at if enabled else None,
        failures_in_a_row=known.failures_in_a_row,
        last_error=without_secrets(known.last_error) if known.last_error else None,
        silent=silent,
        retired=retired,
    )


def _interval(feed: FeedSource, state: FeedState | None) -> timedelta:
    if state is None or state.last_attempt_at is None:
        return feed.every or INTERVAL
    return interval_of(feed.every, state, state.last_attempt_at)


def _condition(state: FeedState, *, enabled: bool, silent: bool) -> Condition:
    if not enabled:
        return "disabled"
    if state.gone_at is not None:
        return "retired"
    if state.failures_in_a_row:
        return "failing"
    if state.last_attempt_at is None:
        return "waiting"
    return "silent" if silent else "well"
