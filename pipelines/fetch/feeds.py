"""Polls one feed: asks only for what is new, judges the answer, and says what to remember of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256

from models.document import Document, Poll
from models.errors import FetchError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Polled
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.client import Answer, Ask, Client
from pipelines.fetch.credentials import own_headers
from pipelines.fetch.reasons import StatusError, shown
from pipelines.schedule import interval_of, next_due

UNCONDITIONAL_EVERY = timedelta(days=1)
"""Validators lie: so often a feed is asked for all it has, whatever it said before."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.8"
)
"""Feeds first, in every format; then whatever there is."""


async def poll_feed(
    client: Client,
    poll: Poll,
    source: FeedSource,
    now: Callable[[], datetime],
    put: Callable[[Document | Polled], Awaitable[None]],
) -> None:
    """Fetch one feed and put its document, or how the poll ended without one."""
    headers = {"Accept": ACCEPT, **validators(poll, source, now())}
    try:
        async with client.get(Ask(source.url, headers, own_headers(source))) as answer:
            await put(_judged(poll, source, answer, now()))
    except FetchError as error:
        await put(_failed(poll, source, error, now()))


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
        return _not_modified(poll, source, _after_304(poll, source, answer, at))
    state = _after_200(poll, source, answer, at)
    if _unchanged(poll, state):
        return _not_modified(poll, source, state)
    return Document(
        id=poll.id,
        source=source,
        url=answer.url,
        body=answer.body,
        media_type=answer.header("Content-Type"),
        fetched_at=at,
        state=state,
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
    return _state(poll, source).model_copy(
        update={
            "url": source.url,
            "last_attempt_at": at,
            "last_success_at": at,
            "gone_at": None,
            "next_due_at": next_due(at, interval_of(source.every, poll.state, at), 0, answer.header("Retry-After")),
            **changes,
        }
    )


def _not_modified(poll: Poll, source: FeedSource, state: FeedState) -> Polled:
    well = state.model_copy(update={"failures_in_a_row": 0, "last_error": None})
    return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.NOT_MODIFIED, state=well)


def _failed(poll: Poll, source: FeedSource, error: FetchError, at: datetime) -> Polled:
    """A failed poll keeps the validators: what was fetched before is still what it was."""
    before = _state(poll, source)
    failures = before.failures_in_a_row + 1
    retry_after = error.retry_after if isinstance(error, StatusError) else None
    gone = isinstance(error, StatusError) and error.status == 410
    state = before.model_copy(
        update={
            "url": source.url,
            "last_attempt_at": at,
            "next_due_at": next_due(at, source.every, failures, retry_after),
            "failures_in_a_row": failures,
            "last_error": str(error),
            "gone_at": (before.gone_at or at) if gone else None,
        }
    )
    failure = Failure.of(error, source, origin=source.url, at=at, newsbeam=NEWSBEAM_VERSION, url=source.url)
    return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.FAILED, state=state, failure=failure)


def _state(poll: Poll, source: FeedSource) -> FeedState:
    return poll.state or FeedState(source_id=source.id, url=source.url)
