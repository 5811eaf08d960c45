"""Single looks at addresses, for who sets feeds up: nothing is remembered, and redirects are told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from models.errors import FetchError
from models.settings import FetchSettings
from models.source import FeedSource
from pipelines.fetch.client import Answer, Ask, Client, Hop, lasting_url, open_client
from pipelines.fetch.concurrency import each, iterate
from pipelines.fetch.credentials import check_secrets, own_headers
from pipelines.fetch.feeds import ACCEPT
from pipelines.fetch.freshness import fresh_for
from pipelines.fetch.hosts import host_of
from pipelines.fetch.robots import Robots

_AHEAD = 4


class Seen(NamedTuple):
    """What stood at an address. `url` is where it was found in the end, `media_type` what the server said, as said.

    `fresh_for` is how long it will do, by what the server said.
    """

    asked: str
    url: str
    body: bytes
    media_type: str | None
    hops: tuple[Hop, ...]
    seen_at: datetime
    fresh_for: timedelta = timedelta(0)

    @property
    def lasting_url(self) -> str:
        """The address to ask in future: behind the redirects that are for good, before the first that is not."""
        return lasting_url(self.asked, self.hops)


def look_at(url: str, settings: FetchSettings, *, robots: bool) -> Seen:
    """One GET. With `robots` only where the site's robots.txt allows it (Disallowed otherwise). Raises FetchError."""
    return asyncio.run(_look(url, settings, robots))


def look_at_feeds(
    feeds: Sequence[FeedSource], settings: FetchSettings
) -> Iterator[tuple[FeedSource, Seen | FetchError]]:
    """Each feed and what it brought, or why it brought nothing, as they come: many at once, few from one host.

    Raises SetupError before anything is fetched where a secret is missing.
    """
    for feed in feeds:
        check_secrets(feed)
    if feeds:
        yield from iterate(partial(_look_at_feeds, feeds, settings), _AHEAD)


async def _look(url: str, settings: FetchSettings, robots: bool) -> Seen:
    async with open_client(settings) as client:
        allowed = Robots(client, settings).check if robots else None
        return await _seen(client, Ask(url, {"Accept": ACCEPT}, allowed=allowed))


async def _look_at_feeds(
    feeds: Sequence[FeedSource],
    settings: FetchSettings,
    put: Callable[[tuple[FeedSource, Seen | FetchError]], Awaitable[None]],
) -> None:
    async with open_client(settings) as client:

        async def work(feed: FeedSource) -> None:
            try:
                await put((feed, await _seen(client, Ask(feed.url, {"Accept": ACCEPT}, own_headers(feed)))))
            except FetchError as error:
                await put((feed, error))

        await each(
            feeds, lambda feed: host_of(feed.url), work, at_once=settings.concurrency, per_group=settings.per_host
        )


async def _seen(client: Client, ask: Ask) -> Seen:
    async with client.get(ask) as answer:
        if answer.status == 304:
            raise FetchError(f"{answer.url} answered 'not modified' without being asked.", transient=True)
        return _of(ask.url, answer)


def _of(asked: str, answer: Answer) -> Seen:
    now, media_type = datetime.now(UTC), answer.header("Content-Type")
    return Seen(asked, answer.url, answer.body, media_type, answer.hops, now, fresh_for(answer, now))
