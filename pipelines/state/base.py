"""What every state store does."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from models.base import Instant, Model
from models.errors import SetupError
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

    def drop_failures(self, failure_ids: Sequence[str]) -> None:
        """Remove these dead letters."""

    def forget_failures(self, source_ids: Sequence[str], stages: Sequence[str], before: datetime) -> None:
        """Remove the dead letters of these sources and stages that were not renewed since; cheap where none are."""

    def check_lock(self) -> None:
        """Raises TryLater when the lock that this store holds has been lost meanwhile."""

    def save_run(self, report: RunReport) -> None:
        """Store a run's report."""

    def forget_runs(self, before: datetime) -> None:
        """Remove the reports of runs that began earlier; cheap where there are none."""

    def runs(self, limit: int = 20) -> list[RunReport]:
        """The latest reports, newest first."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the index for writing runs. Raises TryLater that names who holds it since when."""

    def close(self) -> None:
        """Let go of files and connections."""


def met_again(failure: Failure, held: Failure) -> Failure:
    """The dead letter as it is stored where `held` is there already."""
    kept: dict[str, Any] = {
        "attempts": held.attempts + 1,
        "first_failed_at": held.first_failed_at,
        "last_failed_at": max(held.last_failed_at, failure.last_failed_at),
    }
    if not failure.raw:
        kept |= {name: getattr(held, name) for name in ("raw", "raw_hash", "raw_length", "media_type")}
    return failure.model_copy(update=kept)


def chosen(state: StateStore, failure_ids: Sequence[str], wanted: FailureFilter) -> list[str]:
    """The whole ids of what is named, each by the beginning of its id, or of all that fit the filter."""
    if not failure_ids:
        return [failure.id for failure in state.failures(wanted)]
    found = []
    for failure_id in failure_ids:
        failure = state.failure(failure_id)
        if failure is None:
            raise SetupError(f"no failure has the id '{failure_id}'; newsbeam failures list shows them")
        found.append(failure.id)
    return list(dict.fromkeys(found))
