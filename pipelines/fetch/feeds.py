"""Polls feeds over HTTP: conditional requests, what to remember afterwards, and many at once."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from models.document import Document, Poll
from models.errors import FetchError, SetupError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Polled
from models.settings import FetchSettings
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.credentials import secret_headers
from pipelines.fetch.http import Client, HttpError, Response

EVERY = timedelta(minutes=15)
"""How often a feed is polled whose configuration does not say."""

UNCONDITIONAL_EVERY = timedelta(days=1)
"""Validators lie now and then: once in this time the whole feed is fetched whatever they say."""

_LONGEST_BACKOFF = timedelta(days=1)
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

Clock = Callable[[], datetime]


def fetch_feeds(polls: Sequence[Poll], settings: FetchSettings, now: Clock) -> Iterator[Document | Polled]:
    """Each feed's answer, as they come. At most `settings.concurrency` are under way or waiting to be taken.

    The requests run in a thread of their own, so that none times out while the caller works on another's answer.
    """
    answers: queue.SimpleQueue[Document | Polled | BaseException] = queue.SimpleQueue()
    work = _Work(polls, settings, now, answers)
    thread = threading.Thread(target=work.run, name="fetch", daemon=True)
    thread.start()
    try:
        for _ in polls:
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            work.taken()
            yield answer
    finally:
        work.cancel()
        thread.join()


class _Work:
    """The requests of one call, in the event loop of one thread."""

    def __init__(
        self,
        polls: Sequence[Poll],
        settings: FetchSettings,
        now: Clock,
        answers: "queue.SimpleQueue[Document | Polled | BaseException]",
    ) -> None:
        self.polls, self.settings, self.now, self.answers = polls, settings, now, answers
        self.loop = asyncio.new_event_loop()
        self.places = asyncio.Semaphore(settings.concurrency)
        self.task: asyncio.Task[None] | None = None
        self.cancelled = False

    def run(self) -> None:
        """Fetch all; whatever goes wrong by our own fault reaches the caller."""
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self._all())
        except asyncio.CancelledError:
            return
        except BaseException as error:  # noqa: BLE001  # handed to the caller, who raises it
            self.answers.put(error)

    def taken(self) -> None:
        """The caller took an answer: one more may be fetched."""
        self._call(self.places.release)

    def cancel(self) -> None:
        """Nobody wants the rest."""
        self.cancelled = True
        if self.task is not None:
            self._call(self.task.cancel)

    def _call(self, act: Callable[[], object]) -> None:
        try:
            self.loop.call_soon_threadsafe(act)
        except RuntimeError:
            # The loop has ended: all answers are in the queue.
            return

    async def _all(self) -> None:
        self.task = asyncio.current_task()
        if self.cancelled:
            return
        async with Client(self.settings) as client, asyncio.TaskGroup() as group:
            for poll in self.polls:
                await self.places.acquire()
                group.create_task(self._one(client, poll))

    async def _one(self, client: Client, poll: Poll) -> None:
        self.answers.put(await poll_feed(client, poll, self.now))


async def poll_feed(client: Client, poll: Poll, now: Clock) -> Document | Polled:
    """Fetch one feed, conditionally where that is right."""
    source = poll.source
    assert isinstance(source, FeedSource)
    began = now()
    try:
        secrets = secret_headers(source)
        headers = {"Accept": _ACCEPT, **source.headers, **_conditions(poll, began)}
        response = await client.get(source.url, headers, secrets)
    except (HttpError, SetupError) as error:
        refused = error if isinstance(error, HttpError) else HttpError(str(error), transient=False)
        return _failed(poll, refused, now())
    return _answered(poll, response, conditional="If-None-Match" in headers or "If-Modified-Since" in headers, at=now())


def fingerprint(source: FeedSource) -> str:
    """What decides the outcomes of a poll besides its bytes; another one makes the next fetch unconditional."""
    parts = (NEWSBEAM_VERSION, source.url, source.content.model_dump_json())
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _conditions(poll: Poll, now: datetime) -> dict[str, str]:
    """The validators, exactly as received (RFC 9110, section 13.1), unless the whole feed is wanted."""
    state = poll.state
    if state is None or poll.again or not _is_current(poll, now):
        return {}
    conditions = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _is_current(poll: Poll, now: datetime) -> bool:
    state = poll.state
    assert isinstance(poll.source, FeedSource)
    return (
        state is not None
        and state.fingerprint == fingerprint(poll.source)
        and state.last_full_fetch_at is not None
        and now - state.last_full_fetch_at < UNCONDITIONAL_EVERY
    )


def _answered(poll: Poll, response: Response, *, conditional: bool, at: datetime) -> Document | Polled:
    source = poll.source
    assert isinstance(source, FeedSource)
    before = poll.state or FeedState(source_id=source.id, url=source.url)
    body_hash = before.body_hash if response.status == 304 else sha256(response.body).hexdigest()
    state = before.model_copy(
        update={
            "url": source.url,
            # A 304 may bring newer validators (RFC 9111, section 4.3.4), or none: then the old ones hold.
            "etag": response.headers.get("ETag") or (before.etag if response.status == 304 else None),
            "last_modified": response.headers.get("Last-Modified")
            or (before.last_modified if response.status == 304 else None),
            "body_hash": body_hash,
            "fingerprint": fingerprint(source),
            "last_attempt_at": at,
            "last_success_at": at,
            "last_full_fetch_at": before.last_full_fetch_at if conditional else at,
            "next_due_at": at + (source.every or EVERY),
            "failures_in_a_row": 0,
            "last_error": None,
        }
    )
    same_settings = before.fingerprint == state.fingerprint
    if response.status == 304 or (body_hash == before.body_hash and same_settings and not poll.again):
        return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.NOT_MODIFIED, state=state)
    return Document(
        id=poll.id,
        source=source,
        url=response.url,
        body=response.body,
        media_type=response.headers.get("Content-Type"),
        fetched_at=at,
        state=state,
        again=poll.again,
    )


def _failed(poll: Poll, error: HttpError, at: datetime) -> Polled:
    """A failed poll: the validators stay, the next attempt waits longer each time, and as long as the server asks."""
    source = poll.source
    assert isinstance(source, FeedSource)
    before = poll.state or FeedState(source_id=source.id, url=source.url)
    failures = before.failures_in_a_row + 1
    wait = min((source.every or EVERY) * 2 ** min(failures - 1, 16), max(_LONGEST_BACKOFF, source.every or EVERY))
    failure = Failure.of(
        FetchError(str(error), transient=error.transient),
        source,
        origin=source.url,
        at=at,
        newsbeam=NEWSBEAM_VERSION,
        url=source.url,
    )
    state = before.model_copy(
        update={
            "url": source.url,
            "last_attempt_at": at,
            "next_due_at": at + max(wait, error.retry_after or timedelta(0)),
            "failures_in_a_row": failures,
            "last_error": failure.reason,
        }
    )
    return Polled(document=poll.id, source_id=source.id, status=DocumentStatus.FAILED, state=state, failure=failure)
