"""The way to an Elasticsearch: its address, who we are there, and what its refusals mean to us."""

import ipaddress
import random
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as AwayError
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from models.errors import NewsbeamError, SetupError, TryLater
from models.settings import ElasticsearchSettings
from pipelines.secrets import read_api_key, read_secret
from pipelines.stop import STOP

DEFAULT_PREFIX = "newsbeam"
FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0
"""Seconds; the delay doubles from the first to the longest, and a random part of it is waited (full jitter)."""

_WHEN_STOPPING = 5.0
"""Seconds that are left for tries once it is time to stop."""

_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_ANSWER = TypeVar("_ANSWER")


class Address(NamedTuple):
    """Where an Elasticsearch listens (None: the cloud id says it), and what our indices' names begin with."""

    url: str | None
    prefix: str

    def __str__(self) -> str:
        return f"{self.url or 'the cloud'}/{self.prefix}"


def parse_address(text: str, *, cloud: bool = False) -> Address:
    """Read `http://localhost:9200/news`; the last part of the path is the prefix.

    With a cloud id, a plain name is the prefix. Raises SetupError.
    """
    if "://" not in text:
        return Address(None, text if cloud and _PREFIX.fullmatch(text) else DEFAULT_PREFIX)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SetupError(f"The index address is not an address ({error}); write http://localhost:9200/news.") from error
    if parts.username is not None or parts.password is not None:
        raise SetupError(
            "The index address must not hold a user name or password; set 'elasticsearch.username' and put the"
            " password into the environment variable NEWSBEAM_ELASTICSEARCH_PASSWORD."
        )
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise SetupError(f"The index address {text!r} must look like http://localhost:9200/news.")
    before, _, prefix = parts.path.strip("/").rpartition("/")
    prefix = prefix or DEFAULT_PREFIX
    if not _PREFIX.fullmatch(prefix):
        raise SetupError(
            f"{prefix!r} at the end of the index address can't begin an index name; use lower-case letters, digits,"
            " '-', '_' and '.', with a letter or digit first."
        )
    bracketed = f"[{host}]" if ":" in host else host
    port = port or (443 if parts.scheme == "https" else 9200)
    return Address(f"{parts.scheme}://{bracketed}:{port}" + (f"/{before}" if before else ""), prefix)


class Connection:
    """One client for one address. Its calls raise SetupError or TryLater for what the far side can't or won't do."""

    def __init__(self, address: str, settings: ElasticsearchSettings) -> None:
        self.address = parse_address(address, cloud=settings.cloud_id is not None)
        self.settings = settings
        self.client = _open_client(self.address, settings)

    def __repr__(self) -> str:
        return f"Connection({str(self.address)!r})"

    def once(self, call: Callable[[Elasticsearch], _ANSWER]) -> _ANSWER:
        """Make one call, without a second try."""
        try:
            return call(self.client)
        except (ApiError, TransportError) as error:
            meaning = self.meaning(error)
            if meaning is None:
                raise
            raise meaning from error

    def patiently(self, call: Callable[[Elasticsearch], _ANSWER]) -> _ANSWER:
        """Make one call that may be repeated; wait out what is transient, within the retry budget."""
        patience = Patience(self.settings.retry_budget)
        while True:
            try:
                return call(self.client)
            except (ApiError, TransportError) as error:
                meaning = self.meaning(error)
                if meaning is None:
                    raise
                if not isinstance(meaning, TryLater) or not patience.wait():
                    raise meaning from error

    def meaning(self, error: Exception) -> NewsbeamError | None:
        """What an error of the client means to a run; None for one that would be our own mistake."""
        match error:
            case TlsError() if "certificate" in _cause(error).lower():
                return SetupError(
                    f"The certificate of Elasticsearch at {self.address} is not trusted ({_cause(error)}); name the"
                    " file of its authority in 'elasticsearch.ca_certs'."
                )
            case TlsError() if "wrong_version_number" in _cause(error).lower().replace(" ", "_"):
                return SetupError(f"What answers at {self.address} does not speak TLS; write http:// if that is meant.")
            case ConnectionTimeout():
                return TryLater(
                    f"Elasticsearch at {self.address} did not answer within {self.settings.request_timeout:g} s;"
                    " try again later."
                )
            case AwayError():
                cause = _cause(error)
                if "closed connection" in cause and (self.address.url or "").startswith("http://"):
                    cause += "; if it speaks TLS, its address begins with https://"
                return TryLater(f"Elasticsearch at {self.address} can't be reached ({cause}); try again later.")
            case UnsupportedProductError():
                return SetupError(f"What answers at {self.address} is not Elasticsearch 8 or 9; correct the address.")
            case ApiError():
                return self._meaning_of_status(error.status_code, describe(error.body))
        return None

    def _meaning_of_status(self, status: int, reason: str) -> NewsbeamError | None:
        if status == 401:
            return SetupError(
                f"Elasticsearch at {self.address} refused the credentials; set {self.settings.api_key_env} or"
                f" 'elasticsearch.username' with {self.settings.password_env}."
            )
        if status == 403:
            return SetupError(
                f"Elasticsearch at {self.address} does not permit this to the key or user: {reason}. Grant it the"
                " privilege, or use another key."
            )
        if status == 404:
            return SetupError(f"Elasticsearch at {self.address} misses something: {reason}; run newsbeam index setup.")
        if transient(status):
            return TryLater(f"Elasticsearch at {self.address} is overloaded or not ready ({status}: {reason}).")
        return None

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


