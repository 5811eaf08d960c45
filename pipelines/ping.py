"""Calls a monitor that complains when it is not called: `/start` at the start, the address itself, `/fail`."""

import logging
import os
import threading
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from models.errors import SetupError
from models.settings import RunSettings
from pipelines import NEWSBEAM_VERSION

_TRIES = 2
_TIMEOUT = 5.0
"""Seconds; a monitor must not hold a run up."""

_TRY_LATER = 75

_log = logging.getLogger("newsbeam.ping")


class Ping:
    """One monitor's address, which is a secret and never shown; without one nothing is called."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._calling: threading.Thread | None = None

    def started(self) -> None:
        """A run has begun."""
        self._call("/start")

    def ended(self, code: int) -> None:
        """A run has ended so. 75 is neither success nor failure: the next run decides, or the monitor's patience."""
        if code != _TRY_LATER:
            self._call("" if code == 0 else "/fail")

    def in_background(self, code: int) -> None:
        """The same without waiting; not called at all while the last call is still under way."""
        if self._address is None or (self._calling is not None and self._calling.is_alive()):
            return
        self._calling = threading.Thread(target=self.ended, args=(code,), daemon=True, name="newsbeam-ping")
        self._calling.start()

    def _call(self, what: str) -> None:
        if self._address is None:
            return
        parts = urlsplit(self._address)
        address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + what))
        request = Request(address, headers={"User-Agent": f"Newsbeam/{NEWSBEAM_VERSION}"})
        for _ in range(_TRIES):
            try:
                with urlopen(request, timeout=_TIMEOUT) as answer:
                    answer.read(1000)
            except (URLError, OSError, ValueError, HTTPException) as error:
                trouble = getattr(error, "reason", error)
                continue
            return
        _log.warning("the monitor could not be called", extra={"call": what or "success", "reason": str(trouble)})


def ping_of(settings: RunSettings) -> Ping:
    """The monitor whose address the environment holds. Raises SetupError where it is no address."""
    address = os.environ.get(settings.ping_env, "").strip()
    if not address:
        return Ping(None)
    try:
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise SetupError(f"the environment variable {settings.ping_env} holds no address that begins with https://")
    return Ping(address)
