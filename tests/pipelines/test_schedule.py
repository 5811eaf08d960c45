"""When a feed is polled next, where its configuration leaves that to Newsbeam."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.feed_state import FeedState
from models.source import FeedSource
from pipelines.due import due_at
from pipelines.fetch import fingerprint
from pipelines.schedule import INTERVAL, LONGEST, SHORTEST, interval_of

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
    ("gap", "interval"), [(MINUTE, SHORTEST), (HOUR, 20 * MINUTE), (9 * HOUR, 3 * HOUR), (240 * HOUR, LONGEST)]
)
def test_an_interval_follows_the_feed_within_bounds(gap: timedelta, interval: timedelta) -> None:
    assert abs(interval_of(None, *after([gap] * 6)) - interval) < MINUTE


def test_a_feed_that_falls_quiet_is_asked_ever_less_and_soon_again_when_it_wakes() -> None:
    busy, at = after([15 * MINUTE] * 6)
    intervals = [interval_of(None, busy, at + quiet * HOUR) for quiet in (0, 1, 6, 12, 48)]
    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (5 * MINUTE, LONGEST)
    woken = busy.model_copy(update={"last_success_at": at + 48 * HOUR}).with_news()
    assert interval_of(None, woken, at + 48 * HOUR) < 4 * HOUR


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), max_size=8), st.timedeltas(timedelta(0)))
def test_the_bounds_hold_whatever_a_feed_does(gaps: list[timedelta], later: timedelta) -> None:
    found, at = after(gaps)
    later = min(later, timedelta(days=10_000))
    assert SHORTEST <= interval_of(None, found, at + later) <= LONGEST


def test_a_feed_is_due_at_once_when_it_is_new_or_was_changed_and_else_when_its_time_comes() -> None:
    polled = state(fingerprint=fingerprint(FEED), last_attempt_at=AT, last_success_at=AT, next_due_at=AT + 15 * MINUTE)
    soon = AT + MINUTE
    assert due_at(FEED, None, soon) == soon
    assert due_at(FEED, polled, soon) == AT + 15 * MINUTE
    assert due_at(FEED.model_copy(update={"every": 2 * MINUTE}), polled, soon) == AT + 2 * MINUTE
    assert due_at(FEED.model_copy(update={"headers": {"X": "y"}}), polled, soon) == soon
    assert due_at(FEED.model_copy(update={"url": FEED.url + "2"}), polled, soon) == soon
    failing = polled.model_copy(update={"failures_in_a_row": 2, "next_due_at": AT + HOUR})
    assert due_at(FEED.model_copy(update={"every": 2 * MINUTE}), failing, soon) == AT + HOUR
