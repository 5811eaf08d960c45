"""Reads a feed as a run would, and keeps what it says of itself besides."""

from typing import NamedTuple
from uuid import uuid4

from models.document import Document, Entry
from models.feed_state import PollingHints
from models.settings import FileSettings
from models.source import FeedSource
from pipelines.fetch import Seen
from pipelines.parse import PARSERS
from pipelines.parse.entries import assemble
from pipelines.parse.formats import detect
from pipelines.select_new import first_of_each


class FeedText(NamedTuple):
    """A feed that could be read. `home` is the page that it says it belongs to, in its one form.

    `entries` are in the feed's order, each article once; `unread` counts items that are none; `hints` are what the feed
    says of how often to read it.
    """

    title: str | None
    home: str | None
    entries: tuple[Entry, ...]
    unread: int
    hints: PollingHints = PollingHints()


def read_feed_text(seen: Seen, source: FeedSource, files: FileSettings) -> FeedText:
    """The feed in what was seen. Raises ParseError where there is none."""
    document = Document(
        id=uuid4().hex,
        source=source,
        url=seen.url,
        body=seen.body,
        media_type=seen.media_type,
        fetched_at=seen.seen_at,
        again=True,
    )
    found = PARSERS[detect(document)](document, files)
    parsed = assemble(document, found)
    entries, _ = first_of_each(parsed.entries)
    return FeedText(found.channel_name, found.link, tuple(entries), len(parsed.failed), found.hints)
