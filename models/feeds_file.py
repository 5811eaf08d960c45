"""What a curator writes in `feeds.yaml`, key by key, before it becomes sources."""

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from models.base import Model
from models.source import Bounds, Every, FullText

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([1-9][0-9]{0,5})\s*([smhdw])")
_TO = re.compile(r"\s+to\s+", re.IGNORECASE)
_LONGEST = timedelta(days=366)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        cure = (
            f"write '{value}m' for minutes or '{value}h' for hours" if isinstance(value, int) else "write 15m, 2h or 1d"
        )
        raise ValueError(f"is not a duration; {cure}")
    found = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if found > _LONGEST:
        raise ValueError("is longer than a year, the longest there is; to pause a feed write 'enabled: false'")
    return found


def duration_text(duration: timedelta) -> str:
    """A duration as it is written in `feeds.yaml`, in its largest whole unit."""
    seconds = int(duration.total_seconds())
    for unit, size in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _every(value: object) -> Every:
    """One duration, or two as bounds."""
    parts = _TO.split(value.strip()) if isinstance(value, str) else [value]
    if len(parts) == 1:
        return value if isinstance(value, Bounds) else _duration(value)
    if len(parts) != 2:
        raise ValueError("takes one duration or two, as in 15m or 10m to 6h")
    shortest, longest = map(_duration, parts)
    if shortest >= longest:
        raise ValueError("must name the shorter duration first, as in 10m to 6h")
    return Bounds(shortest=shortest, longest=longest)


def every_text(every: Every) -> str:
    """How often, as it is written in `feeds.yaml`."""
    if isinstance(every, Bounds):
        return f"{duration_text(every.shortest)} to {duration_text(every.longest)}"
    return duration_text(every)


def _zone(value: str) -> str:
    zones = available_timezones()
    if value not in zones:
        near = get_close_matches(value, zones, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "write its IANA name, such as Europe/Berlin or UTC"
        raise ValueError(f"is not a time zone; {hint}")
    return value


def _written_like(pattern: str, words: str) -> tuple[AfterValidator, WithJsonSchema]:
    """A check by pattern whose message a curator understands, and the pattern for editors."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(words)
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _feed_url(value: str) -> str:
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ValueError("is not an address: it has blanks or control characters in it; write blanks as %20")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is not an address ({error})") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("must begin with https:// or http://")
    if not host:
        raise ValueError("names no host; write it as https://example.org/feed.xml")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password; name the environment variables under 'auth'")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,5}\s*[smhdw]$", "examples": ["15m", "2h", "1d"]}),
]
"""A number and a unit: `90s`, `15m`, `2h`, `1d`, `1w`."""

WrittenEvery = Annotated[
    Every,
    BeforeValidator(_every),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[1-9][0-9]{0,5}\s*[smhdw](\s+to\s+[1-9][0-9]{0,5}\s*[smhdw])?$",
            "examples": ["15m", "2h", "10m to 6h"],
        }
    ),
]
"""A duration, or two as bounds: `15m`, `10m to 6h`."""

Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FeedUrl = Annotated[
    str,
    StringConstraints(max_length=2000),
    AfterValidator(_feed_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://"}),
]
FeedId = Annotated[
    str,
    *_written_like(
        "[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "must be letters, digits, '.', '_' and '-' only, such as 'bbc-world'"
    ),
]
LanguageCode = Annotated[
    str, *_written_like("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "must be a language's code, such as de, en or pt-BR")
]
VariableName = Annotated[
    str, *_written_like("[A-Za-z_][A-Za-z0-9_]*", "must be the name of an environment variable, such as FEED_PASSWORD")
]


class Auth(Model):
    """User name and password (HTTP basic), each named by the environment variable that holds it."""

    username_env: VariableName = Field(description="environment variable that holds the user name")
    password_env: VariableName = Field(description="environment variable that holds the password")


class FeedDefaults(Model):
    """What every feed has that does not say otherwise."""

    every: WrittenEvery | None = Field(
        default=None,
        description="how often to poll: 15m; or following the feed's own rhythm between bounds: 10m to 6h",
    )
    language: LanguageCode | None = Field(default=None, description="BCP 47, such as de or pt-BR; detected if absent")
    section: Word | None = Field(default=None, description="of every article, whatever the feed says of it")
    tags: tuple[Word, ...] = Field(default=(), description="added to those that the feed gives its articles")
    full_text: FullText = Field(
        default=FullText.FEED,
        description="feed: what the feed brings; page: each article's page; auto: the page where the feed has a teaser",
    )
    include: tuple[Word, ...] = Field(default=(), description="only articles with one of these words in title or body")
    exclude: tuple[Word, ...] = Field(default=(), description="no articles with one of these words in title or body")
    timezone: Zone | None = Field(default=None, description="IANA zone of times written without one; UTC if absent")
    identity: Literal["auto", "guid"] = Field(
        default="auto", description="guid: this feed's links identify nothing, only its guids do"
    )


class FeedEntry(FeedDefaults):
    """One feed."""

    id: FeedId = Field(description="short and lasting: articles keep it")
    url: FeedUrl = Field(description="of the feed itself: RSS, Atom, RDF or JSON Feed")
    name: Word = Field(description="as analysts will read it")
    headers: dict[str, str] = Field(
        default_factory=dict, description="sent with each request; a secret is written ${VARIABLE} and nothing else"
    )
    auth: Auth | None = Field(default=None, description="for servers that want a password (HTTP basic)")
    enabled: bool = Field(default=True, description="false: it stays in the list and is not polled")


class FeedsFile(Model):
    """The whole of `feeds.yaml`."""

    defaults: FeedDefaults = FeedDefaults()
    feeds: tuple[FeedEntry, ...] = Field(description="in the order in which they are listed")
