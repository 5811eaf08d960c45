"""What went wrong on the way to a server, in one sentence, without the secrets that an address may hold."""

import re
import socket

import aiohttp

from models.errors import FetchError
from pipelines.fetch.address import RefusedAddress

_USER = re.compile(r"(?<=//)[^/@]*@")
_TRANSIENT = frozenset({408, 421, 425, 429})
_SAID = {
    206: "it sent a part, and no part was asked for",
    401: "it wants other credentials; check 'auth' or 'headers' of the feed",
    403: "it refuses access",
    404: "there is nothing at this address; check it",
    410: "it is gone for good; remove it",
    429: "it was asked too often",
}


class StatusError(FetchError):
    """The server answered, but not with what was asked for. `retry_after` is its Retry-After header, as sent.

    `url` is the address that answered so, behind all redirects.
    """

    def __init__(self, url: str, status: int, retry_after: str | None) -> None:
        said = _SAID.get(status) or ("the server is in trouble" if status >= 500 else "that is no document")
        super().__init__(
            f"{shown(url)} answered with status {status}: {said}.", transient=status in _TRANSIENT or status >= 500
        )
        self.url = url
        self.status = status
        self.retry_after = retry_after


def shown(url: str) -> str:
    """An address as messages show it: without user name, password, query and fragment."""
    address = _USER.sub("", re.split(r"[?#]", url, maxsplit=1)[0])
    return "".join(character if character.isprintable() else "?" for character in address[:300])


def no_answer(error: aiohttp.ClientError | OSError | UnicodeError, url: str, connect_timeout: float) -> FetchError:
    """The error of a request that did not end with a whole answer."""
    words, transient = _explained(error, connect_timeout)
    return FetchError(f"{shown(url)} {words}.", transient=transient)


def _explained(error: aiohttp.ClientError | OSError | UnicodeError, connect_timeout: float) -> tuple[str, bool]:
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"has a certificate that can't be trusted: {_certificate(error)}", False
        case aiohttp.ClientSSLError():
            return "did not agree on an encrypted connection; check whether it is https", True
        case aiohttp.ClientConnectorDNSError():
            return f"could not be found: {_strerror(error)}", True
        case aiohttp.ClientConnectorError(os_error=RefusedAddress()):
            return (
                "leads to an address that is not public; to fetch it all the same, set"
                " 'fetch.allow_private_addresses' in newsbeam.yaml",
                False,
            )
        case aiohttp.ConnectionTimeoutError():
            return f"did not accept a connection within {connect_timeout:g} seconds", True
        case aiohttp.ClientPayloadError():
            return "broke off before the end", True
        case aiohttp.ServerDisconnectedError() | ConnectionResetError():
            return "closed the connection without an answer", True
        case aiohttp.ClientResponseError():
            return "answered with something that is not HTTP", True
        case aiohttp.InvalidURL() | UnicodeError():
            return "is not a web address that can be asked", False
        case OSError():
            return f"could not be reached: {_strerror(error)}", True
        case _:
            return f"could not be fetched: {type(error).__name__}", True


def _strerror(error: OSError) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, socket.gaierror) and cause.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)):
        return "its name is not known"
    return (cause.strerror or "no reason given").lower()


def _certificate(error: aiohttp.ClientConnectorCertificateError) -> str:
    return str(getattr(error.certificate_error, "verify_message", "") or "it does not fit").rstrip(".")
