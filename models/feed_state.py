"""What Newsbeam remembers of a source between polls."""

from models.base import Instant, Model


class PollingHints(Model):
    """How rarely a feed wants to be asked, by what stands in it: `ttl` or `sy:*`, `skipHours`, `skipDays`.

    `interval` is in seconds; hours and days are those of UTC, and Monday is day 0.
    """

    interval: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


class FeedState(Model):
    """The cursor of one source; it moves only when every entry of the poll has its outcome.

    `etag` and `last_modified` are kept exactly as received (RFC 9110, section 13.1). `fingerprint`
    covers all that decides an outcome besides the bytes: another one makes the next fetch unconditional.
    `moved_to` is where redirects that are for good have led, once a feed was read there. `fresh_for` are the seconds
    for which the last answer said that it would do, `hints` what the feed itself says of that.
    `shared_urls` are links that identify nothing because several entries carried them. `last_new_at` is when a poll
    last brought a new article, `usual_gap` the usual seconds between such polls, newer ones counting more. `gone_at`
    is when the server said that the feed is gone for good (410), until a feed is read there again, `host_paused_until`
    until when its host wants to be left alone by all (429).
    """

    source_id: str
    url: str
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    fingerprint: str | None = None
    fresh_for: float | None = None
    hints: PollingHints = PollingHints()
    shared_urls: tuple[str, ...] = ()
    last_attempt_at: Instant | None = None
    last_success_at: Instant | None = None
    last_full_fetch_at: Instant | None = None
    next_due_at: Instant | None = None
    failures_in_a_row: int = 0
    last_error: str | None = None
    last_new_at: Instant | None = None
    usual_gap: float | None = None
    gone_at: Instant | None = None
    host_paused_until: Instant | None = None

    def forget_validators(self) -> "FeedState":
        """The state that makes the next fetch unconditional."""
        return self.model_copy(update={"etag": None, "last_modified": None, "body_hash": None})

    def with_news(self) -> "FeedState":
        """The state after a poll that brought new articles."""
        at, before, usual = self.last_success_at, self.last_new_at, self.usual_gap
        if at is None or (before is not None and at <= before):
            return self
        if before is not None:
            gap = (at - before).total_seconds()
            usual = gap if usual is None else (4 * usual + gap) / 5
        return self.model_copy(update={"last_new_at": at, "usual_gap": usual})
