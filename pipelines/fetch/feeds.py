"""Polls one feed: asks only for what is new, judges the answer, and says what to remember of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256

from yarl import URL

from models.document import Document, Poll
from models.errors import FetchError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Polled
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.client import Answer, Ask, Client, lasting_url, same_site
from pipelines.fetch.credentials import own_headers
from pipelines.fetch.freshness import fresh_for
from pipelines.fetch.hosts import host_of
from pipelines.fetch.reasons import StatusError, shown
from pipelines.logs import without_secrets
from pipelines.schedule import INTERVAL, due_after_failure, due_after_success, pause_asked_for

UNCONDITIONAL_EVERY = timedelta(days=1)
"""Validators lie: so often a feed is asked for all it has, whatever it said before."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.8"
)
"""Feeds first, in every format; then whatever there is."""

_LONGEST_URL = 2000


async def poll_feed(
    client: Client,
    poll: Poll,
    source: FeedSource,
    now: Callable[[], datetime],
    put: Callable[[Document | Polled], Awaitable[None]],
) -> None:
    """Fetch one feed and put its document, or how the poll ended without one."""
    address = address_of(poll, source)
    headers = {"Accept": ACCEPT, **validators(poll, source, now())}
    try:
        at_home = address == source.url or same_site(URL(source.url), URL(address))
        own = own_headers(source) if at_home else {}
        async with client.get(Ask(address, headers, own)) as answer:
            await put(_judged(poll, source, answer, now()))
    except FetchError as error:
        await put(_failed(poll, source, error, now()))


def address_of(poll: Poll, source: FeedSource) -> str:
    """Where the feed is asked for: where it has moved for good, or as configured.

    After a failure it is the other of the two, in turns: one of them may be in order again.
    """
    state = _state(poll, source)
    return source.url if state.moved_to is None or state.failures_in_a_row % 2 else state.moved_to


def left_alone(poll: Poll, source: FeedSource, until: datetime, at: datetime) -> Polled:
    """The end of a poll that was not begun, because the host has just asked to be left alone by all."""
    said = f"{shown(source.url)} was not asked: its host wants to be left alone until {until:%Y-%m-%d %H:%M} UTC."
    state = _state(poll, source).model_copy(update={"next_due_at": until, "host_paused_until": until})
    return _ended(poll, source, FetchError(said, transient=True), at, state)


def validators(poll: Poll, source: FeedSource, at: datetime) -> dict[str, str]:
    """The headers that make a request conditional, with the values exactly as they were received (RFC 9110, 13.1).

    None where the last whole answer is a day old, where anything besides the bytes decides the outcome anew, or
    where the poll asks for everything.
    """
    state = poll.state
    if state is None or poll.again or state.fingerprint != fingerprint(source):
        return {}
    if state.last_full_fetch_at is None or at - state.last_full_fetch_at >= UNCONDITIONAL_EVERY:
        return {}
    found = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in found.items() if value}


def fingerprint(source: FeedSource) -> str:
    """SHA-256 over all that decides an outcome besides the bytes: address, headers' names, settings, version."""
    asked = (source.url, sorted(source.headers.items()), sorted(source.headers_env.items()), source.auth_env)
    return sha256(f"{asked}\n{source.content.model_dump_json()}\n{NEWSBEAM_VERSION}".encode()).hexdigest()


def _judged(poll: Poll, source: FeedSource, answer: Answer, at: datetime) -> Document | Polled:
    if answer.status == 304:
        if not validators(poll, source, at):
            error = FetchError(f"{shown(answer.url)} answered 'not modified' without being asked.", transient=True)
            return _failed(poll, source, error, at)
        return _not_modified(poll, source, _after_304(poll, source, answer, at), answer)
    state = _after_200(poll, source, answer, at)
    if _unchanged(poll, state):
        return _not_modified(poll, source, state, answer)
    return Document(
        id=poll.id,
        source=source,
        url=answer.url,
        body=answer.body,
        media_type=answer.header("Content-Type"),
        fetched_at=at,
        state=state,
        moved_to=_moved_to(poll, source, answer),
        again=poll.again,
    )


