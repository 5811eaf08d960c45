"""The one base of every record: frozen, strict about unknown keys, JSON at its borders."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Model(BaseModel):
    """An immutable record. Change one with `model_copy(update=...)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


def _as_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone; name one, for example 2025-04-28T07:00:00Z")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_as_utc)]
"""A moment, always with a zone, always held in UTC."""
