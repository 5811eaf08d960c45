"""How Newsbeam does as a whole, for an operator and a monitor: the shape of `newsbeam status --json`."""

from models.base import Instant, Model
from models.curation import FeedStatus


class PastRun(Model):
    """A run in one line."""

    run_id: str
    started_at: Instant
    seconds: float
    exit_code: int
    exit_reason: str
    due: int
    new: int
    updated: int
    failed: int


class Status(Model):
    """`problems` says in one sentence each what is broken; empty means that all is well.

    `runs` are the latest, newest first, `last_success_at` the end of the latest that ended with 0. `due` feeds are to
    be polled now, `next_due_at` is when the first of the others will be. `broken` feeds have failed several times in a
    row or are gone, `failing` ones have failed last, `silent` ones answer but bring nothing new.
    """

    checked_at: Instant
    index: str
    newsbeam: str
    problems: tuple[str, ...] = ()
    runs: tuple[PastRun, ...] = ()
    last_success_at: Instant | None = None
    feeds: int = 0
    due: tuple[str, ...] = ()
    next_due_at: Instant | None = None
    broken: tuple[FeedStatus, ...] = ()
    failing: tuple[FeedStatus, ...] = ()
    silent: tuple[FeedStatus, ...] = ()
