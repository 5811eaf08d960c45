"""How an entry ended, how a document went, and the dead letter of what failed."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from models.article import Article
from models.base import Instant, Model
from models.document import Entry, Known
from models.errors import RecordError
from models.feed_state import FeedState
from models.source import Named

RAW_LIMIT = 1024 * 1024
"""A dead letter keeps at most this many of the raw bytes."""


class OutcomeKind(StrEnum):
    """The seven ways in which an entry ends."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    STALE = "stale"
    FILTERED = "filtered"
    FAILED = "failed"


class Failure(Model):
    """A dead letter: what failed, where, why, and the bytes to try again with.

    `raw` holds the first bytes, `raw_hash` (SHA-256) and `raw_length` speak of all of them.
    `entry_id` is empty for a whole document. `transient` means that the next poll may do better.
    """

    id: str
    source_id: str
    source_name: str
    stage: str
    reason: str
    entry_id: str = ""
    entry_hash: str | None = None
    origin: str
    url: str | None = None
    title: str | None = None
    raw: bytes = b""
    raw_hash: str | None = None
    raw_length: int = 0
    media_type: str | None = None
    transient: bool = False
    attempts: int = 1
    first_failed_at: Instant
    last_failed_at: Instant
    newsbeam: str

    @classmethod
    def of(
        cls,
        error: RecordError,
        source: Named,
        *,
        origin: str,
        at: datetime,
        newsbeam: str,
        entry_id: str = "",
        entry_hash: str | None = None,
        url: str | None = None,
        title: str | None = None,
        raw: bytes = b"",
        media_type: str | None = None,
    ) -> "Failure":
        """The dead letter of one error. `origin` is the feed's address or the file's path, with `#n` for a record."""
        return cls(
            id=failure_id(source.id, entry_id, error.stage),
            source_id=source.id,
            source_name=source.name,
            stage=error.stage,
            reason=str(error)[:2000],
            entry_id=entry_id,
            entry_hash=entry_hash,
            origin=origin,
            url=url,
            title=title,
            raw=raw[:RAW_LIMIT],
            raw_hash=sha256(raw).hexdigest() if raw else None,
            raw_length=len(raw),
            media_type=media_type,
            transient=error.transient,
            first_failed_at=at,
            last_failed_at=at,
            newsbeam=newsbeam,
        )


def failure_id(source_id: str, entry_id: str, stage: str) -> str:
    """The same trouble has the same id in every run, so that it is counted instead of multiplied."""
    return sha256(f"{source_id}\n{entry_id}\n{stage}".encode()).hexdigest()[:32]


class Outcome(Model):
    """The one end of one entry. `document` is the document whose accounting it enters.

    `resolves` asks for the removal of the dead letters of this entry. `pending` says that this is not the
    last word, because the article waits for its page, say: the next poll must bring the entry again.
    """

    kind: OutcomeKind
    document: str
    source_id: str
    entry_id: str
    failure: Failure | None = None
    resolves: bool = False
    pending: bool = False


class DocumentStatus(StrEnum):
    """How a document went: bytes to parse, nothing new, or no bytes that can be parsed."""

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


class Polled(Model):
    """What Commit waits for: how a document went, how many entries it had, and what to store when all have ended."""

    document: str
    source_id: str
    status: DocumentStatus
    entries: int = 0
    state: FeedState | None = None
    failure: Failure | None = None


class Parsed(Model):
    """What Parse made of one document. `failed` are entries that could not be read; they count in `polled.entries`."""

    entries: tuple[Entry, ...]
    failed: tuple[Outcome, ...] = ()
    polled: Polled


class Draft(Model):
    """An article on its way to the index, with the document it belongs to and what the index held of it."""

    article: Article
    document: str
    known: Known | None = None
    failed_before: bool = False


class Verdict(Model):
    """What the index said of one document: `new`, `updated`, `stale`, or `failed` with its reason."""

    id: str
    kind: OutcomeKind
    reason: str | None = None
