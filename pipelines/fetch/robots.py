"""What sites allow robots to fetch (RFC 9309), asked once per site and remembered."""

import asyncio
from collections import defaultdict
from time import monotonic

from protego import Protego
from yarl import URL

from models.errors import FetchError
from models.settings import FetchSettings
from pipelines.fetch.client import Ask, Client, user_agent
from pipelines.fetch.reasons import StatusError, shown

_READ = 500 * 1024
"""RFC 9309, section 2.5: at least so much of a robots.txt counts."""
_KEPT_FOR = 3600.0
"""Seconds; RFC 9309, section 2.4, allows a day."""
_SITES = 2000

Verdict = Protego | FetchError

_remembered: dict[tuple[str, bool], tuple[float, Protego]] = {}
"""Rules by site and whether private addresses were allowed, and until when. They outlive a call, not the process."""


class Disallowed(FetchError):
    """The site's robots.txt says no, or (then `transient`) nobody can say what it says now."""


class Robots:
    """Asks each site's robots.txt before its pages."""

    def __init__(self, client: Client, settings: FetchSettings) -> None:
        self._client = client
        self._private = settings.allow_private_addresses
        self._agent = user_agent(settings).split("/")[0].strip() or "*"
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failed: dict[str, FetchError] = {}

    async def check(self, url: URL) -> None:
        """Raise FetchError where the page may not be fetched, or nobody can say whether it may."""
        site = str(url.origin())
        async with self._asking[site]:
            verdict = self._failed.get(site) or _recall(site, self._private) or await self._ask(site)
        if isinstance(verdict, FetchError):
            raise Disallowed(str(verdict), transient=verdict.transient)
        if not verdict.can_fetch(str(url), self._agent):
            raise Disallowed(f"{shown(str(url))} may not be fetched by robots, as the site's robots.txt says.")

    async def _ask(self, site: str) -> Verdict:
        """No robots.txt allows all; a server in trouble allows nothing for now (RFC 9309, section 2.3.1)."""
        try:
            async with self._client.get(Ask(f"{site}/robots.txt", enough=_READ)) as answer:
                text = answer.body.decode("utf-8", "replace")
        except FetchError as error:
            if error.transient or not isinstance(error, StatusError):
                self._failed[site] = error
                return error
            text = ""
        return _remember(site, self._private, Protego.parse(text))


def forget() -> None:
    """Ask every site anew."""
    _remembered.clear()


def _recall(site: str, private: bool) -> Protego | None:
    until, rules = _remembered.get((site, private), (0.0, None))
    return rules if monotonic() < until else None


def _remember(site: str, private: bool, rules: Protego) -> Protego:
    _remembered.pop((site, private), None)
    while len(_remembered) >= _SITES:
        del _remembered[next(iter(_remembered))]
    _remembered[site, private] = (monotonic() + _KEPT_FOR, rules)
    return rules
