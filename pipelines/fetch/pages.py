"""Fetches article pages: many at once, where robots may go."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from models.base import Instant, Model
from models.errors import FetchError
from models.settings import FetchSettings
from pipelines.fetch.client import Ask, open_client
from pipelines.fetch.concurrency import each, iterate
from pipelines.fetch.hosts import host_of
from pipelines.fetch.robots import Robots

PAGE_BYTES = 4 * 2**20
"""Of a page so much is read; no article stands further down."""
BYTES_AT_ONCE = 256 * 2**20
"""Of all pages of one call so much is kept; the rest is put off."""

_ACCEPT = {"Accept": "text/html, application/xhtml+xml, */*;q=0.5"}


class Page(Model):
    """A page as fetched. `url` is where it was found in the end, `media_type` what the server said, as said."""

    url: str
    body: bytes
    media_type: str | None = None
    fetched_at: Instant


def fetch_pages(urls: Sequence[str], fetch: FetchSettings) -> dict[str, Page | FetchError]:
    """The page, or why there is none, for each address, in their order.

    An error is transient for what the next cycle may do better: timeouts, lost connections, 429, 5xx, and a
    robots.txt that could not be had. It is final for other answers, for robots.txt saying no and for refused
    addresses.
    """
    found = dict(iterate(partial(_fetch, urls, fetch), ahead=4)) if urls else {}
    return {url: found[url] for url in urls}


async def _fetch(
    urls: Sequence[str],
    settings: FetchSettings,
    put: Callable[[tuple[str, Page | FetchError]], Awaitable[None]],
) -> None:
    kept = 0
    async with open_client(settings) as client:
        robots = Robots(client, settings)

        async def work(url: str) -> None:
            nonlocal kept
            try:
                if kept > BYTES_AT_ONCE:
                    raise FetchError("There were too many large pages at once; this one waits.", transient=True)
                async with client.get(Ask(url, _ACCEPT, enough=PAGE_BYTES, allowed=robots.check)) as answer:
                    kept += len(answer.body)
                    media_type = answer.header("Content-Type")
                    page = Page(url=answer.url, body=answer.body, media_type=media_type, fetched_at=datetime.now(UTC))
                    await put((url, page))
            except FetchError as error:
                await put((url, error))

        await each(dict.fromkeys(urls), host_of, work, at_once=settings.concurrency, per_group=settings.per_host)
