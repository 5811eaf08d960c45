"""What a renewal of the enrichment did. Its shape is the API of `newsbeam index re-enrich --json`."""

from pydantic import Field, computed_field

from models.base import Instant, Model


class ReEnrichReport(Model):
    """Articles that were read out of the index, by how they ended.

    `changed` were written anew, `unchanged` needed no write, `stale` are held in a higher version by now, `failed` were
    refused by an extractor or by the index and stay as they were.
    """

    started_at: Instant
    ended_at: Instant
    exit_code: int
    exit_reason: str
    index: str
    newsbeam: str
    read: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    failures_by_reason: dict[str, int] = Field(default_factory=dict)

    @computed_field  # type: ignore[prop-decorator]  # mypy can't see through a decorated property
    @property
    def seconds(self) -> float:
        """Wall-clock time of it all."""
        return (self.ended_at - self.started_at).total_seconds()