def _unchanged(poll: Poll, state: FeedState) -> bool:
    """Whether the same bytes were dealt with under the same settings before."""
    before = poll.state
    return (
        before is not None
        and not poll.again
        and (before.body_hash, before.fingerprint) == (state.body_hash, state.fingerprint)
    )


def _after_304(poll: Poll, source: FeedSource, answer: Answer, at: datetime) -> FeedState:
    """A 304 may bring newer validators (RFC 9110, section 15.4.5)."""
    newer = {"etag": answer.header("ETag"), "last_modified": answer.header("Last-Modified")}
    return _succeeded(poll, source, answer, at, {name: value for name, value in newer.items() if value})


def _after_200(poll: Poll, source: FeedSource, answer: Answer, at: datetime) -> FeedState:
    return _succeeded(
        poll,
        source,
        answer,
        at,
        {
            "etag": answer.header("ETag"),
            "last_modified": answer.header("Last-Modified"),
            "body_hash": sha256(answer.body).hexdigest(),
            "fingerprint": fingerprint(source),
            "last_full_fetch_at": at,
        },
    )


def _succeeded(poll: Poll, source: FeedSource, answer: Answer, at: datetime, changes: dict[str, object]) -> FeedState:
    state = _state(poll, source).model_copy(
        update={
            "fresh_for": fresh_for(answer, at).total_seconds() or None,
            "last_attempt_at": at,
            "host_paused_until": None,
            **changes,
        }
    )
    return state.model_copy(update={"next_due_at": due_after_success(source.every, state, at)})


def _moved_to(poll: Poll, source: FeedSource, answer: Answer) -> str | None:
    """Where the feed is to be asked for from now on, if that is not where the configuration says."""
    url = lasting_url(address_of(poll, source), answer.hops)
    return url if url != source.url and len(url) <= _LONGEST_URL else None


def _not_modified(poll: Poll, source: FeedSource, state: FeedState, answer: Answer) -> Polled:
    known = {"moved_to": _moved_to(poll, source, answer), "last_success_at": state.last_attempt_at, "gone_at": None}
    well = state.model_copy(update={"failures_in_a_row": 0, "last_error": None, **known})
    return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.NOT_MODIFIED, state=well)


def _failed(poll: Poll, source: FeedSource, error: FetchError, at: datetime) -> Polled:
    """A failed poll keeps the validators: what was fetched before is still what it was."""
    before = _state(poll, source)
    failures = before.failures_in_a_row + 1
    status, asked, paused_until = None, timedelta(0), None
    if isinstance(error, StatusError):
        status, asked = error.status, pause_asked_for(error.retry_after, at)
        if status == 429 and host_of(error.url) == host_of(address_of(poll, source)):
            paused_until = at + asked if asked else due_after_failure(source.id, at, INTERVAL, failures)
    if status == 410:
        error = FetchError(f"{error} It is polled no more until newsbeam run --source {source.id}.")
    gone_at = before.gone_at or (at if status == 410 else None)
    state = before.model_copy(
        update={
            "last_attempt_at": at,
            "next_due_at": None if gone_at else due_after_failure(source.id, at, source.every, failures, asked),
            "failures_in_a_row": failures,
            "last_error": without_secrets(str(error)),
            "gone_at": gone_at,
            "host_paused_until": paused_until,
        }
    )
    return _ended(poll, source, error, at, state)


def _ended(poll: Poll, source: FeedSource, error: FetchError, at: datetime, state: FeedState) -> Polled:
    """The end of a poll that brought nothing but an error."""
    failure = Failure.of(error, source, origin=source.url, at=at, newsbeam=NEWSBEAM_VERSION, url=source.url)
    return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.FAILED, state=state, failure=failure)


def _state(poll: Poll, source: FeedSource) -> FeedState:
    """What is remembered; where the configured address is another now, nothing of how the old one did."""
    state = poll.state or FeedState(source_id=source.id, url=source.url)
    if state.url == source.url:
        return state
    fresh = {"moved_to": None, "failures_in_a_row": 0, "last_error": None, "gone_at": None, "host_paused_until": None}
    return state.model_copy(update={"url": source.url, **fresh})
