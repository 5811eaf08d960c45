"""Servers are asked no more often, and nowhere else, than they want to be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from misbehaving_server import FEED, HTML, Server, serve

from models.document import Document, Poll
from models.errors import ParseError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Polled
from models.settings import FetchSettings, FileSettings
from models.source import FeedSource
from pipelines.dead_letters import refused_document
from pipelines.fetch import fetch_all
from pipelines.parse import parse

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
LOCAL = FetchSettings(allow_private_addresses=True, timeout=2, connect_timeout=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


def feed(url: str, **fields: Any) -> FeedSource:
    return FeedSource(**{"id": "f", "url": url, "name": "F", **fields})


def fetch(source: FeedSource, state: FeedState | None = None, now: datetime = NOW) -> Document | Polled:
    poll = Poll(id="p", source=source, state=state)
    (answer,) = fetch_all([poll], LOCAL, FileSettings(), lambda: now)
    return answer


def remembered(answer: Document | Polled) -> FeedState:
    """What is remembered once the poll is committed."""
    if isinstance(answer, Document):
        try:
            answer = parse(answer, FileSettings()).polled
        except ParseError as error:
            answer = refused_document(answer, error)
    assert answer.state is not None
    return answer.state


def wait_after(server: Server, **headers: str) -> timedelta:
    """How long a feed with these headers, that is configured to be asked every minute, is left alone."""
    now = datetime.now(UTC)
    dates = {"in five hours": format_datetime(now + 5 * HOUR, usegmt=True)}
    said = urlencode({name.replace("_", "-"): dates.get(value, value) for name, value in headers.items()})
    state = remembered(fetch(feed(f"{server.url}/said?{said}", every=timedelta(minutes=1)), now=now))
    assert state.next_due_at is not None
    return state.next_due_at - now


@pytest.mark.parametrize(
    ("headers", "hours"),
    [
        ({"Cache_Control": "max-age=7200"}, 2),
        ({"Cache_Control": 'public, MAX-AGE="7200"'}, 2),
        ({"Cache_Control": "max-age=7200", "Age": "3600"}, 1),
        ({"Cache_Control": "max-age=3600", "Expires": "in five hours"}, 1),
        ({"Cache_Control": "private", "Expires": "in five hours"}, 5),
        ({"Cache_Control": "max-age=31536000"}, 24),
        ({"Cache_Control": "max-age=99999999999999999999"}, 24),
        ({"Expires": "Thu, 31 Dec 2099 23:59:59 GMT"}, 24),
        ({"Retry_After": "7200"}, 2),
        ({}, 0),
        ({"Cache_Control": "max-age=0, must-revalidate"}, 0),
        ({"Cache_Control": "no-cache, max-age=7200"}, 0),
        ({"Cache_Control": "max-age=soon, s-maxage=7200"}, 0),
        ({"Cache_Control": "max-age=60", "Age": "7200"}, 0),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1"}, 0),
        ({"Expires": "Mon, 99 Foo 2099 99:99:99 GMT"}, 0),
    ],
)
def test_an_answer_that_does_for_a_while_is_not_asked_for_again_earlier_but_once_a_day(
    server: Server, headers: dict[str, str], hours: float
) -> None:
    assert abs(wait_after(server, **headers) - hours * HOUR) <= timedelta(minutes=1)


def test_hints_in_the_feed_count_as_those_of_the_server_and_outlast_an_unchanged_answer(server: Server) -> None:
    server.feeds["/rare"] = FEED.replace(b"<channel>", b"<channel><ttl>120</ttl>")
    source = feed(server.url + "/rare", every=timedelta(minutes=1))
    first = remembered(fetch(source))
    assert first.next_due_at == NOW + 2 * HOUR
    unchanged = fetch(source, first, NOW + 2 * HOUR)
    assert isinstance(unchanged, Polled)
    assert unchanged.status is DocumentStatus.NOT_MODIFIED
    assert remembered(unchanged).next_due_at == NOW + 4 * HOUR


def test_a_feed_that_has_moved_for_good_is_asked_at_its_new_address(server: Server) -> None:
    source = feed(f"{server.url}/elsewhere?/feed")
    state = remembered(fetch(source))
    assert state.moved_to == server.url + "/feed"
    again = fetch(source, state)
    assert isinstance(again, Polled)
    assert again.status is DocumentStatus.NOT_MODIFIED
    assert remembered(again).moved_to == server.url + "/feed"
    assert len(server.seen["/elsewhere"]) == 1


@pytest.mark.parametrize("path", ["/elsewhere?/html", "/hops/2"])
def test_a_redirect_to_no_feed_or_not_for_good_is_not_remembered(server: Server, path: str) -> None:
    assert remembered(fetch(feed(server.url + path))).moved_to is None


def test_where_the_new_address_fails_the_configured_one_is_asked_in_turns(server: Server) -> None:
    source = feed(f"{server.url}/elsewhere?/new")
    server.feeds["/new"] = FEED
    state = remembered(fetch(source))
    del server.feeds["/new"]
    state = remembered(fetch(source, state))
    assert (len(server.seen["/elsewhere"]), state.failures_in_a_row) == (1, 1)
    state = remembered(fetch(source, state))
    assert (len(server.seen["/elsewhere"]), state.failures_in_a_row) == (2, 2)
    assert state.moved_to == server.url + "/new"
    server.feeds["/new"] = HTML
    assert remembered(fetch(source, state)).moved_to == server.url + "/new"
    assert len(server.seen["/elsewhere"]) == 2


def test_a_move_to_another_host_does_not_take_the_secrets_along(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_KEY", "s3cret")
    other = server.url.replace("127.0.0.1", "localhost")
    source = feed(f"{other}/elsewhere?{server.url}/feed", headers_env={"X-Key": "FEED_KEY"})
    fetch(source, remembered(fetch(source)))
    assert [headers.get("x-key") for headers in server.seen["/elsewhere"]] == ["s3cret"]
    assert [headers.get("x-key") for headers in server.seen["/feed"]] == [None, None]


def test_a_feed_that_is_gone_says_so_and_a_success_brings_it_back(server: Server) -> None:
    answer = fetch(feed(server.url + "/status/410"))
    assert isinstance(answer, Polled)
    assert answer.failure is not None
    assert "is gone for good; remove it. It is polled no more until newsbeam run --source f." in answer.failure.reason
    gone = remembered(answer)
    assert (gone.gone_at, gone.next_due_at) == (NOW, None)
    assert remembered(fetch(feed(server.url + "/status/410"), gone, NOW + HOUR)).gone_at == NOW
    server.feeds["/status/410"] = HTML
    assert remembered(fetch(feed(server.url + "/status/410"), gone)).gone_at == NOW
    server.feeds["/status/410"] = FEED
    assert remembered(fetch(feed(server.url + "/status/410"), gone)).gone_at is None


def test_of_a_changed_address_nothing_counts_that_the_old_one_did(server: Server) -> None:
    moved = remembered(fetch(feed(f"{server.url}/elsewhere?/feed")))
    troubled = moved.model_copy(update={"failures_in_a_row": 4, "gone_at": NOW, "host_paused_until": NOW})
    after = remembered(fetch(feed(server.url + "/status/500"), troubled))
    assert (after.url, after.failures_in_a_row) == (server.url + "/status/500", 1)
    assert (after.moved_to, after.gone_at, after.host_paused_until) == (None, None, None)


def test_after_a_429_no_other_feed_of_that_host_is_asked(server: Server) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    urls = [f"{server.url}/wait-seconds", *(f"{server.url}/slow/{n}" for n in range(6)), f"{other}/feed"]
    polls = [Poll(id=str(n), source=feed(url, id=f"f{n}")) for n, url in enumerate(urls)]
    settings = LOCAL.model_copy(update={"per_host": 1})
    answers = {record.id if isinstance(record, Document) else record.document: record
               for record in fetch_all(polls, settings, FileSettings(), lambda: NOW)}  # fmt: skip
    assert isinstance(answers["7"], Document)
    assert not any(path.startswith("/slow") for path in server.seen)
    for n in range(1, 7):
        left = answers[str(n)]
        assert isinstance(left, Polled)
        assert left.failure is not None
        assert left.failure.transient
        assert "its host wants to be left alone until" in left.failure.reason
        assert left.state is not None
        assert (left.state.failures_in_a_row, left.state.host_paused_until) == (0, NOW + 2 * HOUR)


def test_a_429_behind_a_redirect_to_another_host_pauses_only_its_own_feed(server: Server) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    state = remembered(fetch(feed(f"{other}/elsewhere?{server.url}/wait-seconds")))
    assert state.host_paused_until is None
    assert state.next_due_at is not None
    assert state.next_due_at - NOW >= 2 * HOUR
