"""What Newsbeam remembers of a source between polls."""

from models.base import Instant, Model


class FeedState(Model):
    """The cursor of one source; it moves only when every entry of the poll has its outcome.

    `etag` and `last_modified` are kept exactly as received (RFC 9110, section 13.1). `fingerprint`
    covers all that decides an outcome besides the bytes: another one makes the next fetch unconditional.
    `shared_urls` are links that identify nothing because several entries carried them.
    """

    source_id: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    fingerprint: str | None = None
    shared_urls: tuple[str, ...] = ()
    last_attempt_at: Instant | None = None
    last_success_at: Instant | None = None
    last_full_fetch_at: Instant | None = None
    next_due_at: Instant | None = None
    failures_in_a_row: int = 0
    last_error: str | None = None

    def forget_validators(self) -> "FeedState":
        """The state that makes the next fetch unconditional."""
        return self.model_copy(update={"etag": None, "last_modified": None, "body_hash": None})
