"""How the feeds do, trouble first."""

from datetime import UTC, datetime, timedelta

from models.feed_state import FeedState
from models.outcome import DocumentStatus, Polled
from models.source import FeedSource
from pipelines.commit import Count
from pipelines.curate.status import feed_statuses
from pipelines.schedule import SILENT_AFTER, is_silent

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def source(id_: str, order: int = 0) -> FeedSource:
    return FeedSource(id=id_, url=f"https://{id_}.example/f", name=id_, order=order, every=timedelta(hours=1))


def state(id_: str, **fields: object) -> FeedState:
    known = {"source_id": id_, "url": f"https://{id_}.example/f", "last_attempt_at": START, "last_success_at": START}
    return FeedState.model_validate(known | fields)


def after_polls(*days_with_news: float, polled_until: float) -> FeedState:
    found = state("a")
    for day in days_with_news:
        at = START + day * DAY
        polled = Polled(
            document="d",
            source_id="a",
            status=DocumentStatus.FETCHED,
            entries=1,
            state=found.model_copy(update={"last_attempt_at": at, "last_success_at": at}),
        )
        found = Count(ended=1, new=1, polled=polled).state or found
    return found.model_copy(update={"last_success_at": START + polled_until * DAY})


def test_trouble_comes_first_then_the_order_of_the_file() -> None:
    feeds = [
        source(name, place) for place, name in enumerate(["well", "new", "failing", "silent", "gone", "also-well"])
    ]
    states = {
        "well": state("well"),
        "failing": state("failing", failures_in_a_row=3, last_error="It is away."),
        "silent": state("silent", last_new_at=START - 9 * DAY, usual_gap=3600.0),
        "gone": state("gone", failures_in_a_row=1, gone_at=START),
        "also-well": state("also-well"),
    }
    found = feed_statuses(feeds, [source("off", 9)], states, START)
    assert [(status.id, status.condition) for status in found] == [
        ("gone", "retired"),
        ("failing", "failing"),
        ("silent", "silent"),
        ("new", "waiting"),
        ("well", "well"),
        ("also-well", "well"),
        ("off", "disabled"),
    ]
    assert (found[1].failures_in_a_row, found[1].last_error, found[1].every_seconds) == (3, "It is away.", 3600)


def test_a_feed_is_silent_against_its_own_rhythm() -> None:
    hourly = [hour / 24 for hour in range(48)]
    assert is_silent(after_polls(*hourly, polled_until=5))
    assert not is_silent(after_polls(*hourly, polled_until=3))
    assert not is_silent(after_polls(0, 7, 14, 21, polled_until=40))
    assert is_silent(after_polls(0, 7, 14, 21, polled_until=70))


def test_a_feed_that_nobody_asks_is_not_silent() -> None:
    assert not is_silent(after_polls(0, 1, polled_until=1))
    assert not is_silent(state("a"))
    assert timedelta(days=1) < SILENT_AFTER
