"""Feeds are fetched politely, within bounds, and a bad server is one clear failure."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from misbehaving_server import FEED, HTML, Server, serve

from models.document import Document, Poll
from models.errors import SetupError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Polled
from models.settings import FetchSettings, FileSettings
from models.source import Content, FeedSource
from pipelines.fetch import check_secrets, fetch_all
from pipelines.fetch.feeds import UNCONDITIONAL_EVERY

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCAL = FetchSettings(allow_private_addresses=True, timeout=2, connect_timeout=1)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.seen.clear()
    return running


def feed(url: str, **fields: Any) -> FeedSource:
    return FeedSource(**{"id": "f", "url": url, "name": "F", **fields})


def fetch(
    source: FeedSource,
    state: FeedState | None = None,
    *,
    settings: FetchSettings = LOCAL,
    now: datetime = NOW,
    again: bool = False,
) -> Document | Polled:
    poll = Poll(id="p", source=source, state=state, again=again)
    (answer,) = fetch_all([poll], settings, FileSettings(), lambda: now)
    return answer


def fetched(answer: Document | Polled) -> FeedState:
    assert isinstance(answer, Document), answer
    assert answer.state is not None
    return answer.state


def failed(answer: Document | Polled) -> Polled:
    assert isinstance(answer, Polled)
    assert answer.status is DocumentStatus.FAILED
    assert answer.failure is not None
    return answer


def reason(answer: Document | Polled) -> str:
    failure = failed(answer).failure
    assert failure is not None
    return failure.reason


def test_a_feed_is_a_document_with_where_it_came_from(server: Server) -> None:
    answer = fetch(feed(server.url + "/feed"))
    assert isinstance(answer, Document)
    assert (answer.body, answer.media_type, answer.fetched_at) == (FEED, "application/rss+xml", NOW)
    assert answer.url == server.url + "/feed"


def test_validators_go_back_exactly_as_they_came(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/feed")))
    answer = fetch(feed(server.url + "/feed"), state, now=NOW + timedelta(minutes=20))
    assert isinstance(answer, Polled)
    assert answer.status is DocumentStatus.NOT_MODIFIED
    assert server.seen["/feed"][1]["if-none-match"] == state.etag
    assert server.seen["/feed"][1]["if-modified-since"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    assert answer.state is not None
    assert (answer.state.etag, answer.state.body_hash) == (state.etag, state.body_hash)


def test_unchanged_bytes_need_no_parse_whatever_the_validators_say(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/lying")))
    answer = fetch(feed(server.url + "/lying"), state)
    assert isinstance(answer, Polled)
    assert answer.status is DocumentStatus.NOT_MODIFIED


def test_once_a_day_a_feed_is_fetched_whatever_its_validators_say(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/stuck")))
    fetch(feed(server.url + "/stuck"), state, now=NOW + UNCONDITIONAL_EVERY - timedelta(minutes=1))
    fetch(feed(server.url + "/stuck"), state, now=NOW + UNCONDITIONAL_EVERY)
    assert ["if-none-match" in headers for headers in server.seen["/stuck"]] == [False, True, False]


def test_changed_settings_ask_for_the_whole_feed_and_look_at_it_again(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/feed")))
    assert isinstance(fetch(feed(server.url + "/feed", content=Content(exclude=("sea",))), state), Document)
    assert "if-none-match" not in server.seen["/feed"][1]


def test_asked_again_everything_is_fetched_and_looked_at(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/feed")))
    assert isinstance(fetch(feed(server.url + "/feed"), state, again=True), Document)


@pytest.mark.parametrize("path", ["/gzipped", "/deflated", "/raw-deflated"])
def test_packed_answers_are_unpacked(server: Server, path: str) -> None:
    answer = fetch(feed(server.url + path))
    assert isinstance(answer, Document)
    assert answer.body == FEED


@pytest.mark.parametrize(
    ("path", "words", "transient"),
    [
        ("/status/206", "206: it sent a part, and no part was asked for", False),
        ("/status/404", "404", False),
        ("/status/410", "410", False),
        ("/status/403", "403", False),
        ("/status/500", "500", True),
        ("/status/429", "429", True),
        ("/drip", "did not answer wholly within 2 seconds", True),
        ("/endless", "is larger, as sent", False),
        ("/bomb", "is larger, unpacked", False),
        ("/loop", "redirects more than 5 times", False),
        ("/hops/6", "redirects more than 5 times", False),
        ("/broken-off", "broke off", True),
        ("/broken-gzip", "broken", True),
        ("/brotli", "was not asked for", False),
        ("/nonsense", "", True),
        ("/hang-up", "", True),
        ("/elsewhere?file:///etc/passwd", "only http and https", False),
        ("/elsewhere?http://[broken", "address", False),
        ("/elsewhere?gopher://127.0.0.1/", "only http and https", False),
    ],
)
def test_a_bad_server_is_one_clear_failure(server: Server, path: str, words: str, transient: bool) -> None:
    answer = failed(fetch(feed(server.url + path)))
    assert words in reason(answer)
    assert answer.failure is not None
    assert answer.failure.transient is transient
    assert answer.failure.stage == "fetch"


def test_five_redirects_are_followed(server: Server) -> None:
    answer = fetch(feed(server.url + "/hops/5"))
    assert isinstance(answer, Document)
    assert answer.url == server.url + "/hops/0"


def test_an_error_page_with_status_200_is_handed_on_for_parse_to_judge(server: Server) -> None:
    answer = fetch(feed(server.url + "/html"))
    assert isinstance(answer, Document)
    assert answer.body == HTML


@pytest.mark.parametrize("path", ["/wait-seconds", "/wait-date"])
def test_a_server_that_asks_to_wait_is_left_alone_so_long(server: Server, path: str) -> None:
    at = datetime.now(UTC)
    state = failed(fetch(feed(server.url + path), now=at)).state
    assert state is not None
    assert state.next_due_at is not None
    assert timedelta(hours=1.9) < state.next_due_at - at < timedelta(hours=2.1)


def test_each_failure_in_a_row_waits_longer_but_never_for_ever(server: Server) -> None:
    source, state, waits = feed(server.url + "/status/500"), None, []
    for _ in range(12):
        state = failed(fetch(source, state)).state
        assert state is not None
        assert state.next_due_at is not None
        waits.append(state.next_due_at - NOW)
    for wait, longest in zip(waits, (15, 30, 60, 120), strict=False):
        assert 0.9 * longest <= wait / timedelta(minutes=1) <= longest
    assert timedelta(hours=21) < waits[-1] <= timedelta(days=1)
    assert state is not None
    assert state.failures_in_a_row == 12


def test_a_failure_keeps_the_validators_and_an_unchanged_answer_ends_the_count(server: Server) -> None:
    state = fetched(fetch(feed(server.url + "/feed")))
    after = failed(fetch(feed(server.url + "/status/500"), state)).state
    assert after is not None
    assert after.etag == state.etag
    assert "500" in (after.last_error or "")
    well = fetch(feed(server.url + "/feed"), after)
    assert isinstance(well, Polled)
    assert well.state is not None
    assert (well.status, well.state.failures_in_a_row, well.state.last_error) == (DocumentStatus.NOT_MODIFIED, 0, None)


def test_bytes_that_may_not_be_a_feed_do_not_end_the_count(server: Server) -> None:
    state = failed(fetch(feed(server.url + "/status/500"))).state
    assert state is not None
    here = state.model_copy(update={"url": server.url + "/feed"})
    assert fetched(fetch(feed(server.url + "/feed"), here)).failures_in_a_row == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/feed",
        "http://localhost:{port}/feed",
        "http://2130706433:{port}/feed",
        "http://0x7f000001:{port}/feed",
        "http://0177.0.0.1:{port}/feed",
        "http://127.1:{port}/feed",
        "http://[::1]:{port}/feed",
        "http://[::ffff:127.0.0.1]:{port}/feed",
        "http://[64:ff9b::7f00:1]:{port}/feed",
        "http://[2002:7f00:1::]:{port}/feed",
        "http://0.0.0.0:{port}/feed",
        "http://10.0.0.1:{port}/feed",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
    ],
)
def test_private_and_local_addresses_are_not_reached(server: Server, address: str) -> None:
    settings = FetchSettings(timeout=2, connect_timeout=1)
    said = reason(fetch(feed(address.format(port=server.server_address[1])), settings=settings))
    assert "not public" in said or "is not a web address" in said
    assert not server.seen


def test_a_name_that_resolves_to_a_local_address_is_refused_at_the_connection(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    real = socket.getaddrinfo

    def rebound(host: str, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "news.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    source = feed(f"http://news.example:{server.server_address[1]}/feed")
    assert isinstance(fetch(source), Document)
    assert "not public" in reason(fetch(source, settings=FetchSettings(timeout=2)))


def test_an_address_that_nobody_listens_at_and_a_name_that_nobody_has_may_come_back() -> None:
    for url in ("http://127.0.0.1:9/feed", "http://no-such-host.invalid/feed"):
        answer = failed(fetch(feed(url)))
        assert answer.failure is not None
        assert answer.failure.transient


@pytest.mark.parametrize("url", ["http://", "http://[", "ftp://x.example/", "http://exa mple.example/", "http://:80/"])
def test_an_address_that_is_none_is_a_failure(url: str) -> None:
    assert reason(fetch(feed(url)))


def test_many_feeds_are_fetched_at_once_but_few_of_one_host(server: Server) -> None:
    server.most_under_way = 0
    polls = [Poll(id=str(n), source=feed(server.url + "/slow", id=f"f{n}")) for n in range(6)]
    began = time.monotonic()
    answers = list(fetch_all(polls, LOCAL, FileSettings(), lambda: NOW))
    assert all(isinstance(answer, Document) for answer in answers)
    assert server.most_under_way <= LOCAL.per_host
    assert time.monotonic() - began < 6 * 0.3


def test_a_caller_that_stops_in_the_middle_leaves_nothing_running(server: Server) -> None:
    polls = [Poll(id=str(n), source=feed(server.url + "/slow", id=f"f{n}")) for n in range(20)]
    answers = fetch_all(polls, LOCAL, FileSettings(), lambda: NOW)
    next(answers)
    began = time.monotonic()
    answers.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 1


def test_a_caller_that_takes_its_time_costs_no_timeout(server: Server) -> None:
    settings = FetchSettings(allow_private_addresses=True, timeout=1, per_host=1)
    polls = [Poll(id=str(n), source=feed(server.url + "/slow", id=f"f{n}")) for n in range(3)]
    answers = []
    for answer in fetch_all(polls, settings, FileSettings(), lambda: NOW):
        time.sleep(0.8)
        answers.append(answer)
    assert all(isinstance(answer, Document) for answer in answers)


def test_secrets_come_from_the_environment_and_stay_with_their_host(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_KEY", "s3cret")
    monkeypatch.setenv("FEED_USER", "ann")
    monkeypatch.setenv("FEED_PASSWORD", "ash")
    keys = {"headers_env": {"X-Key": "FEED_KEY"}, "auth_env": ("FEED_USER", "FEED_PASSWORD")}
    fetch(feed(server.url + "/feed", **keys))
    assert server.seen["/feed"][0]["x-key"] == "s3cret"
    assert server.seen["/feed"][0]["authorization"].startswith("Basic ")
    other = server.url.replace("127.0.0.1", "localhost")
    fetch(feed(f"{other}/elsewhere?{server.url}/feed", **keys))
    assert "x-key" in server.seen["/elsewhere"][0]
    assert "x-key" not in server.seen["/feed"][1]
    assert "authorization" not in server.seen["/feed"][1]


def test_a_secret_that_is_not_set_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEED_KEY", raising=False)
    with pytest.raises(SetupError, match="FEED_KEY"):
        check_secrets(feed("https://x.example/", headers_env={"X-Key": "FEED_KEY"}))


def test_a_failure_does_not_tell_what_stands_in_the_query(server: Server) -> None:
    said = reason(fetch(feed(server.url.replace("//", "//ann:ash@") + "/status/404?token=s3cret")))
    assert "s3cret" not in said
    assert "ash" not in said


def test_we_say_who_we_are(server: Server) -> None:
    fetch(feed(server.url + "/feed"))
    assert server.seen["/feed"][0]["user-agent"].startswith("Newsbeam/")
