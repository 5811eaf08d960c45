"""What became of a dead letter that was tried again: a line of `newsbeam failures replay --json`."""

from enum import StrEnum

from models.base import Model


class ReplayResult(StrEnum):
    """`succeeded`: it is overcome and removed. `failed`: it failed again. `left`: it could not be tried."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LEFT = "left"


class Replayed(Model):
    """One dead letter, and what became of it; `reason` says why it failed again or was left."""

    id: str
    source_id: str
    source_name: str
    stage: str
    result: ReplayResult
    reason: str | None = None
