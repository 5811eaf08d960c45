"""The secrets of a feed, from the environment at the moment of the request."""

import os
from base64 import b64encode
from urllib.parse import urlsplit

from models.errors import SetupError
from models.source import FeedSource


def check_secrets(source: FeedSource) -> None:
    """Raises SetupError when an environment variable that the feed names is not set."""
    secret_headers(source)


def secret_headers(source: FeedSource) -> dict[str, str]:
    """The headers that carry the feed's secrets. Raises SetupError for a variable that is not set."""
    headers = {header: _read(source, name) for header, name in source.headers_env.items()}
    if source.auth_env is not None:
        user, password = (_read(source, name) for name in source.auth_env)
        headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
    return headers


def redact(url: str) -> str:
    """An address as it may be shown: without user, password and query, where secrets hide."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that can't be read"
    return f"{parts.scheme}://{host}{port}{parts.path}" + ("?…" if parts.query else "")


def _read(source: FeedSource, name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SetupError(f"feed '{source.id}' needs the environment variable {name}, which is not set")
    return value
