"""The HTTP client of feeds and pages: polite, bounded in time and size, and kept to public addresses."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import aiohttp

from models.errors import FetchError
from models.settings import FetchSettings
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.address import REFUSED, public_socket
from pipelines.fetch.credentials import redact
from pipelines.fetch.unpack import ACCEPT_ENCODING, TooLarge, Unpacker

_REDIRECTS = (301, 302, 303, 307, 308)
_TRANSIENT = (408, 421, 425, 429)
_BLOCK = 64 * 1024
_LONGEST_WAIT = timedelta(days=30)


class HttpError(FetchError):
    """A fetch that failed, with the status and the wait that the server asked for, where it did."""

    def __init__(
        self, message: str, *, transient: bool, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, transient=transient)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Response:
    """What a server answered: 200 with its body unpacked, or 304 without. `url` is where it was found in the end."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Client:
    """Fetches addresses, many at once and few per host. Use as an async context manager.

    Proxies named by the environment are not used: behind one, the address that is connected to can't be checked.
    """

    settings: FetchSettings
    hosts: dict[str, asyncio.Semaphore] = field(init=False)
    all: asyncio.Semaphore = field(init=False)
    session: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> "Client":
        settings = self.settings
        self.hosts = defaultdict(lambda: asyncio.Semaphore(settings.per_host))
        self.all = asyncio.Semaphore(settings.concurrency)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                socket_factory=None if settings.allow_private_addresses else public_socket,
                enable_cleanup_closed=False,
            ),
            timeout=aiohttp.ClientTimeout(total=None, connect=settings.connect_timeout),
            headers={
                "User-Agent": settings.user_agent.replace("{version}", NEWSBEAM_VERSION),
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Response:
        """Fetch, following redirects by hand; `secrets` are headers that stay with the first origin.

        Raises HttpError; its message names the address without what may be secret in it.
        """
        origin = _origin(url)
        for _ in range(self.settings.max_redirects + 1):
            sent = {**(headers or {}), **((secrets or {}) if _origin(url) == origin else {})}
            answer = await self._answer(url, sent)
            if isinstance(answer, Response):
                return answer
            url = answer
        raise HttpError(f"{redact(url)}: more than {self.settings.max_redirects} redirects in a row", transient=False)

    async def _answer(self, url: str, headers: Mapping[str, str]) -> "Response | str":
        """The response, or the address that it sends on to."""
        if not url.lower().startswith(("http://", "https://")):
            raise HttpError(f"{redact(url)}: only http and https addresses are fetched", transient=False)
        place = redact(url)
        async with self.hosts[_origin(url)], self.all:
            try:
                async with asyncio.timeout(self.settings.timeout):
                    return await self._request(url, headers)
            except TimeoutError as error:
                raise HttpError(
                    f"{place}: no whole answer within {self.settings.timeout:g} s", transient=True
                ) from error
            except (aiohttp.InvalidURL, UnicodeError) as error:
                raise HttpError(f"{place}: not a valid address", transient=False) from error
            except aiohttp.ClientError as error:
                raise _client_error(place, error) from error
            except OSError as error:
                raise HttpError(f"{place}: {error.strerror or error}", transient=True) from error

    async def _request(self, url: str, headers: Mapping[str, str]) -> "Response | str":
        async with self.session.get(url, headers=dict(headers), allow_redirects=False) as response:
            place, status = redact(url), response.status
            location = response.headers.get("Location")
            if status in _REDIRECTS and location:
                return _joined(url, location)
            if status == 304:
                return Response(url, status, b"", response.headers)
            if not 200 <= status < 300:
                raise HttpError(
                    f"{place}: the server answered {status} {response.reason or ''}".rstrip(),
                    transient=status in _TRANSIENT or status >= 500,
                    status=status,
                    retry_after=retry_after(response.headers.get("Retry-After"), datetime.now(UTC)),
                )
            return Response(url, status, await self._body(place, response), response.headers)

    async def _body(self, place: str, response: aiohttp.ClientResponse) -> bytes:
        settings, received = self.settings, 0
        try:
            unpacker = Unpacker(response.headers.get("Content-Encoding", ""), settings.max_unpacked_bytes)
            async for block in response.content.iter_chunked(_BLOCK):
                received += len(block)
                if received > settings.max_bytes:
                    raise HttpError(
                        f"{place}: more than {settings.max_bytes} bytes; raise fetch.max_bytes", transient=False
                    )
                unpacker.feed(block)
            return unpacker.finish()
        except TooLarge:
            limit = settings.max_unpacked_bytes
            message = f"{place}: unpacks to more than {limit} bytes; raise fetch.max_unpacked_bytes"
            raise HttpError(message, transient=False) from None
        except zlib.error as error:
            raise HttpError(f"{place}: its {unpacker.coding} content is broken ({error})", transient=True) from error
        except ValueError as error:
            raise HttpError(f"{place}: content coding '{error}' was not asked for", transient=False) from error


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a server wants us away: seconds or a date (RFC 9110, section 10.2.3); at most 30 days."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=min(int(value[:9]), 10**9)), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(timedelta(0), min(until - now, _LONGEST_WAIT))


def _client_error(place: str, error: aiohttp.ClientError) -> HttpError:
    """Our words for what aiohttp says."""
    text = str(error)
    if REFUSED in text:
        return HttpError(f"{place}: it is at a {REFUSED}; fetch.allow_private_addresses allows it", transient=False)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return HttpError(f"{place}: its certificate or TLS is not right: {error}", transient=False)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return HttpError(f"{place}: its host name can't be resolved", transient=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return HttpError(f"{place}: no connection: {error.os_error.strerror or error.os_error}", transient=True)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return HttpError(f"{place}: no connection in time", transient=True)
    if isinstance(error, aiohttp.ClientPayloadError):
        return HttpError(f"{place}: the answer breaks off", transient=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return HttpError(f"{place}: not a valid HTTP answer: {error.message[:200]}", transient=True)
    return HttpError(f"{place}: {text[:200] or type(error).__name__}", transient=True)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme.lower()}://{(parts.hostname or '')}:{parts.port or ''}"
    except ValueError:
        return ""


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise HttpError(f"{redact(url)}: redirects to no valid address", transient=False) from error
