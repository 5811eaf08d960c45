"""Fetches articles' pages, as far as the robots.txt of their hosts allows."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from protego import Protego

from models.base import Instant, Model
from models.errors import FetchError
from models.settings import FetchSettings
from pipelines.fetch.credentials import redact
from pipelines.fetch.http import Client, HttpError

ROBOT = "Newsbeam"
"""Our name in a robots.txt."""

_ROBOTS_KEPT = timedelta(days=1)
_ROBOTS_LIMIT = 500 * 1024


class Page(Model):
    """A page's bytes, unpacked, and where they were found in the end."""

    url: str
    body: bytes
    media_type: str | None = None
    fetched_at: Instant


_rules: dict[str, tuple[datetime, Protego | None]] = {}
"""What hosts allow, by the address of their robots.txt: read once a day (RFC 9309, section 2.4) in a process."""


def fetch_pages(urls: Sequence[str], settings: FetchSettings) -> dict[str, Page | FetchError]:
    """A page or an error for each address. The error's `transient` says whether a later try may do better."""
    return asyncio.run(_fetch_pages(list(dict.fromkeys(urls)), settings))


async def _fetch_pages(urls: list[str], settings: FetchSettings) -> dict[str, Page | FetchError]:
    async with Client(settings) as client, asyncio.TaskGroup() as group:
        places = {urljoin(url, "/robots.txt") for url in urls}
        rules = {place: group.create_task(_rules_of(client, place)) for place in places}
        pages = {url: group.create_task(_fetch_page(client, url, rules[urljoin(url, "/robots.txt")])) for url in urls}
    return {url: task.result() for url, task in pages.items()}


async def _fetch_page(client: Client, url: str, rules: Awaitable[Protego | HttpError | None]) -> Page | FetchError:
    allowed = await rules
    if isinstance(allowed, HttpError):
        return allowed
    if allowed is not None and not allowed.can_fetch(url, ROBOT):
        return FetchError(f"{redact(url)}: robots.txt does not allow it", transient=False)
    try:
        response = await client.get(url, {"Accept": "text/html, application/xhtml+xml, */*;q=0.5"})
    except HttpError as error:
        return error
    return Page(
        url=response.url,
        body=response.body,
        media_type=response.headers.get("Content-Type"),
        fetched_at=datetime.now(UTC),
    )


async def _rules_of(client: Client, place: str) -> Protego | HttpError | None:
    """A host that can't say what it allows allows nothing for now (RFC 9309, section 2.3.1.4)."""
    held = _rules.get(place)
    if held is not None and datetime.now(UTC) - held[0] < _ROBOTS_KEPT:
        return held[1]
    try:
        rules = await _read_robots(client, place)
    except HttpError as error:
        return error
    _rules[place] = datetime.now(UTC), rules
    return rules


async def _read_robots(client: Client, place: str) -> Protego | None:
    """The rules; None where there are none (any 4xx, RFC 9309, section 2.3.1.3)."""
    try:
        response = await client.get(place)
    except HttpError as error:
        if error.status is not None and 400 <= error.status < 500 and error.status != 429:
            return None
        raise
    return Protego.parse(response.body[:_ROBOTS_LIMIT].decode("utf-8", "replace"))
