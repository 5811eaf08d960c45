"""What a format's reader finds in a document, before identity: plain records, made once for each entry."""

from dataclasses import dataclass, field
from typing import Literal

from models.article import TextStatus
from models.feed_state import PollingHints

EntryKind = Literal["feed", "json-feed", "page", "record", "text"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as found. `url` is absolute, in its one form, or None; text is free of markup and controls.

    `number` counts from 1 in the file where the file holds many entries; `channel_name` is the record's own source.
    """

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    body: str | None = None
    text_status: TextStatus = TextStatus.FULL
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None
    image_url: str | None = None
    published: str | None = None
    updated: str | None = None
    channel_name: str | None = None
    number: int | None = None
    provenance: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read: the sentence for a person, and its bytes."""

    number: int
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """All of one document. `address` is what a feed calls itself, `link` the page it belongs to, both in one form."""

    kind: EntryKind
    items: tuple[Item, ...]
    unread: tuple[Unread, ...] = ()
    address: str | None = None
    link: str | None = None
    channel_name: str | None = None
    hints: PollingHints = field(default_factory=PollingHints)


def provenance(origin: str, **values: object) -> dict[str, str]:
    """Where the fields that hold something came from."""
    return {name: origin for name, value in values.items() if value}
