"""When a feed is polled next, where its configuration leaves that to Newsbeam."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.feed_state import FeedState, PollingHints
from models.source import Bounds, FeedSource
from pipelines.due import due_at, due_times, pauses_of
from pipelines.fetch import fingerprint
from pipelines.schedule import (
    BOUNDS,
    INTERVAL,
    JITTER,
    due_after_failure,
    due_after_success,
    interval_of,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FEED = FeedSource(id="herald", url="https://herald.example/feed", name="Herald")


def state(**fields: object) -> FeedState:
    return FeedState.model_validate({"source_id": "herald", "url": FEED.url, **fields})


def after(gaps: list[timedelta]) -> tuple[FeedState, datetime]:
    """The state after polls that brought something, so far apart, and the time of the last."""
    at, found = AT, state(last_success_at=AT).with_news()
    for gap in gaps:
        at += gap
        found = found.model_copy(update={"last_success_at": at}).with_news()
    return found, at


def test_what_the_configuration_says_holds() -> None:
    assert interval_of(2 * HOUR, *after([MINUTE] * 9)) == 2 * HOUR


def test_a_feed_that_is_not_known_yet_is_asked_every_quarter_of_an_hour() -> None:
    assert interval_of(None, None, AT) == interval_of(None, state(), AT) == interval_of(None, *after([])) == INTERVAL


@pytest.mark.parametrize(
    ("gap", "interval"),
    [(MINUTE, BOUNDS.shortest), (HOUR, 20 * MINUTE), (9 * HOUR, 3 * HOUR), (240 * HOUR, BOUNDS.longest)],
)
def test_an_interval_follows_the_feed_within_bounds(gap: timedelta, interval: timedelta) -> None:
    assert abs(interval_of(None, *after([gap] * 6)) - interval) < MINUTE


def test_the_bounds_may_be_configured() -> None:
    rare = Bounds(shortest=HOUR, longest=4 * HOUR)
    assert interval_of(rare, None, AT) == HOUR
    assert interval_of(rare, *after([MINUTE] * 6)) == HOUR
    assert abs(interval_of(rare, *after([9 * HOUR] * 6)) - 3 * HOUR) < MINUTE
    assert interval_of(rare, *after([240 * HOUR] * 6)) == 4 * HOUR
    assert AT + 54 * MINUTE <= due_after_failure("herald", AT, rare, 1) <= AT + HOUR


def test_a_feed_that_falls_quiet_is_asked_ever_less_and_soon_again_when_it_wakes() -> None:
    busy, at = after([15 * MINUTE] * 6)
    intervals = [interval_of(None, busy, at + quiet * HOUR) for quiet in (0, 1, 6, 12, 48)]
    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (5 * MINUTE, BOUNDS.longest)
    woken = busy.model_copy(update={"last_success_at": at + 48 * HOUR}).with_news()
    assert interval_of(None, woken, at + 48 * HOUR) < 4 * HOUR


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), max_size=8), st.timedeltas(timedelta(0)))
def test_the_bounds_hold_whatever_a_feed_does(gaps: list[timedelta], later: timedelta) -> None:
    found, at = after(gaps)
    later = min(later, timedelta(days=10_000))
    assert BOUNDS.shortest <= interval_of(None, found, at + later) <= BOUNDS.longest


def test_a_feed_is_due_at_once_when_it_is_new_or_was_changed_and_else_when_its_time_comes() -> None:
    polled = state(fingerprint=fingerprint(FEED), last_attempt_at=AT, last_success_at=AT)
    soon = AT + MINUTE
    often = FEED.model_copy(update={"every": 2 * MINUTE})
    assert due(FEED, None, soon) == soon
    assert within_jitter(due(FEED, polled, soon), 15 * MINUTE)
    assert within_jitter(due(often, polled, soon), 2 * MINUTE)
    assert due(FEED.model_copy(update={"headers": {"X": "y"}}), polled, soon) == soon
    assert due(FEED.model_copy(update={"url": FEED.url + "2"}), polled, soon) == soon
    failing = polled.model_copy(update={"failures_in_a_row": 2, "next_due_at": AT + HOUR})
    assert due(often, failing, soon) == AT + HOUR


def test_a_feed_that_is_gone_for_good_is_never_due_until_its_address_is_another() -> None:
    gone = state(last_attempt_at=AT, failures_in_a_row=1, gone_at=AT)
    assert due(FEED, gone, AT + 1000 * HOUR) is None
    assert due(FEED.model_copy(update={"url": FEED.url + "2"}), gone, AT) == AT


def test_many_feeds_that_were_polled_together_drift_apart_and_a_run_as_often_as_the_interval_misses_none() -> None:
    moments = {due_after_success(HOUR, polled(source_id=f"f{n}"), AT) for n in range(100)}
    assert len(moments) == 100
    assert all(AT + 54 * MINUTE <= moment <= AT + 57 * MINUTE for moment in moments)
    failing = {due_after_failure(f"f{n}", AT, HOUR, 1) for n in range(100)}
    assert len(failing) == 100
    assert max(failing) <= AT + 57 * MINUTE


def test_what_a_server_asks_for_is_a_lower_bound_of_a_day_at_most() -> None:
    assert due_after_success(HOUR, polled(fresh_for=600.0), AT) <= AT + 57 * MINUTE
    assert due_after_success(15 * MINUTE, polled(fresh_for=7200.0), AT) == AT + 2 * HOUR
    assert due_after_success(15 * MINUTE, polled(hints=PollingHints(interval=7200.0)), AT) == AT + 2 * HOUR
    assert due_after_success(None, polled(fresh_for=1e9), AT) == AT + 24 * HOUR
    assert within_jitter(due_after_success(72 * HOUR, polled(fresh_for=1e9), AT), 72 * HOUR)
    assert interval_of(None, polled(fresh_for=1e9), AT) == 24 * HOUR


def test_skipped_hours_and_days_put_a_poll_off_for_a_day_at_most() -> None:
    night = PollingHints(skip_hours=(12, 13, 14))
    assert due_after_success(5 * MINUTE, polled(hints=night), AT) == AT + 3 * HOUR
    sunday = PollingHints(skip_days=(AT.weekday(),))
    assert due_after_success(5 * MINUTE, polled(hints=sunday), AT) == AT + 12 * HOUR
    always = PollingHints(skip_hours=tuple(range(24)), skip_days=tuple(range(7)))
    assert due_after_success(5 * MINUTE, polled(hints=always), AT) == AT + 24 * HOUR
    assert within_jitter(due_after_success(72 * HOUR, polled(hints=always), AT), 72 * HOUR)


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_all_its_feeds() -> None:
    paused = state(last_attempt_at=AT, failures_in_a_row=1, next_due_at=AT + HOUR, host_paused_until=AT + HOUR)
    neighbour = FEED.model_copy(update={"id": "second", "url": "https://herald.example/second"})
    stranger = FEED.model_copy(update={"id": "third", "url": "https://other.example/feed"})
    feeds, states = [FEED, neighbour, stranger], {"herald": paused}
    times = due_times(feeds, states, AT, pauses_of(feeds, states, {}))
    assert times == {"herald": AT + HOUR, "second": AT + HOUR, "third": AT}


def polled(**fields: object) -> FeedState:
    return state(**{"fingerprint": fingerprint(FEED), "last_attempt_at": AT, "last_success_at": AT, **fields})


def due(feed: FeedSource, held: FeedState | None, now: datetime) -> datetime | None:
    return due_at(feed, held, now, {})


def within_jitter(moment: datetime | None, interval: timedelta) -> bool:
    return moment is not None and AT + interval * (1 - JITTER) <= moment < AT + interval
