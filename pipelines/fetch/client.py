"""The HTTP client: one careful GET, with caps on time, bytes, redirects and places."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import aiohttp
from yarl import URL

from models.errors import FetchError
from models.settings import FetchSettings
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.address import open_socket
from pipelines.fetch.concurrency import paused
from pipelines.fetch.reasons import StatusError, no_answer, shown
from pipelines.fetch.unpack import Corrupt, UnknownCoding, rest_of, through, unpackers

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_SMALL = 2**20
_LARGE_AT_ONCE = 4
"""Bodies beyond a mebibyte wait for one of so many places: many feeds at once must not fill the memory."""

Allowed = Callable[[URL], Awaitable[None]]
"""Asked before each request; raises FetchError where it may not be made."""


class Hop(NamedTuple):
    """One redirect: its status (301 and 308 are for good), and where it led."""

    status: int
    url: str


def lasting_url(asked: str, hops: Sequence[Hop]) -> str:
    """The address to ask in future: behind the redirects that are for good, before the first that is not."""
    url = asked
    for hop in hops:
        if hop.status not in _FOR_GOOD:
            break
        url = hop.url
    return url


class Answer(NamedTuple):
    """What a server sent in the end: status 200 to 299, or 304 without a body. `hops` are the redirects before it."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """A header as received; none where it is empty, longer than 1,000 characters or not Unicode."""
        value = self.headers.get(name)
        return value if value and len(value) <= 1000 and value.isprintable() else None


@dataclass(frozen=True)
class Ask:
    """One GET. `own` headers go to the site of `url` only. `enough` is where reading stops, for who needs no more."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    enough: int | None = None
    allowed: Allowed | None = None


@asynccontextmanager
async def open_client(settings: FetchSettings) -> AsyncIterator["Client"]:
    """A client for many requests.

    Proxies named by the environment (HTTP_PROXY and the like) are not used: behind a proxy the addresses that
    names lead to can't be checked.
    """
    resolving = ThreadPoolExecutor(min(settings.concurrency, 32), thread_name_prefix="newsbeam-resolve")
    asyncio.get_running_loop().set_default_executor(resolving)
    connector = aiohttp.TCPConnector(
        resolver=aiohttp.ThreadedResolver(),
        socket_factory=open_socket(settings.allow_private_addresses),
        limit=0,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": user_agent(settings), "Accept-Encoding": "gzip, deflate"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=32 * 1024,
        max_field_size=32 * 1024,
    ) as session:
        yield Client(settings, session)


def user_agent(settings: FetchSettings) -> str:
    """Who Newsbeam says it is."""
    return settings.user_agent.replace("{version}", NEWSBEAM_VERSION)


