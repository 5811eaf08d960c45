"""From bytes to candidates: what the first half of the pipeline passes on."""

from typing import Literal

from pydantic import Field

from models.article import TextStatus
from models.base import Instant, Model
from models.feed_state import FeedState
from models.source import Source


class Poll(Model):
    """One source that is due, with what is remembered of it: the input of the graph.

    `id` is unique in a run. `again` ignores what is known of the source. `share` is (k, n): of the parts that a
    file is cut into, those whose number modulo n is k; a file that is not cut is part 0.
    """

    id: str
    source: Source
    state: FeedState | None = None
    again: bool = False
    share: tuple[int, int] = (0, 1)


class PollGroup(Model):
    """Polls that one worker of a cluster does, since they ask one host, say."""

    polls: tuple[Poll, ...]


class Document(Model):
    """Bytes, where they came from and when. A feed is one document, a file one or, cut at record borders, several.

    `id` is the poll's id, with the number of the part where there are several; Commit counts by it.
    `url` is where the bytes came from in the end (after redirects; a path for a file). `media_type` is what the
    server said, as said. `first_record` counts from 1 and is set for parts of a file of many records.
    `state` is the source's state as it will be once every entry of this document has its outcome; `moved_to` is where
    redirects that are for good have led, to be remembered with it if there is a feed in this document.
    """

    id: str
    source: Source
    url: str
    body: bytes
    media_type: str | None = None
    fetched_at: Instant
    first_record: int | None = None
    state: FeedState | None = None
    moved_to: str | None = None
    again: bool = False


class Entry(Model):
    """One item as found: everything optional, text unescaped but not judged, times as written.

    Text is valid Unicode without NUL or surrogates. `title`, `summary` and `body` are plain text (paragraphs
    joined by a blank line) already freed of markup. `provenance` names where a field came from where Parse
    knows it (`feed`, `record`, `page`, `json-ld`, `meta`, `time`, `text`).
    `position` is the entry's place in its document, from 0. `rank` orders copies of one article: higher wins.
    `kind` is the format that it was read from; `text` entries are wire stories whose lines Normalize reads.
    """

    id: str
    document: str
    source: Source
    origin: str
    position: int
    rank: int
    kind: Literal["feed", "json-feed", "page", "record", "text"]
    fetched_at: Instant
    again: bool = False
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
    provenance: dict[str, str] = Field(default_factory=dict)


class Known(Model):
    """What the index already holds of an article."""

    id: str
    index: str
    owner: str
    owner_rank: int
    entry_hash: str
    content_hash: str
    first_seen_at: Instant
    revision: int
    version: int
    text_status: TextStatus
    fetched_at: Instant


class Candidate(Model):
    """An entry that goes on, with what the index knows of it. `failed_before` asks for its dead letter's removal."""

    entry: Entry
    entry_hash: str
    known: Known | None = None
    failed_before: bool = False
