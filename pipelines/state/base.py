"""What every state store does."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from models.base import Instant, Model
from models.feed_state import FeedState
from models.outcome import Failure
from models.report import RunReport


class FailureFilter(Model):
    """Which dead letters; absent means any. `reason` is matched as a part of the text, without case."""

    source_id: str | None = None
    stage: str | None = None
    reason: str | None = None
    since: Instant | None = None
    until: Instant | None = None


class StateStore(Protocol):
    """Feed states, dead letters, run reports and the lock. What is written is visible to the next call."""

    def setup(self) -> None:
        """Create what is missing."""

    def feed_states(self, source_ids: Sequence[str]) -> dict[str, FeedState]:
        """What is remembered of these sources; unknown ones are absent."""

    def save_feed_states(self, states: Sequence[FeedState]) -> None:
        """Replace what is remembered of these sources."""

    def record_failures(self, failures: Sequence[Failure]) -> None:
        """Store dead letters by id.

        One that is there already keeps its first time and counts one attempt more; it keeps its raw bytes too
        where the new one brings none.
        """

    def failures_of(self, entry_ids: Sequence[str]) -> dict[str, Failure]:
        """The latest dead letter of each of these entries, without its raw bytes."""

    def failures(self, wanted: FailureFilter) -> Iterator[Failure]:
        """Dead letters, the latest first, without their raw bytes."""

    def failure(self, failure_id: str) -> Failure | None:
        """One dead letter, whole; `failure_id` may be a prefix that fits only one."""

    def resolve_failures(self, entry_ids: Sequence[str]) -> None:
        """Remove all dead letters of these entries."""

    def forget_failures(self, source_ids: Sequence[str], stages: Sequence[str], before: datetime) -> None:
        """Remove the dead letters of these sources and stages that were not renewed since; cheap where none are."""

    def check_lock(self) -> None:
        """Raises TryLater when the lock that this store holds has been lost meanwhile."""

    def save_run(self, report: RunReport) -> None:
        """Store a run's report."""

    def runs(self, limit: int = 20) -> list[RunReport]:
        """The latest reports, newest first."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the index for writing runs. Raises TryLater that names who holds it since when."""

    def close(self) -> None:
        """Let go of files and connections."""
