"""What a run did: the folds over its outcomes. Its shape is the API of `newsbeam run --json`."""

from pydantic import Field, computed_field

from models.base import Instant, Model


class Tally(Model):
    """Entries by how they ended, and documents by how they went.

    `committed` are the documents all of whose entries have ended; `first_failures` the failed entries that had not
    failed before; `unreachable` the failed documents whose next poll may do better.
    """

    seen: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    stale: int = 0
    filtered: int = 0
    failed: int = 0
    due: int = 0
    fetched: int = 0
    not_modified: int = 0
    failed_documents: int = 0
    committed: int = 0
    first_failures: int = 0
    unreachable: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in Tally.model_fields})

    def differences(self) -> tuple[str, ...]:
        """Where the accounting does not add up; each is a bug."""
        ended = self.new + self.updated + self.unchanged + self.duplicate + self.stale + self.filtered + self.failed
        went = self.fetched + self.not_modified + self.failed_documents
        found = []
        if self.seen != ended:
            found.append(f"{self.seen} entries seen, {ended} ended")
        if self.due != went:
            found.append(f"{self.due} documents due, {went} ended")
        if self.due != self.committed:
            found.append(f"{self.due} documents due, {self.committed} committed")
        return tuple(found)


class RunReport(Model):
    """One run, for people and scripts. Of the reasons for failures it holds the most frequent ones."""

    run_id: str
    started_at: Instant
    ended_at: Instant
    exit_code: int
    exit_reason: str
    index: str
    newsbeam: str
    totals: Tally
    sources: dict[str, Tally] = Field(default_factory=dict)
    failures_by_stage: dict[str, int] = Field(default_factory=dict)
    failures_by_reason: dict[str, int] = Field(default_factory=dict)
    stage_seconds: dict[str, float] = Field(default_factory=dict)

    @computed_field  # type: ignore[prop-decorator]  # mypy can't see through a decorated property
    @property
    def seconds(self) -> float:
        """Wall-clock time of the run."""
        return (self.ended_at - self.started_at).total_seconds()