class Client:
    """GETs over one pool of connections."""

    def __init__(self, settings: FetchSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(settings.per_host))
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    @asynccontextmanager
    async def get(self, ask: Ask) -> AsyncIterator[Answer]:
        """The answer after redirects, whole in memory until the context ends. Raises FetchError."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._settings.timeout) as deadline:
                    answer = await self._follow(ask, deadline, held)
            except TimeoutError:
                raise FetchError(
                    f"{shown(ask.url)} did not answer wholly within {self._settings.timeout:g} seconds.", transient=True
                ) from None
            yield answer

    async def _follow(self, ask: Ask, deadline: asyncio.Timeout, held: AsyncExitStack) -> Answer:
        target, own = web_address(ask.url), ask.own
        hops: list[Hop] = []
        for _ in range(self._settings.max_redirects + 1):
            if ask.allowed is not None:
                async with paused(deadline):
                    await ask.allowed(target)
            answer = await self._one(target, {**ask.headers, **own}, ask.enough, deadline, held)
            if isinstance(answer, Answer):
                return answer._replace(hops=tuple(hops))
            hops.append(answer)
            if not same_site(target, URL(answer.url)):
                own = {}
            target = URL(answer.url)
        raise FetchError(f"{shown(ask.url)} redirects more than {self._settings.max_redirects} times.")

    async def _one(
        self,
        target: URL,
        headers: Mapping[str, str],
        enough: int | None,
        deadline: asyncio.Timeout,
        held: AsyncExitStack,
    ) -> Answer | Hop:
        """One request: its answer, or where it redirects to."""
        host = self._hosts[target.raw_host or ""]
        async with paused(deadline):
            await host.acquire()
        try:
            async with self._session.get(target, headers=headers, allow_redirects=False) as response:
                if response.status in _REDIRECTS and response.headers.get("Location"):
                    return Hop(response.status, str(_redirected(target, response.headers["Location"])))
                if response.status == 206 or (response.status != 304 and not 200 <= response.status < 300):
                    raise StatusError(str(target), response.status, response.headers.get("Retry-After"))
                body = b"" if response.status == 304 else await self._body(response, enough, deadline, held)
                return Answer(str(target), response.status, response.headers, body)
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            raise no_answer(error, str(target), self._settings.connect_timeout) from error
        finally:
            host.release()

    async def _body(
        self, response: aiohttp.ClientResponse, enough: int | None, deadline: asyncio.Timeout, held: AsyncExitStack
    ) -> bytes:
        """The body, unpacked, while the caps hold. Raises FetchError."""
        body = bytearray()
        large = False
        try:
            async for piece in self._pieces(response, enough):
                body += piece
                if enough is not None and len(body) >= enough:
                    return bytes(body[:enough])
                if len(body) > self._settings.max_unpacked_bytes:
                    raise self._too_large(response, "unpacked", "max_unpacked_bytes")
                if len(body) > _SMALL and not large:
                    large = True
                    async with paused(deadline):
                        await held.enter_async_context(self._large)
        except Corrupt as error:
            message = f"{shown(str(response.url))} can't be unpacked: {error}."
            raise FetchError(message, transient=not isinstance(error, UnknownCoding)) from error
        return bytes(body)

    async def _pieces(self, response: aiohttp.ClientResponse, enough: int | None) -> AsyncIterator[bytes]:
        limit, received = self._settings.max_bytes, 0
        if enough is None and (response.content_length or 0) > limit:
            raise self._too_large(response, "as sent", "max_bytes")
        chain = unpackers(response.headers.get("Content-Encoding", ""))
        async for chunk in response.content.iter_any():
            received += len(chunk)
            if received > limit:
                raise self._too_large(response, "as sent", "max_bytes")
            for piece in through(chain, chunk):
                yield piece
        for piece in rest_of(chain):
            yield piece

    def _too_large(self, response: aiohttp.ClientResponse, how: str, setting: str) -> FetchError:
        limit = getattr(self._settings, setting)
        return FetchError(
            f"{shown(str(response.url))} is larger, {how}, than the {limit:,} bytes that 'fetch.{setting}' in"
            " newsbeam.yaml allows."
        )


def web_address(url: str) -> URL:
    """The address to ask, without user, password and fragment. Raises FetchError for what is none."""
    try:
        address = URL(url)
        if address.scheme in ("http", "https") and address.host and "%" not in address.host:
            return address.with_user(None).with_fragment(None)
    except ValueError:
        pass
    raise FetchError(f"{shown(url)} is not a web address; it must begin with https:// or http:// and name a host.")


def _redirected(source: URL, location: str) -> URL:
    try:
        target = source.join(URL(location))
    except ValueError as error:
        raise FetchError(f"{shown(str(source))} redirects to something that is no address.") from error
    if target.scheme not in ("http", "https"):
        raise FetchError(
            f"{shown(str(source))} redirects to an address that begins with '{target.scheme[:20]}:'; only http and"
            " https are followed."
        )
    return web_address(str(target))


def same_site(before: URL, after: URL) -> bool:
    """The same scheme, host and port, or the same host gone over to https: secrets of the one may be told the other."""
    upgraded = (before.scheme, before.port, after.scheme, after.port) == ("http", 80, "https", 443)
    return before.host == after.host and (upgraded or before.origin() == after.origin())
