"""What `newsbeam feeds` tells a curator: the feeds that are configured, how they do, and what a look at them found."""

from typing import Literal

from models.article import Precision, TextStatus
from models.base import Instant, Model
from models.source import FullText


class ListedFeed(Model):
    """A feed as configured, the defaults filled in; one line of `newsbeam feeds list --json`. `every` as written.

    `retired` feeds have answered that they are gone for good, and are polled no more.
    """

    id: str
    name: str
    url: str
    every: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    full_text: FullText = FullText.FEED
    enabled: bool = True
    retired: bool = False


Condition = Literal["retired", "failing", "silent", "waiting", "well", "disabled"]
"""How a feed does, the worst first; `waiting` was never polled, `retired` has answered that it is gone for good."""


class FeedStatus(Model):
    """How a feed does, as its polls left it; one line of `newsbeam feeds status --json`.

    `every_seconds` is the interval between polls while all goes well, of which the server or the feed itself asks for
    `asked_for_seconds`; `last_new_at` is the poll that last brought a new article, `moved_to` where redirects that are
    for good lead.
    """

    id: str
    name: str
    url: str
    condition: Condition
    enabled: bool = True
    every_seconds: int
    asked_for_seconds: int | None = None
    last_attempt_at: Instant | None = None
    last_success_at: Instant | None = None
    last_new_at: Instant | None = None
    next_due_at: Instant | None = None
    failures_in_a_row: int = 0
    last_error: str | None = None
    silent: bool = False
    retired: bool = False
    moved_to: str | None = None


FindingKind = Literal[
    "moved",
    "redirected",
    "rare",
    "secret",
    "media-type",
    "no-entries",
    "unread-entries",
    "refused-entries",
    "filtered",
    "no-dates",
    "odd-dates",
    "no-zone",
    "no-links",
    "teasers",
    "blocked-pages",
    "stale",
    "double",
]
"""What may be wrong with a feed that can be read."""


class Finding(Model):
    """Something that a curator should know of a feed, in one sentence with its cure."""

    kind: FindingKind
    message: str


class SeenRecord(Model):
    """A record that would be indexed, in short. `text_from` says where the body comes from: feed, page, json-ld, ..."""

    title: str
    url: str | None = None
    published_at: Instant | None = None
    published_at_raw: str | None = None
    published_at_precision: Precision | None = None
    language: str
    words: int
    text_status: TextStatus
    text_from: str | None = None
    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class FeedCheck(Model):
    """What one look at a feed found; one line of `newsbeam feeds check --json`.

    `error` says why nothing could be read, `unreachable` that another time may do better. `title` and `language` are
    what the feed says of itself and what most of its texts are in; `records` are the first of its `entries`.
    """

    id: str
    name: str
    url: str
    final_url: str | None = None
    error: str | None = None
    unreachable: bool = False
    title: str | None = None
    language: str | None = None
    entries: int = 0
    newest: Instant | None = None
    findings: tuple[Finding, ...] = ()
    records: tuple[SeenRecord, ...] = ()
