"""Every source that is due, each in the way of its kind."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import assert_never

from models.document import Document, Poll
from models.outcome import Polled
from models.settings import FetchSettings, FileSettings
from models.source import FeedSource, FileSource
from pipelines.fetch.client import open_client
from pipelines.fetch.concurrency import each, iterate
from pipelines.fetch.credentials import check_secrets
from pipelines.fetch.feeds import address_of, left_alone, poll_feed
from pipelines.fetch.files import read_file
from pipelines.fetch.hosts import host_of

_AHEAD = 4
"""Documents that wait for the consumer."""

FeedPoll = tuple[Poll, FeedSource]


def fetch_all(
    polls: Sequence[Poll], fetch: FetchSettings, files: FileSettings, now: Callable[[], datetime]
) -> Iterator[Document | Polled]:
    """Yield the documents of these polls, and a Polled for each that has nothing new or failed.

    Files are read one at a time, in order; feeds are fetched at the same time, and come as they are ready. The
    memory used does not grow with the number of polls. Raises SetupError before anything is fetched where a
    secret is missing.
    """
    feeds: list[FeedPoll] = []
    reading: list[tuple[Poll, FileSource]] = []
    for poll in polls:
        check_secrets(poll.source)
        match poll.source:
            case FileSource() as source:
                reading.append((poll, source))
            case FeedSource() as source:
                feeds.append((poll, source))
            case _:
                assert_never(poll.source)
    for poll, file in reading:
        yield from read_file(poll, file, files, now)
    if feeds:
        yield from iterate(partial(_poll_feeds, feeds, fetch, now), _AHEAD)


async def _poll_feeds(
    feeds: Sequence[FeedPoll],
    settings: FetchSettings,
    now: Callable[[], datetime],
    put: Callable[[Document | Polled], Awaitable[None]],
) -> None:
    paused: dict[str, datetime] = {}
    async with open_client(settings) as client:

        async def work(feed: FeedPoll) -> None:
            host = _host(feed)
            if host in paused:
                await put(left_alone(*feed, paused[host], now()))
                return

            async def put_and_note(answer: Document | Polled) -> None:
                if answer.state is not None and answer.state.host_paused_until is not None:
                    paused[host] = answer.state.host_paused_until
                await put(answer)

            await poll_feed(client, *feed, now, put_and_note)

        await each(feeds, _host, work, at_once=settings.concurrency, per_group=settings.per_host)


def _host(feed: FeedPoll) -> str:
    return host_of(address_of(*feed))
