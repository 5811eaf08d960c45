"""How long an answer may be used before the server wants to be asked again (RFC 9111, section 4.2)."""

import re
from datetime import datetime, timedelta

from pipelines.fetch.client import Answer
from pipelines.schedule import LONGEST_PAUSE, http_date, pause_asked_for

_DIRECTIVE = re.compile(r'([a-z-]+)(?:\s*=\s*"?([^",\s]*)"?)?', re.IGNORECASE)


def fresh_for(answer: Answer, at: datetime) -> timedelta:
    """By `Cache-Control`, else by `Expires`, and by a `Retry-After` too; a day at most, and nothing where none is said.

    An answer that came out of a cache has lived through a part of that already (`Age`).
    """
    lifetime = min(_lifetime(answer, at) - _seconds(answer.header("Age")), LONGEST_PAUSE)
    return max(lifetime, pause_asked_for(answer.header("Retry-After"), at), timedelta(0))


def _lifetime(answer: Answer, at: datetime) -> timedelta:
    directives: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(answer.header("Cache-Control") or ""):
        directives.setdefault(name.lower(), value)
    if directives.keys() & {"no-cache", "no-store"}:
        return timedelta(0)
    if "max-age" in directives:
        return _seconds(directives["max-age"])
    if (expires := http_date(answer.header("Expires"))) is None:
        return timedelta(0)
    # By the server's own clock, where it tells it: the two need not agree.
    return expires - (http_date(answer.header("Date")) or at)


def _seconds(value: str | None) -> timedelta:
    """A number of seconds as headers have it; what is none counts as 0, and more than a year as a year."""
    text = (value or "").strip()
    return timedelta(seconds=min(int(text[:12]), 366 * 86_400)) if text.isascii() and text.isdigit() else timedelta(0)
