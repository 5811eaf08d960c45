"""Where articles come from: a feed that is polled, or a file that is read."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field

from models.base import Model


class FullText(StrEnum):
    """Where the text of a feed's article is taken from."""

    FEED = "feed"
    PAGE = "page"
    AUTO = "auto"


class Content(Model):
    """The settings of a source that decide what its articles hold.

    They are part of every entry's hash, so that a changed setting reaches articles already indexed.
    """

    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    full_text: FullText = FullText.FEED
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    timezone: str | None = None
    identity: Literal["auto", "guid"] = "auto"


class Bounds(Model):
    """An interval between polls that follows the feed's own rhythm, no shorter and no longer than this."""

    shortest: timedelta
    longest: timedelta


Every = timedelta | Bounds
"""How often a feed is polled: always so, or within bounds."""


class FeedSource(Model):
    """A feed at an address. `headers` and `auth` hold names of environment variables, never secrets."""

    kind: Literal["feed"] = "feed"
    id: str
    url: str
    name: str
    every: Every | None = None
    content: Content = Content()
    headers: dict[str, str] = Field(default_factory=dict)
    headers_env: dict[str, str] = Field(default_factory=dict)
    auth_env: tuple[str, str] | None = None
    order: int = 0


class FileSource(Model):
    """A file by its absolute path, plain or gzip; the path is its `id` too."""

    kind: Literal["file"] = "file"
    id: str
    path: str
    name: str
    content: Content = Content()
    order: int = 0


Source = FeedSource | FileSource


class Named(Protocol):
    """Whatever a dead letter can be laid at the door of."""

    @property
    def id(self) -> str:
        """The source's id."""

    @property
    def name(self) -> str:
        """The source's name for people."""
