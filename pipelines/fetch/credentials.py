"""What a feed's own requests carry beside the common headers; secrets come from the environment, at request time."""

import os
import re
from base64 import b64encode

from models.errors import SetupError
from models.source import FeedSource, Source

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


def check_secrets(source: Source) -> None:
    """Raise SetupError where a header can't be sent, or a variable that is to hold a secret does not."""
    if isinstance(source, FeedSource):
        own_headers(source)


def own_headers(source: FeedSource) -> dict[str, str]:
    """The feed's headers with their secrets: for the feed's own site only. Raises SetupError as `check_secrets`."""
    headers = dict(source.headers)
    headers |= {name: _secret(source, variable) for name, variable in source.headers_env.items()}
    if source.auth_env is not None:
        user, password = (_secret(source, variable) for variable in source.auth_env)
        if ":" in user:
            raise SetupError(f"feed '{source.id}': the user name in {source.auth_env[0]} has a colon in it")
        # RFC 7617, section 2
        headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")
    for name, value in headers.items():
        _check(source, name, value)
    return headers


def _secret(source: FeedSource, variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise SetupError(f"feed '{source.id}' needs the environment variable {variable}, which is not set")
    return value


def _check(source: FeedSource, name: str, value: str) -> None:
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise SetupError(f"feed '{source.id}': '{name}' can't be sent as a header; remove it from 'headers'")
    if not value.isprintable():
        raise SetupError(f"feed '{source.id}': the value of the header '{name}' has line breaks or control characters")