class Patience:
    """How long a transient failure is waited out: a random part of a doubling delay, within a budget in all.

    Once it is time to stop, only some seconds are left.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._delay = FIRST_DELAY

    def wait(self) -> bool:
        """Sleep before another try; False, at once, when the budget is spent."""
        deadline = min(self._deadline, STOP.since + _WHEN_STOPPING) if STOP.is_set() else self._deadline
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        pause = min(left, random.uniform(0, self._delay))
        if STOP.is_set():
            time.sleep(pause)
        else:
            STOP.wait(pause)
        self._delay = min(LONGEST_DELAY, self._delay * 2)
        return True


def transient(status: int) -> bool:
    """Whether a later try may do better."""
    return status == 429 or status >= 500


def describe(error: Any) -> str:
    """The reason in an error body of Elasticsearch, as one short sentence part."""
    if isinstance(error, dict):
        inner = error.get("error", error)
        if isinstance(inner, dict):
            causes = [inner, *inner.get("root_cause", [])[:1], inner.get("caused_by") or {}]
            failed = inner.get("failed_shards") or [{}]
            causes.append(failed[0].get("reason") or {})
            said = [f"{cause.get('type', 'error')}: {cause['reason']}" for cause in causes if cause.get("reason")]
            return "; ".join(dict.fromkeys(said))[:1000] or "no reason given"
        error = inner
    return str(error)[:300] or "no reason given"


def _cause(error: BaseException) -> str:
    """The innermost reason: the client wraps what the library beneath it says, and says less."""
    while inner := error.__cause__ or next(iter(getattr(error, "errors", ())), None) or _wrapped(error):
        error = inner
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return re.sub(r"^\[[^]]*\] | \(_ssl.*$", "", reason)[:200] or type(error).__name__


def _wrapped(error: BaseException) -> BaseException | None:
    return next((each for each in error.args[::-1] if isinstance(each, BaseException)), None) or error.__context__


def _open_client(address: Address, settings: ElasticsearchSettings) -> Elasticsearch:
    where: dict[str, Any] = {"cloud_id": settings.cloud_id} if settings.cloud_id else {"hosts": [address.url]}
    if settings.ca_certs is not None:
        if not settings.ca_certs.is_file():
            raise SetupError(f"There is no file {settings.ca_certs}; correct 'elasticsearch.ca_certs'.")
        where["ca_certs"] = str(settings.ca_certs)
    try:
        return Elasticsearch(
            **where,
            **_credentials(settings),
            request_timeout=settings.request_timeout,
            http_compress=settings.cloud_id is not None or not _is_loopback(address.url or ""),
            max_retries=0,
            retry_on_timeout=False,
        )
    except ValueError as error:
        raise SetupError("The cloud id is not valid; copy it from the deployment's page.") from error


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _credentials(settings: ElasticsearchSettings) -> dict[str, Any]:
    api_key = read_api_key(settings.api_key_file, settings.api_key_env, "elasticsearch.api_key_file")
    if settings.username is None:
        return {"api_key": api_key} if api_key else {}
    if api_key:
        raise SetupError(
            f"Both an API key ({settings.api_key_file or settings.api_key_env}) and 'elasticsearch.username' are set;"
            " keep one of them."
        )
    password = read_secret(settings.password_file, settings.password_env, "elasticsearch.password_file")
    if not password:
        raise SetupError(f"There is no password for {settings.username!r}; set {settings.password_env}.")
    return {"basic_auth": (settings.username, password)}
